import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const script = fileURLToPath(new URL('store-process.ts', import.meta.url))

export interface StoreProcess {
  child: ChildProcess
  pid: number
  /** The next line it prints; rejects when it ends first. */
  line(): Promise<string>
  /** Ends what it waits for. */
  release(): void
  /** The output of the process, once it has ended. */
  end(): Promise<{ code: number | null; signal: string | null; output: string[] }>
}

/** Runs `store-process.ts` with these words, as a process of its own that does not outlive the test. */
export function spawnStoreProcess(...words: string[]): StoreProcess {
  return follow(spawn(process.execPath, [script, ...words], { stdio: ['pipe', 'pipe', 'inherit'] }))
}

/** The same through `sh -c`, where `"$@"` in the shell text is the command. */
export function spawnStoreShell(shell: string, ...words: string[]): StoreProcess {
  const command = [process.execPath, script, ...words]
  return follow(spawn('sh', ['-c', shell, 'sh', ...command], { stdio: ['pipe', 'pipe', 'inherit'] }))
}

function follow(child: ChildProcess): StoreProcess {
  const output: string[] = []
  const ended = once(child, 'close')
  const lines = createInterface({ input: child.stdout! })
  lines.on('line', (line) => output.push(line))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let taken = 0
  const line = async (): Promise<string> => {
    while (output.length <= taken) {
      await Promise.race([once(lines, 'line'), ended])
      if (output.length <= taken && child.exitCode !== null)
        throw new Error('the process ended without a word')
    }
    return output[taken++]!
  }
  const end = async () => {
    await ended
    return { code: child.exitCode, signal: child.signalCode, output }
  }
  return { child, pid: child.pid!, line, release: () => child.stdin?.end(), end }
}
