import type { IncomingHttpHeaders } from 'node:http'
import type { BufferPool } from '../sockets/buffer-pool.ts'
import type { FastSockets } from '../sockets/fast-sockets.ts'
import type { SocketWriter } from '../sockets/socket-writer.ts'
import type { WriteListener } from '../sockets/write-batcher.ts'
import { PassedHeaders, nothingPassed } from '../../../wire/headers/response-headers.ts'
import { ResponseHeadBytes, isBodiless } from './response-head-bytes.ts'
import { COPIED_BODY_BYTES } from '../../client-call.ts'
import type { BodyReader, CallListener, ClientCall } from '../../client-call.ts'
import type { ClientConnection } from '../../client-connection.ts'
import type { FastHead } from './fast-head.ts'
import type { HeadLines } from './head-lines.ts'

/** The part of its connection that a call needs. */
export interface FastLine {
  readonly connection: ClientConnection
  readonly writer: SocketWriter
  readonly sockets: FastSockets
  readonly headLines: HeadLines
  /** The connection takes no more requests. */
  readonly isClosing: boolean
  /** The answer has left. `unread` bytes of the request are still to come. */
  over(unread: number): void
  /** A client that sends for longer is cut off. */
  linger(ms: number): void
}

const NOTHING = Buffer.alloc(0)

/** A plain request, and its answer in HTTP/1.1 framing. */
export class FastCall implements ClientCall, WriteListener {
  readonly connection: ClientConnection
  readonly memory: BufferPool
  readonly node = null
  readonly body: Buffer | null
  readonly piece: Buffer | null
  readonly announcedBytes: number
  listener: CallListener | null = null
  hasBegun = false
  readonly #head: FastHead
  /** Null: the call is over. */
  #line: FastLine | null
  #reader: BodyReader | null = null
  /** Body bytes still to come. */
  #unread: number
  /** In a chunked answer: the bytes before the next chunk. */
  #before = ''
  #isChunked = false
  #hasBody = true
  #end: 'open' | 'whole' | 'cut' = 'open'

  /** `piece` begins with the whole body. Null: the body is still to come, or there is none. */
  constructor(line: FastLine, head: FastHead, bytes: number, piece: Buffer | null) {
    this.connection = line.connection
    this.memory = line.sockets.bodies
    this.body = bytes === 0 ? NOTHING : piece === null ? null : piece.subarray(0, bytes)
    this.piece = piece
    this.announcedBytes = bytes
    this.#line = line
    this.#head = head
    this.#unread = piece === null ? bytes : 0
  }

  get method(): string {
    return this.#head.method
  }

  get url(): string {
    return this.#head.url
  }

  get rawHeaders(): readonly string[] {
    return this.#head.rawHeaders
  }

  get headers(): IncomingHttpHeaders {
    return this.#head.headers
  }

  get isRead(): boolean {
    return this.#unread === 0
  }

  readBody(reader: BodyReader): void {
    if (this.body === null) {
      this.#reader = reader
      return
    }
    if (this.body.length > 0) reader(this.body)
    reader(null)
  }

  leaveUnread(lingerMs: number): void {
    this.#reader = null
    if (this.#unread > 0) this.#line?.linger(lingerMs)
  }

  /** Consumes body bytes of the chunk, and returns the offset where the body ends. */
  receive(chunk: Buffer): number {
    const length = Math.min(chunk.length, this.#unread)
    this.#unread -= length
    const reader = this.#reader
    if (reader === null || length === 0) return length
    reader(length === chunk.length ? chunk : chunk.subarray(0, length))
    if (this.#unread === 0) this.#endOfBody()
    return length
  }

  #endOfBody(): void {
    const reader = this.#reader // gone, if an earlier part of the body was refused
    this.#reader = null
    reader?.(null)
  }

  send(status: number, headers: string[], body: Buffer, passed = nothingPassed): void {
    const line = this.#line
    if (line === null || this.hasBegun) return
    const { writer, connection, sockets } = line
    const { socket } = connection
    const { responses } = sockets
    const head = new ResponseHeadBytes(status, passed, headers, line)
    this.hasBegun = true
    this.#end = 'whole'
    if (isBodiless(status)) responses.add(writer, head, NOTHING, this)
    else if (body.length <= COPIED_BODY_BYTES) responses.add(writer, head, body, this)
    else {
      socket.cork()
      socket.write(head.text, 'latin1')
      socket.write(body)
      socket.uncork()
      this.onWritten(!writer.hasUnsent)
    }
  }

  begin(status: number, headers: string[]): void {
    if (this.#line === null || this.hasBegun) return
    this.hasBegun = true
    this.#hasBody = !isBodiless(status)
    this.#isChunked = this.#hasBody && !saysLength(headers)
    if (this.#isChunked) headers.push('transfer-encoding', 'chunked')
    this.#before = new ResponseHeadBytes(status, new PassedHeaders(headers), [], this.#line).text
  }

  write(bytes: Buffer): boolean {
    if (this.#line === null || this.#end !== 'open') return true
    const { writer, connection, sockets } = this.#line
    const { socket } = connection
    const { responses } = sockets
    const before = this.#before
    this.#before = ''
    if (!this.#hasBody || bytes.length === 0) {
      if (before !== '') responses.add(writer, before, NOTHING)
    } else if (this.#isChunked) responses.addLine(writer, `${before}${bytes.length.toString(16)}\r\n`, bytes)
    else responses.add(writer, before, bytes)
    return !socket.writableNeedDrain
  }

  whenDrained(then: () => void): void {
    this.#line?.connection.socket.once('drain', then)
  }

  end(): void {
    if (this.#line === null || this.#end !== 'open') return
    this.#end = 'whole'
    const last = this.#isChunked ? '0\r\n\r\n' : ''
    this.#line.sockets.responses.add(this.#line.writer, this.#before + last, NOTHING, this)
  }

  cutOff(): void {
    if (this.#line === null) return
    this.#end = 'cut'
    this.#line.sockets.responses.add(this.#line.writer, '', NOTHING, this)
  }

  /** The connection itself sends `connection: close`. */
  isLast(): void {}

  /** The socket has the whole answer. The call ends once the answer has left. */
  onWritten(hasLeft: boolean): void {
    const line = this.#line
    if (line === null) return
    const { socket } = line.connection
    if (this.#end === 'cut') socket.destroy()
    else if (hasLeft) this.#over(line)
    else socket.write(NOTHING, () => this.#line !== null && this.#over(line))
  }

  #over(line: FastLine): void {
    this.#line = null
    this.#reader = null
    this.listener?.onCallEnded(true)
    line.over(this.#unread)
  }

  /** The connection is closed. */
  gone(): void {
    if (this.#line === null) return
    this.#line = null
    this.#reader = null
    this.listener?.onCallEnded(false)
  }
}

function saysLength(headers: readonly string[]): boolean {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!
    if (name.length === 14 && name.toLowerCase() === 'content-length') return true
  }
  return false
}
