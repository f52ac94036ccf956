// The wire folder transforms bytes in transit. Requests and answers stay bytes. Values are found in place,
// changes are spliced in, and everything else leaves exactly as it came. No code here opens a socket or knows
// an account. Nothing is kept beyond one request, except names that recur.
//
// This file walks JSON without building it. Each `skip` takes the offset of an item. The result is the offset
// after it, or one of the negative verdicts below. Structure, literals and numbers are checked exactly. The
// inside of strings (escapes, control characters, UTF-8) is left to the reader. Long strings therefore pass
// at memchr's speed.

/** Byte offsets of a value: `start` inclusive, `end` exclusive. Those of a string include its quotes. */
export interface Span {
  start: number
  end: number
}

export const MALFORMED = -1
export const TOO_DEEP = -2
/** Deeper nesting than any client sends. It also bounds the memory of a walk. */
const MAX_DEPTH = 512

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const OPEN_ARRAY = 0x5b
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

export function skipSpace(body: Buffer, from: number): number {
  let at = from
  for (;;) {
    const byte = body[at]
    // Usually there is no blank: one comparison decides.
    if (byte === undefined || byte > 0x20) return at
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
    at++
  }
}

/** The closing bytes of the open values, the outermost first. Walks are never nested: one list is enough. */
const closers = new Uint8Array(MAX_DEPTH)

/**
 * Skips a value that begins exactly at `from`, inside `depth` others. A loop, so that nesting takes no stack.
 * `lookout` sees every string in it, including keys.
 */
export function skipValue(body: Buffer, from: number, depth = 0, lookout: Lookout | null = null): number {
  let at = from
  let open = depth
  let isFirst = false
  for (;;) {
    const byte = body[at]
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (open >= MAX_DEPTH) return TOO_DEEP
      closers[open++] = byte + 2 // ASCII has the closing byte two later in both cases
      at++
      isFirst = true
    } else if (byte === QUOTE) at = skipString(body, at, lookout)
    else at = skipScalar(body, at)
    while (at >= 0 && open > depth) {
      const closer = closers[open - 1]
      at = skipSpace(body, at)
      if (body[at] === closer) {
        open--
        at++
        isFirst = false
        continue
      }
      if (isFirst) isFirst = false
      else if (body[at] === COMMA) at = skipSpace(body, at + 1)
      else return MALFORMED
      if (closer === CLOSE_OBJECT) at = skipKey(body, at, lookout)
      break
    }
    if (at < 0 || open === depth) return at
  }
}

/** Skips a key at `at`, with its colon; returns the offset of its value. */
function skipKey(body: Buffer, at: number, lookout: Lookout | null): number {
  if (body[at] !== QUOTE) return MALFORMED
  const end = skipString(body, at, lookout)
  if (end < 0) return end
  const colon = skipSpace(body, end)
  return body[colon] === COLON ? skipSpace(body, colon + 1) : MALFORMED
}

/**
 * Watches a walk for one word, as a string or as the end of one after a quote. A text search would find the
 * same word in quotes.
 */
export class Lookout {
  wasSeen = false
  readonly #quoted: Buffer
  readonly #lastLetter: number | undefined

  /** @param quoted the word in its quotes */
  constructor(quoted: Buffer) {
    this.#quoted = quoted
    this.#lastLetter = quoted.at(-2)
  }

  /** Checks the string that ends before `end`. */
  look(body: Buffer, end: number): void {
    if (body[end - 2] !== this.#lastLetter) return
    if (isAt(body, end - this.#quoted.length, this.#quoted)) this.wasSeen = true
  }
}

// A native search costs about as much to start as reading this many bytes by hand.
const SHORT = 48

/** Skips the string with its opening quote at `at`. */
export function skipString(body: Buffer, at: number, lookout: Lookout | null = null): number {
  let from = at + 1
  for (const near = from + SHORT; from < near;) {
    const byte = body[from]
    if (byte === QUOTE) {
      if (lookout !== null) lookout.look(body, from + 1)
      return from + 1
    }
    if (byte === undefined) return MALFORMED
    from += byte === BACKSLASH ? 2 : 1
  }
  const end = skipLongString(body, from)
  if (lookout !== null && end >= 0) lookout.look(body, end)
  return end
}

/** Skips the rest of a string, from a position outside an escape. */
function skipLongString(body: Buffer, start: number): number {
  let from = start
  for (;;) {
    const quote = body.indexOf(QUOTE, from)
    if (quote === -1) return MALFORMED
    // `from` is never inside an escape, so the backslashes before the quote count from there.
    if (!isEscaped(body, quote, from)) return quote + 1
    from = quote + 1
  }
}

function isEscaped(body: Buffer, quote: number, from: number): boolean {
  let at = quote
  while (at > from && body[at - 1] === BACKSLASH) at--
  return (quote - at) % 2 === 1
}

function skipScalar(body: Buffer, at: number): number {
  switch (body[at] ?? 0) {
    case 0x74:
      return skipLiteral(body, at, TRUE)
    case 0x66:
      return skipLiteral(body, at, FALSE)
    case 0x6e:
      return skipLiteral(body, at, NULL)
    default:
      return skipNumber(body, at)
  }
}

const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')

function skipLiteral(body: Buffer, at: number, literal: Buffer): number {
  for (let index = 1; index < literal.length; index++) {
    if (body[at + index] !== literal[index]) return MALFORMED
  }
  return at + literal.length
}

function skipNumber(body: Buffer, from: number): number {
  let at = body[from] === MINUS ? from + 1 : from
  const whole = at
  at = skipDigits(body, at)
  if (at === whole || (body[whole] === ZERO && at > whole + 1)) return MALFORMED
  if (body[at] === DOT) {
    const fraction = at + 1
    at = skipDigits(body, fraction)
    if (at === fraction) return MALFORMED
  }
  if (body[at] !== 0x65 && body[at] !== 0x45) return at
  const sign = body[at + 1]
  const exponent = sign === 0x2b || sign === MINUS ? at + 2 : at + 1
  at = skipDigits(body, exponent)
  return at === exponent ? MALFORMED : at
}

function skipDigits(body: Buffer, from: number): number {
  let at = from
  for (;;) {
    const byte = body[at]
    if (byte === undefined || byte < 0x30 || byte > 0x39) return at
    at++
  }
}

/** Whether the bytes at `start` are `expected`. */
export function isAt(body: Buffer, start: number, expected: Buffer): boolean {
  for (let index = 0; index < expected.length; index++) {
    if (body[start + index] !== expected[index]) return false
  }
  return true
}
