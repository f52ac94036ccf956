const DASH = 0x2d
const NINE = 0x39
const LETTER_A = 0x61
const LETTER_Z = 0x7a
const ZERO = 0x30
/** More than can be counted in a process's life. */
const MOST_DIGITS = 12

/**
 * Names that begin alike and end with a running number in base 36: `req-mf3k-0`, `req-mf3k-1`. Each is made from bytes,
 * for V8 keeps a text put together from others in pieces, and every letter that is read of it then costs twice as much.
 */
export class RunningIds {
  readonly #bytes: Buffer
  /** Where the digits begin, and where they end. */
  readonly #digits: number
  #length: number
  #isFirst = true

  /** `beginning`: of Latin-1 characters. */
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
    // All were the last one: there is one more digit.
    bytes.copyWithin(this.#digits + 1, this.#digits, this.#length)
    bytes[this.#digits] = ZERO + 1
    this.#length += 1
  }
}
