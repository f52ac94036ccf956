import { formatSpan } from '../../../schedule/schedule.ts'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { KeptOutput } from './kept-output.ts'

export interface CommandOrder {
  command: readonly string[]
  folder: string
  env: NodeJS.ProcessEnv
  /** Standard input; null: none. */
  input: string | null
  timeoutMs: number
  /** Aborting stops the command; its reason is the reason of the result. */
  signal: AbortSignal
  onProcess?: (pid: number) => void
}

export interface CommandResult {
  status: 'done' | 'failed' | 'stopped'
  exitCode: number | null
  /** Null: it is done. */
  reason: string | null
  output: KeptOutput
}

/** After SIGTERM, a command has this long to end. */
const GRACE_MS = 5000
/** After the command's own end, its pipes may still hold output for this long. */
const DRAIN_MS = 500

/**
 * Runs a program without a shell, in a process group of its own. A timeout or an abort ends the group with SIGTERM, then
 * SIGKILL. No process of the group outlives the program. After an abort, this function starts no program.
 */
export function runCommand(order: CommandOrder): Promise<CommandResult> {
  const [program = '', ...args] = order.command
  const output = new KeptOutput()
  const { signal } = order
  if (signal.aborted)
    return Promise.resolve({ status: 'stopped', exitCode: null, reason: String(signal.reason), output })
  const child = spawn(program, args, {
    cwd: order.folder,
    env: order.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  if (child.pid !== undefined) order.onProcess?.(child.pid)
  const watched = watchChild(child, program, { ...order, output })
  // Without free file descriptors, the child has no streams and reports an error.
  const { stdin, stdout, stderr } = child as ChildProcess
  for (const stream of [stdout, stderr]) stream?.on('data', (chunk: Buffer) => output.add(chunk))
  stdin?.on('error', () => undefined) // a program need not read its input
  stdin?.end(order.input ?? undefined)
  return watched
}

interface Watched extends CommandOrder {
  output: KeptOutput
}

function watchChild(child: ChildProcess, program: string, order: Watched): Promise<CommandResult> {
  const { timeoutMs, signal, output } = order
  let ended: { status: 'failed' | 'stopped'; reason: string } | null = null
  let killer: NodeJS.Timeout | null = null
  const end = (status: 'failed' | 'stopped', reason: string) => {
    ended ??= { status, reason }
    killGroup(child, 'SIGTERM')
    killer ??= setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS)
  }
  const timeout = setTimeout(
    () => end('failed', `it ran longer than its timeout of ${formatSpan(timeoutMs)}`),
    timeoutMs,
  )
  const onAbort = () => end('stopped', String(signal.reason))
  signal.addEventListener('abort', onAbort, { once: true })
  return new Promise<CommandResult>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'ENOENT'
          ? `there is no program ${program}`
          : `${program} cannot be run (${error.code})`
      resolve({ status: 'failed', exitCode: error.code === 'ENOENT' ? 127 : null, reason, output })
    })
    child.on('exit', (code, by) => {
      killGroup(child, 'SIGKILL') // processes that the command has started
      const finish = () => resolve({ ...buildResult(code, by, ended), output })
      const drained = setTimeout(finish, DRAIN_MS)
      child.on('close', () => {
        clearTimeout(drained)
        finish()
      })
    })
  }).finally(() => {
    clearTimeout(timeout)
    if (killer !== null) clearTimeout(killer)
    signal.removeEventListener('abort', onAbort)
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
  })
}

function buildResult(
  code: number | null,
  by: NodeJS.Signals | null,
  ended: { status: 'failed' | 'stopped'; reason: string } | null,
): Omit<CommandResult, 'output'> {
  if (ended !== null) return { ...ended, exitCode: code }
  if (code === 0) return { status: 'done', exitCode: 0, reason: null }
  const reason = code === null ? `it was ended by ${by ?? 'a signal'}` : `it ended with exit code ${code}`
  return { status: 'failed', exitCode: code, reason }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // the group has ended
  }
}
