/** The decay time: after this long without an answer, about a third of the average is left. */
const MEMORY_MS = 10_000

/**
 * Peak-sensitive moving averages of latencies, in memory. A slow answer counts at once and in full, and faster
 * answers lower the average gradually. Without answers the average decays, so that a slow account is tried again.
 */
export class Latencies {
  readonly #known = new Map<string, { averageMs: number; at: number }>()

  observe(accountId: string, latencyMs: number, now: number): void {
    const before = this.#known.get(accountId)
    if (before === undefined || latencyMs >= before.averageMs) {
      this.#known.set(accountId, { averageMs: latencyMs, at: now })
      return
    }
    const kept = Math.exp(-Math.max(0, now - before.at) / MEMORY_MS)
    this.#known.set(accountId, { averageMs: before.averageMs * kept + latencyMs * (1 - kept), at: now })
  }

  /** Expected milliseconds; 0 for an account that was never observed, so that each account is tried. */
  of(accountId: string, now: number): number {
    const known = this.#known.get(accountId)
    return known === undefined ? 0 : known.averageMs * Math.exp(-Math.max(0, now - known.at) / MEMORY_MS)
  }
}
