/** How fast forgetting goes: after this long without an answer about a third is left of what was known. */
const MEMORY_MS = 10_000

/**
 * Peak-sensitive moving averages of latencies, in memory: a slow answer counts at once and in full, faster ones win
 * back trust little by little, and silence is forgiven, so that a slow account is tried again.
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

  /** Expected milliseconds; 0 for who was never observed, so that everybody is tried. */
  of(accountId: string, now: number): number {
    const known = this.#known.get(accountId)
    return known === undefined ? 0 : known.averageMs * Math.exp(-Math.max(0, now - known.at) / MEMORY_MS)
  }
}
