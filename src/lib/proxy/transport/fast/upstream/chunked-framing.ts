const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const SEMICOLON = 59

/** Chunk extensions carry nothing useful. This much of one is skipped, and more is an attack. */
const maxExtensionBytes = 4096
const maxTrailerBytes = 64 * 1024
/** 13 hex digits are 52 bits: past that a number no longer counts bytes exactly. */
const maxSizeDigits = 13

type Phase =
  | 'first-digit'
  | 'size'
  | 'blank'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'trailer-start'
  | 'trailer'
  | 'trailer-lf'
  | 'last-lf'
  | 'done'
  | 'bad'

/**
 * The bytes between the data of a chunked body (RFC 9112 7.1): sizes, extensions and trailers. Extensions and
 * trailers are checked for their shape and dropped. While `phase` is `data`, the next `remaining` bytes
 * belong to the caller.
 */
export class ChunkedFraming {
  phase: Phase = 'first-digit'
  remaining = 0
  #count = 0

  reset(): void {
    this.phase = 'first-digit'
    this.remaining = 0
    this.#count = 0
  }

  /** Counts `bytes` data bytes as consumed. */
  consumed(bytes: number): void {
    this.remaining -= bytes
    if (this.remaining === 0) this.phase = 'data-cr'
  }

  /** Takes one byte that is not data; returns the phase after it. */
  step(byte: number): Phase {
    switch (this.phase) {
      case 'first-digit':
      case 'size':
      case 'blank':
      case 'extension':
      case 'size-lf':
        this.#sizeLine(byte)
        break
      case 'data-cr':
        this.#expect(byte, CR, 'data-lf')
        break
      case 'data-lf':
        this.reset()
        this.#expect(byte, LF, 'first-digit')
        break
      case 'trailer-start':
      case 'trailer':
      case 'trailer-lf':
      case 'last-lf':
        this.#trailer(byte)
        break
      case 'data':
      case 'done':
      case 'bad':
        this.#bad()
    }
    return this.phase
  }

  #expect(byte: number, wanted: number, next: Phase): void {
    this.phase = byte === wanted ? next : 'bad'
  }

  #sizeLine(byte: number): void {
    if (this.phase === 'size-lf') {
      this.#count = 0
      return this.#expect(byte, LF, this.remaining === 0 ? 'trailer-start' : 'data')
    }
    if (this.phase === 'first-digit' || this.phase === 'size') {
      const digit = hexDigit(byte)
      if (digit >= 0) return this.#digit(digit)
      if (this.phase === 'first-digit') return this.#bad()
      this.#count = 0
    }
    this.#afterSize(byte)
  }

  #digit(digit: number): void {
    if (++this.#count > maxSizeDigits) return this.#bad()
    this.remaining = this.remaining * 16 + digit
    this.phase = 'size'
  }

  /** Blanks may come before an extension. Anything else after a size is invalid. */
  #afterSize(byte: number): void {
    if (byte === CR) this.phase = 'size-lf'
    else if (++this.#count > maxExtensionBytes) this.#bad()
    else if (this.phase === 'extension') {
      if (isControl(byte)) this.#bad()
    } else if (byte === SEMICOLON) this.phase = 'extension'
    else if (byte === SPACE || byte === TAB) this.phase = 'blank'
    else this.#bad()
  }

  #trailer(byte: number): void {
    if (++this.#count > maxTrailerBytes) return this.#bad()
    if (this.phase === 'last-lf') return this.#expect(byte, LF, 'done')
    if (this.phase === 'trailer-lf') return this.#expect(byte, LF, 'trailer-start')
    if (byte === CR) this.phase = this.phase === 'trailer-start' ? 'last-lf' : 'trailer-lf'
    else if (isControl(byte)) this.#bad()
    else this.phase = 'trailer'
  }

  #bad(): void {
    this.phase = 'bad'
  }
}

function isControl(byte: number): boolean {
  return (byte < SPACE && byte !== TAB) || byte === 127
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
