const SLOT_MS = 10_000
const SLOTS = 30
const LEAST_MS = 2_000

/** Counts the answered lines of the last five minutes, in slots of ten seconds. */
export class Pace {
  readonly #slots: { start: number; count: number }[] = []
  #firstAt: number | null = null

  count(now: number): void {
    this.#firstAt ??= now
    const start = now - (now % SLOT_MS)
    const last = this.#slots.at(-1)
    if (last?.start === start) last.count += 1
    else this.#slots.push({ start, count: 1 })
    while (this.#slots.length > SLOTS) this.#slots.shift()
  }

  /** Answers a minute; null: too few to tell. */
  perMinute(now: number): number | null {
    if (this.#firstAt === null || now - this.#firstAt < LEAST_MS) return null
    const recent = this.#slots.filter(({ start }) => start > now - SLOTS * SLOT_MS)
    const [first] = recent
    if (first === undefined) return null
    const span = Math.max(LEAST_MS, now - Math.max(this.#firstAt, first.start))
    return (recent.reduce((sum, { count }) => sum + count, 0) * 60_000) / span
  }
}
