import { spawn } from '@lydell/node-pty'
import { stripVTControlCharacters } from 'node:util'
import { onTestFinished } from 'vitest'

export interface Terminal {
  type(text: string): void
  /** Resolves once everything shown since the start contains the text; fails with the screen after two minutes. */
  waitFor(text: string): Promise<void>
  /** Everything shown so far, without control codes. */
  shown(): string
  /** Everything that came over the line, with control codes. */
  raw(): string
  exit: Promise<number>
}

/** A program in a real pseudo-terminal, of 100 columns and 30 rows unless it says otherwise; it ends with the test. */
export function openTerminal(
  file: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; cwd: string; columns?: number; rows?: number },
): Terminal {
  const { env, cwd, columns = 100, rows = 30 } = options
  const pty = spawn(file, args, { cols: columns, rows, cwd, env })
  let raw = ''
  const listeners = new Set<() => void>()
  pty.onData((data) => {
    raw += data
    for (const listener of listeners) listener()
  })
  let hasEnded = false
  const exit = new Promise<number>((done) => {
    pty.onExit(({ exitCode }) => {
      hasEnded = true
      done(exitCode)
    })
  })
  onTestFinished(async () => {
    if (!hasEnded) pty.kill('SIGKILL')
    await exit
  })
  const shown = () => stripVTControlCharacters(raw)
  return {
    type: (text) => pty.write(text),
    shown,
    raw: () => raw,
    exit,
    waitFor: (text) =>
      new Promise((done, fail) => {
        const timer = setTimeout(() => fail(new Error(`"${text}" was never shown:\n${shown()}`)), 120_000)
        const look = () => {
          if (!shown().includes(text)) return
          clearTimeout(timer)
          listeners.delete(look)
          done()
        }
        listeners.add(look)
        look()
      }),
  }
}
