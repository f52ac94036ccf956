// Iterators over an object or an array, for callers that need its parts. They are objects, not functions with
// callbacks. Closures took a quarter of the time that inspecting an answer takes.
import { MALFORMED, isAt, skipSpace, skipString, skipValue, type Lookout, type Span } from './json-scan.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The members of the object at `open` (its `{`), inside `depth` other values. */
export class Members {
  /** The key's bytes, without its quotes. */
  keyStart = 0
  keyEnd = 0
  /** Offset of the value. */
  start = 0
  /**
   * The read position: the value's end, once it is skipped. At the end, the object's end or a negative
   * verdict.
   */
  end: number
  readonly #body: Buffer
  readonly #depth: number
  readonly #lookout: Lookout | null
  #isFirst = true

  constructor(body: Buffer, open: number, depth = 0, lookout: Lookout | null = null) {
    this.#body = body
    this.#depth = depth
    this.#lookout = lookout
    this.end = open + 1
  }

  /** Continues with another object of the same body and depth. */
  reopen(open: number): void {
    this.end = open + 1
    this.#isFirst = true
  }

  /** Moves to the next member and skips its value. False: there is none, or it is malformed. */
  next(): boolean {
    return this.nextKey() && this.skip()
  }

  /** Moves to the next key. Before the next call, the caller skips the value or sets `end` after it. */
  nextKey(): boolean {
    if (this.end < 0) return false
    const body = this.#body
    let at = skipSpace(body, this.end)
    if (body[at] === CLOSE_OBJECT) {
      this.end = at + 1
      return false
    }
    if (this.#isFirst) this.#isFirst = false
    else if (body[at] === COMMA) at = skipSpace(body, at + 1)
    else return this.#refuse()
    if (body[at] !== QUOTE) return this.#refuse()
    const keyEnd = skipString(body, at, this.#lookout)
    if (keyEnd < 0) return this.#refuse()
    const colon = skipSpace(body, keyEnd)
    if (body[colon] !== COLON) return this.#refuse()
    this.keyStart = at + 1
    this.keyEnd = keyEnd - 1
    this.start = skipSpace(body, colon + 1)
    return true
  }

  skip(): boolean {
    this.end = skipValue(this.#body, this.start, this.#depth + 1, this.#lookout)
    return this.end >= 0
  }

  /** Whether the key is this one, written without escapes. */
  isKey(expected: Buffer): boolean {
    return this.keyEnd - this.keyStart === expected.length && isAt(this.#body, this.keyStart, expected)
  }

  #refuse(): boolean {
    this.end = MALFORMED
    return false
  }
}

/** The elements of the array at `open` (its `[`), inside `depth` other values. */
export class Elements {
  /** Offset of the element. */
  start = 0
  /** The read position, as in `Members`. */
  end: number
  readonly #body: Buffer
  readonly #depth: number
  #isFirst = true

  constructor(body: Buffer, open: number, depth = 0) {
    this.#body = body
    this.#depth = depth
    this.end = open + 1
  }

  /** Moves to the next element. Before the next call, the caller skips it or sets `end` after it. */
  next(): boolean {
    if (this.end < 0) return false
    const body = this.#body
    const at = skipSpace(body, this.end)
    if (body[at] === CLOSE_ARRAY) {
      this.end = at + 1
      return false
    }
    if (this.#isFirst) {
      this.#isFirst = false
      this.start = at
      return true
    }
    if (body[at] !== COMMA) {
      this.end = MALFORMED
      return false
    }
    this.start = skipSpace(body, at + 1)
    return true
  }

  skip(): boolean {
    this.end = skipValue(this.#body, this.start, this.#depth + 1)
    return this.end >= 0
  }
}

// Longer than any known key, even with each letter written as an escape of six bytes.
const LONGEST_WRITTEN_KEY = 256

/** Decodes a key with escapes (`mod\u0065l`); null for one without escapes, or one too long to be known. */
export function writtenWithEscapes(body: Buffer, start: number, end: number): string | null {
  if (end - start > LONGEST_WRITTEN_KEY) return null
  let at = start
  while (at < end && body[at] !== BACKSLASH) at++
  if (at === end) return null
  try {
    return JSON.parse(body.toString('utf8', start - 1, end + 1)) as string
  } catch {
    return null // an escape that JSON does not have: no known key
  }
}

/**
 * Returns the spans of `key`'s values in the object at `span`: usually one or none, several for a repeated
 * key.
 */
export function memberSpans(body: Buffer, span: Span, key: string): Span[] {
  const found: Span[] = []
  if (body[span.start] !== OPEN_OBJECT) return found
  const bytes = Buffer.from(key)
  const members = new Members(body, span.start)
  while (members.next()) {
    if (members.isKey(bytes) || writtenWithEscapes(body, members.keyStart, members.keyEnd) === key)
      found.push({ start: members.start, end: members.end })
  }
  return found
}

/** Returns the first `count` elements of the array at `span`; none if it is no array. */
export function elementSpans(body: Buffer, span: Span, count: number): Span[] {
  const found: Span[] = []
  if (body[span.start] !== OPEN_ARRAY) return found
  const elements = new Elements(body, span.start)
  while (found.length < count && elements.next() && elements.skip()) {
    found.push({ start: elements.start, end: elements.end })
  }
  return found
}
