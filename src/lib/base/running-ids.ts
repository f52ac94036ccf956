const DASH = 0x2d
const NINE = 0x39
const LETTER_A = 0x61
const LETTER_Z = 0x7a
const ZERO = 0x30
/** More digits than a process can ever use. */
const MOST_DIGITS = 12

/**
 * Ids with a common prefix and a running number in base 36: `req-mf3k-0`, `req-mf3k-1`. Each id is made from bytes.
 * V8 keeps a concatenated text in pieces, and reading each of its letters then costs twice as much.
 */
export class RunningIds {
  readonly #bytes: Buffer
  /** The offsets of the first digit and of the end. */
  readonly #digits: number
  #length: number
  #isFirst = true

  /** `beginning`: Latin-1 characters only. */
  constructor(beginning: string) {
    const start = Buffer.from(beginning, 'latin1')
    this.#bytes = Buffer.alloc(start.length + 1 + MOST_DIGITS)
    start.copy(this.#bytes)
    this.#bytes[start.length] = DASH
    this.#bytes[start.length + 1] = ZERO
    this.#digits = start.length + 1
    this.#length = start.length + 2
  }

  next(): string {
    if (this.#isFirst) this.#isFirst = false
    else this.#count()
    return this.#bytes.toString('latin1', 0, this.#length)
  }

  #count(): void {
    const bytes = this.#bytes
    for (let at = this.#length - 1; at >= this.#digits; at -= 1) {
      const digit = bytes[at]!
      if (digit !== LETTER_Z) {
        bytes[at] = digit === NINE ? LETTER_A : digit + 1
        return
      }
      bytes[at] = ZERO
    }
    // All digits were the highest one: the number gains a digit.
    bytes.copyWithin(this.#digits + 1, this.#digits, this.#length)
    bytes[this.#digits] = ZERO + 1
    this.#length += 1
  }
}
