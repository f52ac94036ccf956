import { hashText, mix } from '../../../base/text/hash-text.ts'

const FIRST_SLOTS = 1 << 12
/** A million different ids have about a hundred equal hashes. */
const MOST_SUSPECTS = 200_000

/**
 * Finds repeated ids in bounded memory: four bytes of a hash for each id, in an open table. Different ids may share a
 * hash. A match is a suspicion, and a second reading of the file confirms it.
 */
export class CustomIds {
  #slots = new Uint32Array(FIRST_SLOTS)
  #count = 0
  readonly #suspects = new Set<string>()

  add(id: string): void {
    const hash = mix(hashText(id)) || 1 // 0 marks an empty slot
    if (!this.#put(hash)) {
      if (this.#suspects.size < MOST_SUSPECTS) this.#suspects.add(id)
      return
    }
    this.#count += 1
    if (this.#count * 2 > this.#slots.length) this.#grow()
  }

  /** Ids with a hash that occurred before. */
  get suspects(): ReadonlySet<string> {
    return this.#suspects
  }

  /** Frees the memory at once, not with the next garbage collection. */
  free(): void {
    this.#slots.buffer.transfer(0)
    this.#slots = new Uint32Array(0)
  }

  /** False: the hash is there already. */
  #put(hash: number): boolean {
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = slots[slot]
      if (found === 0) {
        slots[slot] = hash
        return true
      }
      if (found === hash) return false
    }
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Uint32Array(before.length * 2)
    for (const hash of before) if (hash !== 0) this.#put(hash)
    before.buffer.transfer(0)
  }
}
