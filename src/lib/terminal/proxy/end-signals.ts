/** A second signal during the same wait ends the process at once, with the exit code that shells use. */
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export type EndSignal = keyof typeof codes

/**
 * Resolves when the process should end: Ctrl-C, `kill`, or a closed terminal. The caller ends running work; a
 * second signal ends the process at once.
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

/** Resolves to null when the reader of stdout has left, as with `| head`. */
export function untilReaderLeft(): Promise<null> {
  return new Promise((resolve) => process.stdout.on('error', () => resolve(null)))
}
