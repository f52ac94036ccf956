import { ChunkedFraming } from './chunked-framing.ts'
import type { ReadBuffer } from '../sockets/read-buffer.ts'
import { HeadReader, type ReadHead } from './head-reader.ts'
import { chunked, untilClose } from '../../response-framing.ts'
import type { UpstreamHead } from '../../upstream-head.ts'

export interface ParserListener {
  onHead(head: UpstreamHead): void
  /** Never empty. A view into the pushed bytes, not a copy. */
  onData(chunk: Buffer): void
  /** The response is complete. `extra` bytes followed it that belong to no request. */
  onComplete(extra: number): void
  onMalformed(reason: string): void
}

/** Includes the empty line at its end. */
export const maxHeadBytes = 64 * 1024

// As bytes, since a string would be converted for every search.
const headEnd = Buffer.from('\r\n\r\n')
const LF = 10
const CR = 13

type State = 'off' | 'head' | 'length' | 'chunked' | 'until-close'

/**
 * Turns the bytes of a connection into the events of one response at a time, without IO. Holds back only an
 * incomplete head. Never throws, whatever is pushed. After `onComplete`, `onMalformed` or `stop` the parser
 * is off until the next `begin`. 1xx responses are skipped, except 101, which was not requested.
 */
export class ResponseParser {
  /** Whether any byte of an answer has come since `begin`. */
  sawBytes = false
  persistent = false
  keepAliveHintMs: number | null = null
  readonly #events: ParserListener
  readonly #chunks = new ChunkedFraming()
  readonly #heads: HeadReader
  #state: State = 'off'
  #toHead = false
  #remaining = 0
  /**
   * The incomplete head in `#pending[0..#held)`. The buffer doubles as it grows, so a head byte by byte stays
   * linear.
   */
  #pending: Buffer | null = null
  #held = 0

  constructor(events: ParserListener, reads: ReadBuffer) {
    this.#events = events
    this.#heads = new HeadReader(reads)
  }

  /** Prepares for the response to a request. A response to HEAD has no body, whatever it declares. */
  begin(method: string): void {
    this.sawBytes = false
    this.#toHead = method === 'HEAD'
    this.#state = 'head'
  }

  /** Whether the head is still to come (or no response is expected). */
  get beforeHead(): boolean {
    return this.#state === 'head' || this.#state === 'off'
  }

  stop(): void {
    this.#state = 'off'
    this.#pending = null
    this.#held = 0
  }

  push(chunk: Buffer): void {
    this.sawBytes = true
    let at = 0
    while (at < chunk.length) {
      switch (this.#state) {
        case 'head':
          at = this.#head(chunk, at)
          break
        case 'length':
          at = this.#counted(chunk, at)
          break
        case 'chunked':
          at = this.#chunked(chunk, at)
          break
        case 'until-close':
          this.#events.onData(slice(chunk, at, chunk.length))
          return
        case 'off':
          return
      }
    }
  }

  /** The peer has sent its last byte. True if that is how the body ends; `onComplete` was then called. */
  end(): boolean {
    if (this.#state !== 'until-close') return false
    this.#complete(0)
    return true
  }

  #head(chunk: Buffer, start: number): number {
    const heads = this.#heads
    if (this.#pending === null) {
      const read = heads.repeated(chunk, start, this.#toHead)
      if (read !== null) return this.#wholeHead(read, chunk, start + heads.length)
    }
    const found = chunk.indexOf(headEnd, start)
    if (this.#pending === null && found >= 0) {
      if (found + 4 - start > maxHeadBytes) return this.#tooLarge(chunk)
      const read = heads.read(chunk, { start, end: found + 2 }, this.#toHead)
      return this.#wholeHead(read, chunk, found + 4)
    }
    return this.#splitHead(chunk, start)
  }

  #splitHead(chunk: Buffer, start: number): number {
    const before = this.#held
    // Bytes past the limit are never held.
    const taken = Math.min(chunk.length - start, maxHeadBytes - before)
    const pending = this.#room(before + taken)
    chunk.copy(pending, before, start, start + taken)
    this.#held = before + taken
    const bytes = pending.subarray(0, this.#held)
    const found = bytes.indexOf(headEnd, Math.max(0, before - 3))
    if (found < 0) {
      if (this.#held === maxHeadBytes) return this.#tooLarge(chunk)
      const trouble = earlyTrouble(bytes, before)
      return trouble === null ? chunk.length : this.#malformed(trouble, chunk)
    }
    this.#pending = null
    this.#held = 0
    const read = this.#heads.read(bytes, { start: 0, end: found + 2 }, this.#toHead)
    return this.#wholeHead(read, chunk, start + found + 4 - before)
  }

  #room(size: number): Buffer {
    const old = this.#pending
    if (old !== null && old.length >= size) return old
    const grown = Buffer.allocUnsafe(Math.max(1024, size, old === null ? 0 : old.length * 2))
    old?.copy(grown, 0, 0, this.#held)
    this.#pending = grown
    return grown
  }

  /** The body starts at `bodyAt` of the chunk. */
  #wholeHead(read: ReadHead | string, chunk: Buffer, bodyAt: number): number {
    if (typeof read === 'string') return this.#malformed(read, chunk)
    const { head, framing } = read
    if (head.status === 101) return this.#malformed('it switches protocols, which was not asked for', chunk)
    if (framing === null) return bodyAt
    this.persistent = framing.persistent
    this.keepAliveHintMs = framing.keepAliveHintMs
    this.#expectBody(framing.length)
    this.#events.onHead(head)
    if (this.#state === 'length' && this.#remaining === 0) return this.#complete(chunk.length - bodyAt, chunk)
    return bodyAt
  }

  #expectBody(length: number): void {
    if (length === untilClose) this.#state = 'until-close'
    else if (length === chunked) {
      this.#chunks.reset()
      this.#state = 'chunked'
    } else {
      this.#remaining = length
      this.#state = 'length'
    }
  }

  #counted(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#remaining)
    this.#remaining -= end - at
    this.#events.onData(slice(chunk, at, end))
    if (this.#remaining === 0 && this.#state === 'length') return this.#complete(chunk.length - end, chunk)
    return end
  }

  #chunked(chunk: Buffer, start: number): number {
    const chunks = this.#chunks
    if (chunks.phase === 'data') {
      const end = Math.min(chunk.length, start + chunks.remaining)
      chunks.consumed(end - start)
      this.#events.onData(slice(chunk, start, end))
      return end
    }
    for (let at = start; at < chunk.length;) {
      const phase = chunks.step(chunk[at++]!)
      if (phase === 'data') return at
      if (phase === 'done') return this.#complete(chunk.length - at, chunk)
      if (phase === 'bad') return this.#malformed('its chunked body is not valid', chunk)
    }
    return chunk.length
  }

  /**
   * Turns the parser off before the event, and ignores the rest of the chunk: the listener may begin the next
   * request at once. Returns where parsing continues, which is the chunk's end.
   */
  #complete(extra: number, chunk?: Buffer): number {
    this.#state = 'off'
    this.#events.onComplete(extra)
    return chunk === undefined ? 0 : chunk.length
  }

  #malformed(reason: string, chunk: Buffer): number {
    this.stop()
    this.#events.onMalformed(reason)
    return chunk.length
  }

  #tooLarge(chunk: Buffer): number {
    return this.#malformed(`its head is larger than ${maxHeadBytes} bytes`, chunk)
  }
}

/** Reports at once a fault that no later byte can repair, without waiting for the head's time-out. */
function earlyTrouble(bytes: Buffer, from: number): string | null {
  const start = bytes.toString('latin1', 0, 7)
  if (!'HTTP/1.'.startsWith(start)) return 'it is not an HTTP/1 response'
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1))
    if (bytes[at - 1] !== CR) return 'a line of its head does not end with CRLF'
  return null
}

function slice(chunk: Buffer, start: number, end: number): Buffer {
  return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end)
}
