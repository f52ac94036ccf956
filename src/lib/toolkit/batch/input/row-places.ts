/** Rows that share a base. With lines of 32 MB at most, the distance to the base fits into 32 bits. */
const ROWS_PER_BASE = 64
const FIRST_ROWS = 1024

/** The beginning, length and lane of each line of a file, in ten bytes a line. */
export class RowPlaces {
  count = 0
  #bases: Float64Array = new Float64Array(FIRST_ROWS / ROWS_PER_BASE)
  #distances: Uint32Array = new Uint32Array(FIRST_ROWS)
  #lengths: Uint32Array = new Uint32Array(FIRST_ROWS)
  #lanes: Uint16Array = new Uint16Array(FIRST_ROWS)

  /** As `toBytes` wrote them, without a copy. The bytes begin at a multiple of eight. No rows are added. */
  static fromBytes(bytes: Uint8Array, count: number): RowPlaces {
    const places = new RowPlaces()
    const bases = Math.ceil(count / ROWS_PER_BASE)
    if (bytes.length !== bases * 8 + count * 10) throw new Error('not the places of so many rows')
    const { buffer, byteOffset: start } = bytes
    const afterBases = start + bases * 8
    places.#bases = new Float64Array(buffer, start, bases)
    places.#distances = new Uint32Array(buffer, afterBases, count)
    places.#lengths = new Uint32Array(buffer, afterBases + count * 4, count)
    places.#lanes = new Uint16Array(buffer, afterBases + count * 8, count)
    places.count = count
    return places
  }

  /** Views of all numbers, in the byte order of this machine. */
  toBytes(): Uint8Array[] {
    const { count } = this
    const others = [this.#distances, this.#lengths, this.#lanes].map((numbers) => numbers.subarray(0, count))
    return [this.#bases.subarray(0, Math.ceil(count / ROWS_PER_BASE)), ...others].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    )
  }

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
    const twice = ({ buffer }: { buffer: ArrayBufferLike }) =>
      (buffer as ArrayBuffer).transfer(buffer.byteLength * 2)
    this.#bases = new Float64Array(twice(this.#bases))
    this.#distances = new Uint32Array(twice(this.#distances))
    this.#lengths = new Uint32Array(twice(this.#lengths))
    this.#lanes = new Uint16Array(twice(this.#lanes))
  }
}
