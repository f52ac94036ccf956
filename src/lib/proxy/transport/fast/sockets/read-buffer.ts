const BYTES = 64 << 10
const WORD_BYTES = 4

/** Most reads are shorter: a view of each length is made once. */
const MOST_KEPT = 4 << 10

/**
 * The one buffer into which sockets of clients and upstreams read. What is kept is copied before the next read. A
 * read costs a small copy instead of a fresh allocation of 64 KB. The readable stream's machinery is bypassed.
 */
export class ReadBuffer {
  /** The memory, without its first word, which stays unused. No view of it can then be mistaken for separate memory. */
  readonly bytes = Buffer.allocUnsafeSlow(BYTES + WORD_BYTES).subarray(WORD_BYTES)
  readonly words = new Int32Array(this.bytes.buffer, this.bytes.byteOffset, BYTES / WORD_BYTES)
  /** The bytes of the last read. */
  last: Buffer = this.bytes
  readonly #views: Buffer[] = []

  /** Returns what was just read into the buffer: its first `count` bytes. */
  read(count: number): Buffer {
    const { bytes } = this
    this.last =
      count < MOST_KEPT ? (this.#views[count] ??= bytes.subarray(0, count)) : bytes.subarray(0, count)
    return this.last
  }
}

/**
 * The expected start of a read, learned from an earlier one, since heads repeat. The comparison is word by
 * word, which takes a third of the time of a call into Node.
 */
export class Expected {
  length = 0
  readonly #reads: ReadBuffer
  #bytes = NO_BYTES
  #words = NO_WORDS

  constructor(reads: ReadBuffer) {
    this.#reads = reads
  }

  /** Expects these bytes from now on, and keeps a copy. */
  learn(bytes: Buffer, start: number, end: number): void {
    this.length = end - start
    // Separate memory: a piece of Node's pool would keep 64 KB for each connection.
    if (this.#bytes.length < this.length) {
      this.#words = new Int32Array(Math.ceil((this.length + SLACK) / WORD_BYTES))
      this.#bytes = Buffer.from(this.#words.buffer)
    }
    bytes.copy(this.#bytes, 0, start, end)
  }

  /** Whether the chunk has the first `length` of them at `start`. */
  begins(chunk: Buffer, start: number, length: number): boolean {
    if (chunk.length < start + length) return false
    if (start > 0 || chunk !== this.#reads.last)
      return this.#bytes.compare(chunk, start, start + length, 0, length) === 0
    const words = this.#words
    const readWords = this.#reads.words
    const whole = Math.floor(length / WORD_BYTES)
    for (let at = 0; at < whole; at++) if (readWords[at] !== words[at]) return false
    return this.ends(chunk, whole * WORD_BYTES, whole * WORD_BYTES, length)
  }

  /** Whether the chunk has those from `from` to `end` at `at`. */
  ends(chunk: Buffer, at: number, from: number, end: number): boolean {
    const length = end - from
    if (chunk.length < at + length) return false
    const bytes = this.#bytes
    if (length > SHORT) return bytes.compare(chunk, at, at + length, from, end) === 0
    for (let index = 0; index < length; index++) if (chunk[at + index] !== bytes[from + index]) return false
    return true
  }
}

const NO_BYTES = Buffer.alloc(0)
const NO_WORDS = new Int32Array(0)
/** Heads differ by a digit or two. */
const SLACK = 64
/** Up to this length a loop takes less than a call into Node. */
const SHORT = 48
