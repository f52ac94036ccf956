/** Never added to. */
const NONE: Buffer[] = []

/**
 * A body of an answer as it arrives, in views of the read buffer. Most bodies are whole within one read, and
 * are never copied. Only what outlives the read is copied.
 */
export class ArrivingBody {
  length = 0
  #chunks: Buffer[] = NONE
  /** How many of the chunks own their memory. */
  #owned = 0

  add(chunk: Buffer): void {
    // A list that grows by `push` reserves room for many more.
    if (this.#chunks.length === 0) this.#chunks = [chunk]
    else this.#chunks.push(chunk)
    this.length += chunk.length
  }

  /** The read ends, and the next one overwrites the memory of the views. */
  keep(): void {
    const chunks = this.#chunks
    for (; this.#owned < chunks.length; this.#owned++) chunks[this.#owned] = Buffer.from(chunks[this.#owned]!)
  }

  /** The whole body so far, perhaps as a view that is valid until the read ends. */
  get bytes(): Buffer {
    if (this.#chunks.length === 1) return this.#chunks[0]!
    const whole = Buffer.concat(this.#chunks)
    this.#chunks = [whole]
    this.#owned = 1
    return whole
  }

  /** The whole body so far, valid without a time limit. */
  get ownBytes(): Buffer {
    this.keep()
    return this.bytes
  }

  /** Keeps only the last `most` bytes of the body and this chunk. */
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
