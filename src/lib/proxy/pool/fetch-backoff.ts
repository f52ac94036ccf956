/** Seven failures in a row reach the longest wait: 64 times the shortest. */
const MOST_DOUBLINGS = 6

/** The time of the next fetch from an address after failures. The wait doubles with each failure in a row. */
export class FetchBackoff {
  readonly #shortestMs: number
  readonly #failures = new Map<string, { count: number; at: number }>()

  /** `shortestMs`: the wait after the first failure, in milliseconds. */
  constructor(shortestMs: number) {
    this.#shortestMs = shortestMs
  }

  /** `now` in epoch milliseconds. */
  isDue(place: string, now: number): boolean {
    const failed = this.#failures.get(place)
    return failed === undefined || now - failed.at >= this.#shortestMs * 2 ** failed.count
  }

  note(place: string, isFetched: boolean, now: number): void {
    const before = this.#failures.get(place)?.count ?? -1
    if (isFetched) this.#failures.delete(place)
    else this.#failures.set(place, { count: Math.min(before + 1, MOST_DOUBLINGS), at: now })
  }
}
