import { MOST_HEAD_BYTES, lengthOf, parsePlainHead } from './plain-head.ts'
import type { PlainHead } from './plain-head.ts'

const EMPTY_LINE = Buffer.from('\r\n\r\n')
const CR = 13
const ZERO = 0x30
const NOTHING = Buffer.alloc(0)

/**
 * Reads the heads of one connection. A program sends the same head with every request, but for the length of the body:
 * that is seen by comparing bytes, and only a new head is read.
 */
export class PlainHeads {
  /** Of the request read last. */
  head: PlainHead | null = null
  /** Where its body begins, and how long it is. */
  bodyAt = 0
  bodyBytes = 0
  /** The bytes that `head` was read from. */
  #bytes = NOTHING

  /** False: the chunk does not begin with a whole head, or with one that is not plain. */
  read(chunk: Buffer): boolean {
    return (this.head !== null && this.#isAgain(chunk, this.head)) || this.#isNew(chunk)
  }

  #isAgain(chunk: Buffer, { lengthStart, lengthEnd }: PlainHead): boolean {
    const bytes = this.#bytes
    if (lengthEnd === 0) {
      if (!isAt(chunk, 0, bytes, 0)) return false
      this.bodyAt = bytes.length
      return true
    }
    let end = lengthStart
    let length = 0
    for (let byte = chunk[end]; byte !== CR; byte = chunk[++end]) {
      if (byte === undefined || byte < ZERO || byte > ZERO + 9 || end - lengthStart > 8) return false
      length = length * 10 + byte - ZERO
    }
    if (end === lengthStart || !isAt(chunk, end, bytes, lengthEnd)) return false
    if (bytes.compare(chunk, 0, lengthStart, 0, lengthStart) !== 0) return false
    this.bodyAt = end + bytes.length - lengthEnd
    this.bodyBytes = length
    return true
  }

  #isNew(chunk: Buffer): boolean {
    this.head = null
    const end = chunk.indexOf(EMPTY_LINE)
    if (end < 0 || end > MOST_HEAD_BYTES) return false
    const head = parsePlainHead(chunk.toString('latin1', 0, end))
    if (head === null) return false
    const { lengthStart, lengthEnd } = head
    this.head = head
    this.bodyAt = end + EMPTY_LINE.length
    this.bodyBytes = lengthEnd === 0 ? 0 : lengthOf(chunk.toString('latin1', lengthStart, lengthEnd))
    // Memory of its own: a piece of Node's pool would keep 64 KB for each connection.
    this.#bytes = Buffer.allocUnsafeSlow(this.bodyAt)
    this.#bytes.set(chunk.subarray(0, this.bodyAt))
    return true
  }
}

/** Whether all of `bytes` from `from` on stands in the chunk at `at`. */
function isAt(chunk: Buffer, at: number, bytes: Buffer, from: number): boolean {
  const end = at + bytes.length - from
  return chunk.length >= end && bytes.compare(chunk, at, end, from) === 0
}
