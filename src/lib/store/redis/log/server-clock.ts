/** Answers that arrive this much later than others do not move the clock. */
const JITTER_MS = 250

/**
 * The server's time between two calls, from this process's steady clock. A wrong or stepping clock of the machine
 * has no effect.
 */
export class ServerClock {
  #offset = Number.NaN
  #run = ''

  /** Notes the server's time in an answer that has just arrived. */
  note(time: number, run: string, arrived: number): void {
    const offset = time - arrived
    const isNew = Number.isNaN(this.#offset) || run !== this.#run
    if (isNew || offset > this.#offset || this.#offset - offset > JITTER_MS) this.#offset = offset
    this.#run = run
  }

  now(steady: number): number {
    return Math.floor(this.#offset + steady)
  }
}
