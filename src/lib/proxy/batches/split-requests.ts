import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { QwenctlError } from '../../base/errors.ts'

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const OPENING = new Set([123, 91])
const CLOSING = new Set([125, 93])
const ARRAY = 91
const NEWLINES = new Set([10, 13])
const BLANK = 32
const LONGEST_KEY = 100

/**
 * Writes the elements of `{"requests": [...]}` as lines, in bounded memory. The elements themselves are checked when the
 * lines are read. Returns their number. Throws `invalid_request`.
 */
export async function splitRequests(from: string, to: string): Promise<number> {
  const target = createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true })
  const ended = finished(target)
  ended.catch(() => undefined) // awaited below
  const splitter = new RequestSplitter()
  for await (const chunk of createReadStream(from, { highWaterMark: 256 << 10 }) as AsyncIterable<Buffer>) {
    const lines = splitter.take(chunk)
    if (lines.length > 0 && !target.write(lines)) await Promise.race([once(target, 'drain'), ended])
  }
  target.end()
  await ended
  if (!splitter.isWhole)
    throw new QwenctlError('invalid_request', 'the body is not {"requests": [...]} in whole JSON')
  return splitter.count
}

/** Follows the nesting of JSON text byte by byte, and passes on what lies inside the array `requests`. */
export class RequestSplitter {
  count = 0
  #depth = 0
  #isText = false
  #isEscaped = false
  /** The last text at the top of the document: a key, where a colon follows. */
  #key = ''
  #isInside = false
  #hadList = false
  #isElement = false

  /** The document has ended, and had the list. */
  get isWhole(): boolean {
    return this.#depth === 0 && this.#hadList && !this.#isText
  }

  /** Returns the lines that this piece of the document has, whole or not. */
  take(chunk: Buffer): Buffer {
    const out = Buffer.alloc(chunk.length * 2)
    let size = 0
    for (const byte of chunk) {
      const isKept = this.#step(byte)
      if (isKept === 'end') out[size++] = 10
      else if (isKept) out[size++] = NEWLINES.has(byte) ? BLANK : byte
    }
    return out.subarray(0, size)
  }

  /** True: the byte is part of an element. `end`: an element has ended before it. */
  #step(byte: number): boolean | 'end' {
    if (this.#isText) return this.#stepText(byte)
    if (byte === QUOTE) {
      this.#isText = true
      if (this.#depth === 1) this.#key = ''
    } else if (OPENING.has(byte)) {
      if (this.#opens(byte)) return false
    } else if (CLOSING.has(byte)) {
      if (this.#closes()) return this.#endElement()
    } else if (this.#isInside && this.#depth === 2 && byte === COMMA) return this.#endElement()
    return this.#isInside && this.#isPart(byte)
  }

  /** Whether the list begins here. */
  #opens(byte: number): boolean {
    this.#depth += 1
    if (this.#depth !== 2 || byte !== ARRAY || this.#key !== 'requests' || this.#hadList) return false
    this.#isInside = this.#hadList = true
    return true
  }

  /** Whether the list ends here. */
  #closes(): boolean {
    this.#depth -= 1
    if (!this.#isInside || this.#depth !== 1) return false
    this.#isInside = false
    return true
  }

  /** Blanks between elements are left out. */
  #isPart(byte: number): boolean {
    if (this.#isElement) return true
    if (byte <= BLANK) return false
    this.#isElement = true
    this.count += 1
    return true
  }

  #stepText(byte: number): boolean {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) this.#isText = false
    if (this.#depth === 1 && this.#isText && this.#key.length < LONGEST_KEY)
      this.#key += String.fromCharCode(byte)
    return this.#isInside
  }

  #endElement(): false | 'end' {
    const had = this.#isElement
    this.#isElement = false
    return had ? 'end' : false
  }
}
