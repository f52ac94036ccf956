// The wire folder: what the proxy does to bytes on their way through. Requests and answers stay bytes: what must be known
// is found in place, what must change is spliced in, and everything else leaves exactly as it came. Nothing here opens
// a socket, knows an account or keeps state beyond one request.
//
// This file walks JSON without building it: each `skip` takes the offset where something begins and answers the offset
// after it, or one of the negative verdicts below. Structure, literals and numbers are checked to the letter; the inside
// of strings (escapes, control characters, UTF-8) is the reader's business, so that long strings go at memchr's speed.

/** Offsets of a value's bytes: `start` inclusive, `end` exclusive; a string's include its quotes. */
export interface Span {
  start: number
  end: number
}

export const MALFORMED = -1
export const TOO_DEEP = -2
/** Deeper nesting than any client sends; the walk recurses, so that this also bounds its stack. */
const MAX_DEPTH = 512

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Told of each member in order. The key's offsets leave out its quotes. */
export type VisitMember = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void

/** Told of each element in order; false ends the walk. */
export type VisitElement = (start: number, end: number) => boolean

export function skipSpace(body: Buffer, from: number): number {
  let at = from
  for (;;) {
    const byte = body[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
    at++
  }
}

/** A value that begins exactly at `at`. */
export function skipValue(body: Buffer, at: number, depth = 0): number {
  switch (body[at] ?? 0) {
    case QUOTE:
      return skipString(body, at)
    case OPEN_OBJECT:
      return skipObject(body, at, depth)
    case OPEN_ARRAY:
      return skipArray(body, at, depth)
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

/** The object whose `{` stands at `at`. */
export function skipObject(body: Buffer, at: number, depth: number, visit?: VisitMember): number {
  if (depth >= MAX_DEPTH) return TOO_DEEP
  let next = skipSpace(body, at + 1)
  if (body[next] === CLOSE_OBJECT) return next + 1
  for (;;) {
    if (body[next] !== QUOTE) return MALFORMED
    const keyStart = next + 1
    const keyEnd = skipString(body, next)
    if (keyEnd < 0) return keyEnd
    next = skipSpace(body, keyEnd)
    if (body[next] !== COLON) return MALFORMED
    const valueStart = skipSpace(body, next + 1)
    const valueEnd = skipValue(body, valueStart, depth + 1)
    if (valueEnd < 0) return valueEnd
    visit?.(keyStart, keyEnd - 1, valueStart, valueEnd)
    next = skipSpace(body, valueEnd)
    if (body[next] === CLOSE_OBJECT) return next + 1
    if (body[next] !== COMMA) return MALFORMED
    next = skipSpace(body, next + 1)
  }
}

/** The array whose `[` stands at `at`; where `visit` ended the walk, the offset after that element. */
export function skipArray(body: Buffer, at: number, depth: number, visit?: VisitElement): number {
  if (depth >= MAX_DEPTH) return TOO_DEEP
  let next = skipSpace(body, at + 1)
  if (body[next] === CLOSE_ARRAY) return next + 1
  for (;;) {
    const end = skipValue(body, next, depth + 1)
    if (end < 0) return end
    if (visit?.(next, end) === false) return end
    next = skipSpace(body, end)
    if (body[next] === CLOSE_ARRAY) return next + 1
    if (body[next] !== COMMA) return MALFORMED
    next = skipSpace(body, next + 1)
  }
}

// A native search costs about as much to start as reading this many bytes by hand.
const SHORT = 48

/** The string whose opening quote stands at `at`. */
function skipString(body: Buffer, at: number): number {
  let from = at + 1
  for (;;) {
    const near = Math.min(from + SHORT, body.length)
    while (from < near) {
      const byte = body[from]
      if (byte === QUOTE) return from + 1
      from += byte === BACKSLASH ? 2 : 1
    }
    const quote = body.indexOf(QUOTE, from)
    if (quote === -1) return MALFORMED
    // `from` never stands inside an escape, so that the backslashes before the quote count from there.
    if (!isEscaped(body, quote, from)) return quote + 1
    from = quote + 1
  }
}

function isEscaped(body: Buffer, quote: number, from: number): boolean {
  let at = quote
  while (at > from && body[at - 1] === BACKSLASH) at--
  return (quote - at) % 2 === 1
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

// Longer than any key that we look for, with each of its letters written as an escape of six bytes.
const LONGEST_WRITTEN_KEY = 256

/** A key spelled with escapes (`mod\u0065l`), read; null for one without, or one too long to be looked for. */
export function writtenWithEscapes(body: Buffer, start: number, end: number): string | null {
  if (end - start > LONGEST_WRITTEN_KEY) return null
  let at = start
  while (at < end && body[at] !== BACKSLASH) at++
  if (at === end) return null
  try {
    return JSON.parse(body.toString('utf8', start - 1, end + 1)) as string
  } catch {
    return null // an escape that JSON does not have: no key that anybody looks for
  }
}

/** Where the values of `key` stand in the object at `span`: usually one or none, several when the key is repeated. */
export function memberSpans(body: Buffer, span: Span, key: string): Span[] {
  const found: Span[] = []
  if (body[span.start] !== OPEN_OBJECT) return found
  const bytes = Buffer.from(key)
  skipObject(body, span.start, 0, (keyStart, keyEnd, start, end) => {
    const isPlain = keyEnd - keyStart === bytes.length && isAt(body, keyStart, bytes)
    if (isPlain || writtenWithEscapes(body, keyStart, keyEnd) === key) found.push({ start, end })
  })
  return found
}

/** The first `count` elements of the array at `span`; none when it is no array. */
export function elementSpans(body: Buffer, span: Span, count: number): Span[] {
  const found: Span[] = []
  if (body[span.start] !== OPEN_ARRAY) return found
  skipArray(body, span.start, 0, (start, end) => {
    found.push({ start, end })
    return found.length < count
  })
  return found
}
