/** The global one is looked up at every call, and loads much at the first. */
let clock: typeof performance | undefined
let isKept = false
let now = 0
/** Negative: not read in this turn. */
let uptime = -1

function keep(): void {
  isKept = true
  now = Date.now()
  uptime = -1
  setImmediate(forget) // also keeps the loop from waiting while the time is cached
}

const forget = () => {
  isKept = false
}

/**
 * Epoch milliseconds, read once in a turn of the event loop. A request asks for the time about twenty times, and a
 * turn is far shorter than any measured span.
 */
export function turnClock(): number {
  if (!isKept) keep()
  return now
}

/** Same for a clock that only moves forward: milliseconds of `performance.now()`. */
export function turnUptime(): number {
  if (!isKept) keep()
  if (uptime < 0) uptime = (clock ??= performance).now()
  return uptime
}
