/** Never added to. */
const NONE: Buffer[] = []

/**
 * A body of an answer as it arrives, in views of what was read. Most are whole within one read, and then they are never
 * copied: what is kept beyond the read is.
 */
export class ArrivingBody {
  length = 0
  #chunks: Buffer[] = NONE
  /** So many of them are memory of their own. */
  #owned = 0

  add(chunk: Buffer): void {
    // A list that something is added to has room for many more.
    if (this.#chunks.length === 0) this.#chunks = [chunk]
    else this.#chunks.push(chunk)
    this.length += chunk.length
  }

  /** The read ends: what its views are of is written over next. */
  keep(): void {
    const chunks = this.#chunks
    for (; this.#owned < chunks.length; this.#owned++) chunks[this.#owned] = Buffer.from(chunks[this.#owned]!)
  }

  /** All of it so far, perhaps a view that is good until the read ends. */
  get bytes(): Buffer {
    if (this.#chunks.length === 1) return this.#chunks[0]!
    const whole = Buffer.concat(this.#chunks)
    this.#chunks = [whole]
    this.#owned = 1
    return whole
  }

  /** All of it so far, for as long as one likes. */
  get ownBytes(): Buffer {
    this.keep()
    return this.bytes
  }

  /** Keeps no more than the last so many bytes of it and of this chunk. */
  addToTail(chunk: Buffer, most: number): void {
    const tail = Buffer.concat([...this.#chunks, chunk])
    this.#chunks = [tail.length > most ? Buffer.from(tail.subarray(-most)) : tail]
    this.#owned = 1
  }

  clear(): void {
    this.length = 0
    this.#chunks = NONE
    this.#owned = 0
  }
}
