/** A worker that has served for so long is sound: when it ends, another begins at once. */
const STEADY_MS = 10_000
const FIRST_MS = 250
const LONGEST_MS = 30_000
/** So many in a row that ended soon are no accident. */
const MOST_FAILURES = 5

/** How long to wait before a worker is started in place of one that ended, and when there is no point in going on. */
export class RespawnDelay {
  #failures = 0

  /** `livedMs`: from its start to its end. Milliseconds to wait. */
  after(livedMs: number): number {
    this.#failures = livedMs >= STEADY_MS ? 0 : this.#failures + 1
    return this.#failures === 0 ? 0 : Math.min(FIRST_MS * 2 ** (this.#failures - 1), LONGEST_MS)
  }

  /** They end as soon as they begin. */
  get isHopeless(): boolean {
    return this.#failures >= MOST_FAILURES
  }
}
