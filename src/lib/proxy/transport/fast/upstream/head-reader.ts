import type { ReadBuffer } from '../sockets/read-buffer.ts'
import { Expected } from '../sockets/read-buffer.ts'
import type { Span } from '../../../wire/body/json-scan.ts'
import { readFraming, type ResponseFraming } from '../../response-framing.ts'
import type { UpstreamHead } from '../../upstream-head.ts'
import { parseHead } from './parse-head.ts'

/** A head, and where its body ends; null: it is informational, and has none. */
export interface ReadHead {
  head: UpstreamHead
  framing: ResponseFraming | null
}

/** Longer heads are not kept for an idle connection. */
const MOST_KEPT_BYTES = 2048
/** If every head of a service differs (by a request id in it), it is compared only now and then. */
const PATIENCE = 8
const SELDOM = 16

/**
 * Reads the heads of one connection. A head that repeats the previous one byte for byte yields the same
 * object, with everything derived from it. Many services repeat heads within a second.
 */
export class HeadReader {
  /** The last head that was kept, with its empty line. */
  readonly #bytes: Expected
  #last: ReadHead | null = null
  #toHead = false
  /** The head before this one was kept. */
  #isFresh = false
  /** Number of successive heads that each differed from the one before. */
  #changes = 0

  constructor(reads: ReadBuffer) {
    this.#bytes = new Expected(reads)
  }

  /** Length of the head kept last. */
  get length(): number {
    return this.#bytes.length
  }

  /**
   * Returns the head at `start`, if it is complete and repeats the previous one. Its body begins `length`
   * later.
   */
  repeated(bytes: Buffer, start: number, toHead: boolean): ReadHead | null {
    if (!this.#isFresh || toHead !== this.#toHead) return null
    if (!this.#bytes.begins(bytes, start, this.length)) return null
    this.#changes = 0
    return this.#last
  }

  /**
   * Parses the head at `span` as `parseHead` does. `toHead`: it answers a HEAD request. Returns the reason if
   * the head cannot be trusted.
   */
  read(bytes: Buffer, span: Span, toHead: boolean): ReadHead | string {
    const head = parseHead(bytes, span)
    if (typeof head === 'string') return head
    if (head.status < 200) return { head, framing: null }
    const framing = readFraming(head, toHead)
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
    this.#bytes.learn(bytes, start, start + length)
    this.#last = read
  }
}

const EMPTY_LINE_BYTES = 2
