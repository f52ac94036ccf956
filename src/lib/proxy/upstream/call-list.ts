import type { ActiveCall } from './active-call.ts'

/**
 * The calls in progress, unordered. Not a Set: with an add and a delete per request it rehashes all the time.
 * Each outgrown table keeps the next one and its calls alive until a full collection. Measured: half of the
 * young objects survived every scavenge.
 */
export class CallList {
  readonly #calls: ActiveCall[] = []

  get size(): number {
    return this.#calls.length
  }

  add(call: ActiveCall): void {
    call.slot = this.#calls.push(call) - 1
  }

  /** The last call takes the free place. */
  remove(call: ActiveCall): void {
    const last = this.#calls.pop()!
    if (last === call) return
    this.#calls[call.slot] = last
    last.slot = call.slot
  }

  /** The calls of this moment. The copy is safe to iterate while calls are added or removed. */
  snapshot(): ActiveCall[] {
    return [...this.#calls]
  }
}
