/**
 * A map of bounded size that forgets entries not used lately, in two halves. A used entry moves to the newer
 * half. When that is full, the older half is dropped. A hit in the newer half changes nothing, unlike in one map that
 * is re-ordered. A `Map` that gains and loses an entry on every request keeps the garbage collector busy.
 */
export class RecentMap<K, V> {
  #newer = new Map<K, V>()
  #older = new Map<K, V>()
  readonly #half: number

  constructor(most: number) {
    this.#half = Math.max(1, Math.floor(most / 2))
  }

  get(key: K): V | undefined {
    const value = this.#newer.get(key)
    if (value !== undefined) return value
    const old = this.#older.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: K, value: V): void {
    if (this.#newer.size >= this.#half && !this.#newer.has(key)) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(key, value)
  }

  get isEmpty(): boolean {
    return this.#newer.size === 0 && this.#older.size === 0
  }

  delete(key: K): void {
    this.#newer.delete(key)
    this.#older.delete(key)
  }
}
