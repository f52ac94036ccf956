import type { ActiveCall } from './upstream-call.ts'

/**
 * The calls under way, in no order. Not a Set: one that sees an add and a delete per request rehashes all the time,
 * and each outgrown table keeps the next one and its calls alive until a full collection (measured: half of what
 * was young survived every scavenge).
 */
export class CallList {
  readonly #calls: ActiveCall[] = []

  get size(): number {
    return this.#calls.length
  }

  add(call: ActiveCall): void {
    call.slot = this.#calls.push(call) - 1
  }

  /** The last one takes the place that becomes free. */
  remove(call: ActiveCall): void {
    const last = this.#calls.pop()!
    if (last === call) return
    this.#calls[call.slot] = last
    last.slot = call.slot
  }

  /** Those of this moment, whatever is added or removed while they are walked. */
  snapshot(): ActiveCall[] {
    return [...this.#calls]
  }
}
