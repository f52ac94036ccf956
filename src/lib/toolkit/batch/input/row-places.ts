/** Rows that share a base. With lines of 32 MB at most, the distance to the base fits into 32 bits. */
const ROWS_PER_BASE = 64
const FIRST_ROWS = 1024

/** The beginning, length and lane of each line of a file, in ten bytes a line. */
export class RowPlaces {
  count = 0
  #bases = new Float64Array(FIRST_ROWS / ROWS_PER_BASE)
  #distances = new Uint32Array(FIRST_ROWS)
  #lengths = new Uint32Array(FIRST_ROWS)
  #lanes = new Uint16Array(FIRST_ROWS)

  add(offset: number, length: number, lane: number): void {
    const row = this.count
    if (row === this.#lengths.length) this.#grow()
    const base = Math.floor(row / ROWS_PER_BASE)
    if (row % ROWS_PER_BASE === 0) this.#bases[base] = offset
    this.#distances[row] = offset - this.#bases[base]!
    this.#lengths[row] = length
    this.#lanes[row] = lane
    this.count += 1
  }

  findOffset(row: number): number {
    return this.#bases[Math.floor(row / ROWS_PER_BASE)]! + this.#distances[row]!
  }

  findLength(row: number): number {
    return this.#lengths[row]!
  }

  findLane(row: number): number {
    return this.#lanes[row]!
  }

  /** `transfer` frees the old memory at once, not with the next garbage collection. */
  #grow(): void {
    const twice = (array: { buffer: ArrayBuffer }) => array.buffer.transfer(array.buffer.byteLength * 2)
    this.#bases = new Float64Array(twice(this.#bases))
    this.#distances = new Uint32Array(twice(this.#distances))
    this.#lengths = new Uint32Array(twice(this.#lengths))
    this.#lanes = new Uint16Array(twice(this.#lanes))
  }
}
