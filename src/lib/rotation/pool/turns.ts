/** The turns that the accounts of one tier have taken, by account id. A new pool continues them. */
export class Turns {
  readonly #taken = new Map<string, { count: number; weight: number }>()
  time = 0

  /** The turns taken by an account. After a change of its weight it keeps its place on the time line. */
  count(id: string, weight: number): number {
    const taken = this.#taken.get(id)
    return taken === undefined ? 0 : (taken.count / taken.weight) * weight
  }

  take(id: string, weight: number, count: number): void {
    this.#taken.set(id, { count, weight })
  }
}
