import { performance } from 'node:perf_hooks' // the global one is looked up at every call

let isKept = false
let now = 0
let uptime = 0

function keep(): void {
  isKept = true
  now = Date.now()
  uptime = performance.now()
  setImmediate(forget) // also keeps the loop from waiting for anything while the time is kept
}

const forget = () => {
  isKept = false
}

/**
 * Epoch milliseconds, read once in a turn of the event loop. A request asks for the time at every step, some twenty times,
 * and what is done in one turn is done at one time: a turn lasts far less than what is measured by this clock.
 */
export function turnClock(): number {
  if (!isKept) keep()
  return now
}

/** The same of a clock that only moves forward: milliseconds of `performance.now()`. */
export function turnUptime(): number {
  if (!isKept) keep()
  return uptime
}
