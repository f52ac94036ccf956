/** A second of these within the same wait ends the process at once, with the exit code that shells give it. */
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export type EndSignal = keyof typeof codes

/**
 * Resolves when the process is asked to end: Ctrl-C, `kill`, or the terminal closes. Whoever waits ends what is under
 * way; being asked again does not wait for that.
 */
export function untilAskedToEnd(): Promise<EndSignal> {
  return new Promise((resolve) => {
    let isAsked = false
    for (const signal of Object.keys(codes) as EndSignal[]) {
      process.on(signal, () => {
        if (isAsked) process.exit(codes[signal])
        isAsked = true
        resolve(signal)
      })
    }
  })
}

/** Resolves to null when whoever reads what is printed has left, as `| head` does. */
export function untilReaderLeft(): Promise<null> {
  return new Promise((resolve) => process.stdout.on('error', () => resolve(null)))
}
