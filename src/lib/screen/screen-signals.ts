/** The exit codes that shells give these. */
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export interface SignalHandlers {
  /** The process is asked to end; true: it does, and being asked again does not wait for that. */
  onEnd: (exit: number) => boolean
  /** Somebody wants it stopped, as Ctrl-Z does. */
  onStop: () => void
  /** It goes on after it was stopped. */
  onContinue: () => void
  /** Nobody caught this. */
  onCrash: (error: unknown) => void
}

/** Listens to whatever may end or interrupt the screen; answers what stops that. */
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

/** Stops this process and the others of its job, as the terminal would; resolves when it goes on. */
export async function stopUntilContinued(): Promise<void> {
  if (process.platform === 'win32') return
  const handlers = process.listeners('SIGTSTP')
  // With a handler the signal does not stop anything.
  process.removeAllListeners('SIGTSTP')
  await new Promise<void>((resolve) => {
    // Where no shell could ever continue it, the system does not stop it: then it goes on by itself.
    const timer = setTimeout(resolve, STOP_MS)
    process.once('SIGCONT', () => {
      clearTimeout(timer)
      resolve()
    })
    process.kill(0, 'SIGTSTP')
  })
  for (const handler of handlers) process.on('SIGTSTP', handler)
}
