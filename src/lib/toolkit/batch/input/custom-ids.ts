import { createHash } from 'node:crypto'

const FIRST_SLOTS = 1 << 12
const MOST_SUSPECTS = 1000

/**
 * Finds repeated ids in bounded memory: eight bytes of a hash for each id, in an open table. Different ids may share a hash. A match is a
 * suspicion, and a second reading of the file confirms it.
 */
export class CustomIds {
  #slots = new Uint32Array(FIRST_SLOTS * 2)
  #count = 0
  readonly #suspects = new Set<string>()

  add(id: string): void {
    const digest = createHash('sha256').update(id).digest()
    const low = digest.readUInt32LE(0)
    const high = digest.readUInt32LE(4) || 1 // 0 marks an empty slot
    if (!this.#put(low, high)) {
      if (this.#suspects.size < MOST_SUSPECTS) this.#suspects.add(id)
      return
    }
    this.#count += 1
    if (this.#count * 2 > this.#slots.length / 2) this.#grow()
  }

  /** Ids with a hash that occurred before. */
  get suspects(): ReadonlySet<string> {
    return this.#suspects
  }

  /** False: the hash is there already. */
  #put(low: number, high: number): boolean {
    const slots = this.#slots
    const mask = slots.length / 2 - 1
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const found = slots[slot * 2 + 1]
      if (found === 0) {
        slots[slot * 2] = low
        slots[slot * 2 + 1] = high
        return true
      }
      if (found === high && slots[slot * 2] === low) return false
    }
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(before.length * 2)
    for (let at = 0; at < before.length; at += 2) {
      if (before[at + 1] !== 0) this.#put(before[at]!, before[at + 1]!)
    }
  }
}
