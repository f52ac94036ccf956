import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { QwenctlError } from '../../lib/base/errors.ts'

/** A terminal sends Ctrl-C to both processes: the program decides how to react, and this process ends with it. */
const fromTerminal = 'SIGINT'
const passed = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/**
 * A run of another program. From its creation to `close`, no signal ends this process, so its caller can always clean up.
 */
export class ProgramRun {
  #child: ChildProcess | null = null
  /** The signal that came before the program. */
  #early: NodeJS.Signals | null = null

  constructor() {
    process.on(fromTerminal, this.#onInterrupt)
    for (const signal of passed) process.on(signal, this.#onSignal)
  }

  /** Restores the usual effect of signals. */
  close(): void {
    process.off(fromTerminal, this.#onInterrupt)
    for (const signal of passed) process.off(signal, this.#onSignal)
  }

  /**
   * Runs the program. Resolves with its exit code, or 128 plus the number of the signal that ended it. After an earlier
   * signal the program does not start. Throws `program_not_found`, `failed`.
   */
  run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
    if (this.#early !== null) return Promise.resolve(exitCode(null, this.#early))
    const child = spawn(program, args, { stdio: 'inherit', env })
    this.#child = child
    return new Promise<number>((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) => reject(startError(program, error)))
      child.on('close', (code, signal) => resolve(exitCode(code, signal)))
    })
  }

  readonly #onInterrupt = (): void => {
    if (this.#child === null) this.#early ??= fromTerminal
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#child === null) this.#early ??= signal
    else this.#child.kill(signal)
  }
}

function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}

function startError(program: string, cause: NodeJS.ErrnoException): QwenctlError {
  if (cause.code !== 'ENOENT')
    return new QwenctlError('failed', `the program ${program} cannot be run (${cause.code})`, { cause })
  return new QwenctlError('program_not_found', `there is no program ${program}`, {
    cause,
    hint: 'check its name and PATH',
  })
}
