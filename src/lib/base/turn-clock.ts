import { performance } from 'node:perf_hooks' // the global one is looked up at every call

let isKept = false
let now = 0
let uptime = 0

function keep(): void {
  isKept = true
  now = Date.now()
  uptime = performance.now()
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
  return uptime
}
