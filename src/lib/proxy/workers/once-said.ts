/** Workers notice the same event at about the same time. After this long it is news again. */
const SAME_MS = 60_000
const MOST_KEPT = 256

/** Passes on a message of one worker, and drops the same message from the others. */
export class OnceSaid {
  readonly #clock: () => number
  readonly #said = new Map<string, { by: number; at: number }>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Whether `text`, sent by worker `by`, is worth showing. */
  isNews(text: string, by: number): boolean {
    const now = this.#clock()
    const before = this.#said.get(text)
    if (before !== undefined && before.by !== by && now - before.at < SAME_MS) return false
    this.#said.delete(text)
    this.#said.set(text, { by, at: now })
    if (this.#said.size > MOST_KEPT) this.#said.delete(this.#said.keys().next().value!)
    return true
  }
}
