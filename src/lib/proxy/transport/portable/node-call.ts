import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { nothingPassed } from '../../wire/headers/response-headers.ts'
import type { BodyMemory } from '../body/body-memory.ts'
import { COPIED_BODY_BYTES } from '../client-call.ts'
import type { BodyReader, CallListener, ClientCall, NodeExchange } from '../client-call.ts'
import type { ClientConnection } from '../client-connection.ts'

/** A request that Node's server has read, with its answer. */
export class NodeCall implements ClientCall {
  readonly node: NodeExchange
  readonly connection: ClientConnection
  readonly memory: BodyMemory
  readonly body = null
  readonly piece = null
  listener: CallListener | null = null
  #isLast = false

  constructor(connection: ClientConnection, node: NodeExchange, memory: BodyMemory) {
    this.connection = connection
    this.node = node
    this.memory = memory
    connection.began(this)
    const { res } = node
    res.on('close', () => {
      connection.ended()
      this.listener?.onCallEnded(res.writableFinished)
    })
  }

  get method(): string {
    return this.#req.method ?? ''
  }

  get url(): string {
    return this.#req.url ?? '/'
  }

  get rawHeaders(): readonly string[] {
    return this.#req.rawHeaders
  }

  get headers(): IncomingHttpHeaders {
    return this.#req.headers
  }

  get announcedBytes(): number {
    return Number(this.#req.headers['content-length'] ?? 0)
  }

  get isRead(): boolean {
    return this.#req.complete
  }

  readBody(reader: BodyReader): void {
    this.#req.on('data', reader)
    this.#req.on('end', () => reader(null))
  }

  leaveUnread(lingerMs: number): void {
    const req = this.#req
    const timer = setTimeout(() => req.socket.destroy(), lingerMs)
    timer.unref()
    req.on('close', () => clearTimeout(timer))
    req.resume()
  }

  get hasBegun(): boolean {
    return this.#res.headersSent
  }

  send(status: number, headers: string[], body: Buffer, passed = nothingPassed): void {
    const res = this.#res
    this.begin(status, [...passed.list, ...headers])
    if (this.method === 'HEAD') res.end()
    else res.end(body.length <= COPIED_BODY_BYTES ? Buffer.from(body) : body)
  }

  begin(status: number, headers: string[]): void {
    this.#res.writeHead(status, this.#isLast ? [...headers, 'connection', 'close'] : headers)
  }

  write(bytes: Buffer): boolean {
    return this.#res.write(bytes)
  }

  whenDrained(then: () => void): void {
    this.#res.once('drain', then)
  }

  end(): void {
    this.#res.end()
  }

  cutOff(): void {
    this.#res.destroy()
  }

  isLast(): void {
    this.#isLast = true
  }

  get #req(): IncomingMessage {
    return this.node.req
  }

  get #res(): ServerResponse {
    return this.node.res
  }
}
