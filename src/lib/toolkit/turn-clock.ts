let now = 0

const forget = () => {
  now = 0
}

/**
 * Epoch milliseconds, read once in a turn of the event loop. A request asks for the time at every step, some twenty times,
 * and what is done in one turn is done at one time: a turn lasts far less than what is measured by this clock.
 */
export function turnClock(): number {
  if (now === 0) {
    now = Date.now()
    setImmediate(forget) // also keeps the loop from waiting for anything while the time is kept
  }
  return now
}
