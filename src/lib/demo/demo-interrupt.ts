import type { WriteStream } from 'node:tty'

const SHOW_CURSOR = '\u001b[?25h'

/** Ctrl-C and similar signals: the first requests a clean end, the second ends the process at once. */
export interface Interrupt {
  /** Aborted by the first signal. */
  signal: AbortSignal
  /** Resolves at the first signal. */
  asked: Promise<void>
  /** Removes the handlers. */
  release(): void
}

export function listenForInterrupt(stdout: Pick<WriteStream, 'isTTY' | 'write'>): Interrupt {
  const controller = new AbortController()
  const { signal } = controller
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const onSignal = () => {
    if (!signal.aborted) return controller.abort()
    if (stdout.isTTY) stdout.write(SHOW_CURSOR)
    process.exit(130)
  }
  for (const name of signals) process.on(name, onSignal)
  return {
    signal,
    asked: new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    release: () => {
      for (const name of signals) process.off(name, onSignal)
    },
  }
}
