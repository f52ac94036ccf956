import { Expected } from '../transport/read-buffer.ts'
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
  /** The last head that was kept, with its empty line. */
  readonly #bytes = new Expected()
  #last: ReadHead | null = null
  #toHead = false
  /** The head before this one was kept. */
  #isFresh = false
  /** Heads in a row that were others than those before them. */
  #changes = 0

  /** How long the head is that was kept last. */
  get length(): number {
    return this.#bytes.length
  }

  /** The head at `start`, where it is there whole and the one before again. Its body begins `length` later. */
  repeated(bytes: Buffer, start: number, toHead: boolean): ReadHead | null {
    if (!this.#isFresh || toHead !== this.#toHead) return null
    if (!this.#bytes.begins(bytes, start, this.length)) return null
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
    this.#bytes.learn(bytes, start, start + length)
    this.#last = read
  }
}

const EMPTY_LINE_BYTES = 2
