/** A worker that has served for this long is healthy: when it ends, another starts at once. */
const STEADY_MS = 10_000
const FIRST_MS = 250
const LONGEST_MS = 30_000
/** This many early ends in a row are no accident. */
const MOST_FAILURES = 5

/** How long to wait before a worker replaces one that ended, and when to stop trying. */
export class RespawnDelay {
  #failures = 0

  /** `livedMs`: from its start to its end. Returns milliseconds to wait. */
  after(livedMs: number): number {
    this.#failures = livedMs >= STEADY_MS ? 0 : this.#failures + 1
    return this.#failures === 0 ? 0 : Math.min(FIRST_MS * 2 ** (this.#failures - 1), LONGEST_MS)
  }

  /** Workers end as soon as they begin. */
  get isHopeless(): boolean {
    return this.#failures >= MOST_FAILURES
  }
}
