const FIRST_BYTES = 4 << 10
/** Memory beyond this size, from one large batch, is released. */
const MOST_KEPT_BYTES = 256 << 10
/** Up to this length a loop over the characters takes less than a call into Node. */
const SHORT = 48
/** Same for a loop over words. */
const SHORT_READY = 80
const ASCII_END = 0x80
const LARGEST_SMALL = 999_999_999
const WORD_BYTES = 4

/** A text that is written repeatedly: its bytes are prepared as whole words. */
export class StaticText {
  readonly length: number
  readonly bytes: Buffer
  /** Little-endian; zeros fill the last word. */
  readonly words: Int32Array

  constructor(text: string, encoding: 'utf8' | 'latin1' = 'utf8') {
    const bytes = Buffer.from(text, encoding)
    const padded = Buffer.alloc(Math.ceil(bytes.length / WORD_BYTES) * WORD_BYTES)
    bytes.copy(padded)
    this.length = bytes.length
    this.bytes = bytes
    this.words = new Int32Array(padded.length / WORD_BYTES)
    for (let index = 0; index < this.words.length; index += 1)
      this.words[index] = padded.readInt32LE(index * WORD_BYTES)
  }
}

/**
 * Builds text for a file or a socket as bytes, in memory that is reused. The text of every request therefore needs
 * no string: none is concatenated, flattened, measured and copied.
 */
export class ByteWriter {
  length = 0
  readonly #firstBytes: number
  #bytes!: Buffer
  /** A view of all of `#bytes`. */
  #memory!: ArrayBufferLike
  /** A view of the same memory. */
  #view!: DataView

  /** The writer begins with `firstBytes`, and grows when needed. */
  constructor(firstBytes = FIRST_BYTES) {
    this.#firstBytes = firstBytes
    this.#use(Buffer.allocUnsafeSlow(firstBytes))
  }

  /** The written bytes, valid until the next write. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.length)
  }

  /** A view of the bytes written from `start` on, for the system. Its construction skips the checks of `Buffer`. */
  from(start: number): Uint8Array {
    return new Uint8Array(this.#memory, start, this.length - start)
  }

  /** The whole memory, with `length` written bytes, for callers that need no view. */
  get memory(): Buffer {
    return this.#bytes
  }

  clear(): void {
    this.length = 0
    if (this.#bytes.length > MOST_KEPT_BYTES) this.#use(Buffer.allocUnsafeSlow(this.#firstBytes))
  }

  /** In UTF-8. */
  text(text: string): void {
    const { length } = text
    const at = this.length
    this.#makeRoom(3 * length)
    const bytes = this.#bytes
    if (length <= SHORT) {
      let seen = 0
      for (let index = 0; index < length; index += 1) {
        const code = text.charCodeAt(index)
        seen |= code
        bytes[at + index] = code
      }
      if (seen < ASCII_END) {
        this.length = at + length
        return
      }
    }
    this.length = at + bytes.write(text, at)
  }

  /** In Latin-1, as heads of messages are. */
  latin1(text: string): void {
    const { length } = text
    const at = this.length
    this.#makeRoom(length)
    const bytes = this.#bytes
    if (length > SHORT) bytes.write(text, at, length, 'latin1')
    else for (let index = 0; index < length; index += 1) bytes[at + index] = text.charCodeAt(index)
    this.length = at + length
  }

  copy(more: Uint8Array): void {
    const { length } = more
    const at = this.length
    this.#makeRoom(length)
    const bytes = this.#bytes
    if (length > SHORT) bytes.set(more, at)
    else for (let index = 0; index < length; index += 1) bytes[at + index] = more[index]!
    this.length = at + length
  }

  /** Copies whole words: up to three bytes after the text are overwritten, which hold nothing yet. */
  writeStatic(text: StaticText): void {
    const { length, words } = text
    if (length > SHORT_READY) return this.copy(text.bytes)
    const at = this.length
    this.#makeRoom(length + WORD_BYTES)
    const view = this.#view
    for (let index = 0, to = at; index < words.length; index += 1, to += WORD_BYTES)
      view.setInt32(to, words[index]!, true)
    this.length = at + length
  }

  /** The digits as in a template literal. */
  number(value: number): void {
    if (!(value >= 0 && value <= LARGEST_SMALL && Number.isInteger(value))) return this.text(String(value))
    let rest = value | 0 // from here on, V8 computes with integers
    let count = 1
    for (let end = 10; end <= rest; end *= 10) count += 1
    this.#makeRoom(count)
    const bytes = this.#bytes
    for (let at = this.length + count - 1; at >= this.length; at -= 1) {
      const above = (rest / 10) | 0
      bytes[at] = 48 + rest - 10 * above
      rest = above
    }
    this.length += count
  }

  #makeRoom(more: number): void {
    const needed = this.length + more
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.length)
    this.#use(larger)
  }

  #use(bytes: Buffer): void {
    this.#bytes = bytes
    this.#memory = bytes.buffer
    this.#view = new DataView(bytes.buffer)
  }
}
