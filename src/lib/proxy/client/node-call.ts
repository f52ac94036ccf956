import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { WriteListener } from '../transport/write-batcher.ts'
import { responseBatch } from '../transport/write-batcher.ts'
import { nothingPassed } from '../wire/response-headers.ts'
import { ResponseHeadBytes, isBodiless } from './response-head-bytes.ts'
import { COPIED_BODY_BYTES } from './client-call.ts'
import type { BodyReader, CallWatcher, ClientCall } from './client-call.ts'
import type { ClientConnection } from './client-connection.ts'
import type { NodeRequest } from './node-request.ts'

/** A request that Node's server has read, with its answer. */
export class NodeCall implements ClientCall, WriteListener {
  readonly req: NodeRequest
  readonly res: ServerResponse
  readonly connection: ClientConnection
  readonly body = null
  readonly piece = null
  watcher: CallWatcher | null = null
  #isSent = false

  constructor(connection: ClientConnection, req: NodeRequest, res: ServerResponse) {
    this.connection = connection
    this.req = req
    this.res = res
    connection.began(this)
    res.on('close', () => {
      connection.ended()
      this.watcher?.callEnded(this.#isSent || res.writableFinished)
    })
  }

  get method(): string {
    return this.req.method ?? ''
  }

  get url(): string {
    return this.req.url ?? '/'
  }

  get rawHeaders(): readonly string[] {
    return this.req.rawHeaders
  }

  get headers(): IncomingHttpHeaders {
    return this.req.headers
  }

  get announcedBytes(): number {
    return Number(this.req.headers['content-length'] ?? 0)
  }

  get isRead(): boolean {
    return this.req.complete
  }

  readBody(reader: BodyReader): void {
    this.req.readBody(reader)
  }

  leaveUnread(lingerMs: number): void {
    const { req } = this
    const { socket } = req
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    timer.unref()
    req.on('close', () => clearTimeout(timer))
    req.resume()
  }

  get hasBegun(): boolean {
    return this.#isSent || this.res.headersSent
  }

  send(status: number, headers: string[], body: Buffer, passed = nothingPassed): void {
    const { req, res } = this
    if (body.length <= COPIED_BODY_BYTES && this.#isUsual(status)) {
      this.#isSent = true
      responseBatch.add(
        this.connection.writer,
        new ResponseHeadBytes(status, passed, headers, false),
        body,
        this,
      )
      return
    }
    res.writeHead(status, [...passed.list, ...headers])
    if (req.method === 'HEAD') res.end()
    else res.end(body.length <= COPIED_BODY_BYTES ? Buffer.from(body) : body)
  }

  /**
   * The request is read, the connection is kept, and it is its turn to answer. Such an answer goes straight
   * to the socket. Node's own checks would take a fifth of the time of a small request.
   */
  #isUsual(status: number): boolean {
    const { req, res } = this
    return (
      req.complete &&
      res.shouldKeepAlive &&
      res.socket?.writable === true &&
      req.httpVersionMinor === 1 &&
      req.method !== 'HEAD' &&
      !isBodiless(status)
    )
  }

  /** The effect of `res.end`: Node marks the answer as ended and takes the next request. */
  onWritten(): void {
    this.res.finished = true
    this.res.emit('finish')
  }

  begin(status: number, headers: string[]): void {
    this.res.writeHead(status, headers)
  }

  write(bytes: Buffer): boolean {
    return this.res.write(bytes)
  }

  whenDrained(then: () => void): void {
    this.res.once('drain', then)
  }

  end(): void {
    this.res.end()
  }

  cutOff(): void {
    this.res.destroy()
  }

  isLast(): void {
    this.res.shouldKeepAlive = false
  }
}
