/** The shortest time between two looks of one wait. */
const LOOK_MS = 1000
/** All looks of one caller together take at most a twentieth of the time. */
const LOOK_SHARE = 20

/** Spaces the looks of calls that wait: each look reads every account. */
export class WaitPace {
  readonly #waits = new Map<string, number>()

  /** Counts a wait of a caller until the returned function runs. */
  begin(caller: string): () => void {
    this.#add(caller, 1)
    return () => this.#add(caller, -1)
  }

  /** Milliseconds until the next look of one wait, after a look that took so long. */
  computePause(caller: string, tookMs: number): number {
    return Math.max(LOOK_MS, tookMs * LOOK_SHARE * (this.#waits.get(caller) ?? 1))
  }

  #add(caller: string, change: number): void {
    const count = (this.#waits.get(caller) ?? 0) + change
    if (count > 0) this.#waits.set(caller, count)
    else this.#waits.delete(caller)
  }
}
