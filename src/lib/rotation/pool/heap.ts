/** A binary heap that knows the places of its items, so that any of them can be removed or moved. Items are unique. */
export class Heap<T> {
  readonly #items: T[] = []
  readonly #places = new Map<T, number>()
  readonly #compare: (a: T, b: T) => number

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  get size(): number {
    return this.#items.length
  }

  /** The item at a place. Place 0 has the smallest; the others are in no order. */
  at(place: number): T | undefined {
    return this.#items[place]
  }

  has(item: T): boolean {
    return this.#places.has(item)
  }

  push(item: T): void {
    this.#put(item, this.#items.length)
    this.#rise(this.#items.length - 1)
  }

  delete(item: T): void {
    const place = this.#places.get(item)
    if (place === undefined) return
    const last = this.#items.pop() as T
    this.#places.delete(item)
    if (last === item) return
    this.#put(last, place)
    this.#settle(place)
  }

  /** Moves an item to its new place after its order has changed. */
  update(item: T): void {
    const place = this.#places.get(item)
    if (place !== undefined) this.#settle(place)
  }

  #settle(place: number): void {
    this.#sink(this.#rise(place))
  }

  #put(item: T, place: number): void {
    this.#items[place] = item
    this.#places.set(item, place)
  }

  #rise(from: number): number {
    let place = from
    const item = this.#items[place] as T
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#items[above] as T
      if (this.#compare(item, parent) >= 0) break
      this.#put(parent, place)
      place = above
    }
    this.#put(item, place)
    return place
  }

  #sink(from: number): void {
    let place = from
    const item = this.#items[place] as T
    for (;;) {
      let below = 2 * place + 1
      if (below >= this.#items.length) break
      const right = below + 1
      if (right < this.#items.length && this.#compare(this.#items[right] as T, this.#items[below] as T) < 0)
        below = right
      const child = this.#items[below] as T
      if (this.#compare(item, child) <= 0) break
      this.#put(child, place)
      place = below
    }
    this.#put(item, place)
  }
}
