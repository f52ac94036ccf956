/** The exit codes that shells use for these signals. */
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export interface SignalHandlers {
  /** Asks the process to end; true: an orderly end has begun, and further signals do not wait for it. */
  onEnd: (exit: number) => boolean
  /** A stop signal arrived, as after Ctrl-Z. */
  onStop: () => void
  /** The process continues after a stop. */
  onContinue: () => void
  /** An uncaught error. */
  onCrash: (error: unknown) => void
}

/** Listens to signals that end or interrupt the screen; returns the function that stops listening. */
export function listenToSignals({ onEnd, onStop, onContinue, onCrash }: SignalHandlers): () => void {
  let isAsked = false
  const handlers: [string, (...args: unknown[]) => void][] = [
    ...Object.entries(codes).map(([signal, code]): [string, () => void] => [
      signal,
      () => {
        if (isAsked) process.exit(code)
        isAsked = onEnd(code)
      },
    ]),
    ['uncaughtException', onCrash],
    ['SIGTSTP', onStop],
    ['SIGCONT', onContinue],
  ]
  const usable = handlers.filter(([name]) => process.platform !== 'win32' || !/TSTP|CONT/.test(name))
  for (const [name, handler] of usable) process.on(name, handler)
  return () => {
    for (const [name, handler] of usable) process.off(name, handler)
  }
}

const STOP_MS = 100

/** Stops this process and the others of its job, as the terminal would; resolves when it continues. */
export async function stopUntilContinued(): Promise<void> {
  if (process.platform === 'win32') return
  const handlers = process.listeners('SIGTSTP')
  // A handler keeps the signal from stopping the process.
  process.removeAllListeners('SIGTSTP')
  await new Promise<void>((resolve) => {
    // The system does not stop a process that no shell could continue: the timer then resolves.
    const timer = setTimeout(resolve, STOP_MS)
    process.once('SIGCONT', () => {
      clearTimeout(timer)
      resolve()
    })
    process.kill(0, 'SIGTSTP')
  })
  for (const handler of handlers) process.on('SIGTSTP', handler)
}
