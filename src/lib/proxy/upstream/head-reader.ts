import type { Span } from '../wire/json-scan.ts'
import { framingOf, type ResponseFraming } from './response-framing.ts'
import { parseHead, type UpstreamHead } from './response-head.ts'

/** A head, and where its body ends; null: it is informational, and has none. */
export interface ReadHead {
  head: UpstreamHead
  framing: ResponseFraming | null
}

/** Longer ones are not kept for an idle connection's sake. */
const MOST_KEPT_BYTES = 2048
/** A service whose every head is another one (with the id of the request in it) is tried now and then only. */
const PATIENCE = 8
const SELDOM = 16

/**
 * Reads the heads that come over one connection. Where one comes that is byte for byte the one before, as many services
 * send them within a second, it is the same object, with what others have worked out from it.
 */
export class HeadReader {
  /** How long the last head is that was kept, with its empty line. */
  length = 0
  /** It stands in the first bytes. */
  #bytes: Buffer | null = null
  #last: ReadHead | null = null
  #toHead = false
  /** The head before this one was kept. */
  #isFresh = false
  /** Heads in a row that were others than those before them. */
  #changes = 0

  /** The head at `start`, where it is there whole and the one before again. Its body begins `length` later. */
  repeated(bytes: Buffer, start: number, toHead: boolean): ReadHead | null {
    const { length } = this
    if (!this.#isFresh || toHead !== this.#toHead || start + length > bytes.length) return null
    if (bytes.compare(this.#bytes!, 0, length, start, start + length) !== 0) return null
    this.#changes = 0
    return this.#last
  }

  /** Takes the head at `span` as `parseHead` does; `toHead`: it answers a HEAD. The reason where it cannot be trusted. */
  read(bytes: Buffer, span: Span, toHead: boolean): ReadHead | string {
    const head = parseHead(bytes, span)
    if (typeof head === 'string') return head
    if (head.status < 200) return { head, framing: null }
    const framing = framingOf(head, toHead)
    if (typeof framing === 'string') return framing
    const read = { head, framing }
    this.#changes++
    this.#isFresh = this.#changes <= PATIENCE || this.#changes % SELDOM === 0
    if (this.#isFresh) this.#keep(bytes, span, read)
    this.#toHead = toHead
    return read
  }

  #keep(bytes: Buffer, { start, end }: Span, read: ReadHead): void {
    const length = end + EMPTY_LINE_BYTES - start
    this.#isFresh = length <= MOST_KEPT_BYTES
    if (!this.#isFresh) return
    if (this.#bytes === null || this.#bytes.length < length)
      this.#bytes = Buffer.allocUnsafeSlow(length + SLACK)
    this.#bytes.set(bytes.subarray(start, start + length))
    this.length = length
    this.#last = read
  }
}

const EMPTY_LINE_BYTES = 2
/** Heads differ by a digit or two. */
const SLACK = 64
