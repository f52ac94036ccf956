import type { Socket } from 'node:net'
import type { FastSockets } from '../sockets/fast-sockets.ts'
import type { ClientConnection } from '../../client-connection.ts'
import type { InboundHost } from '../../inbound.ts'
import { SocketWriter } from '../sockets/socket-writer.ts'
import { SharedReads } from '../sockets/shared-reads.ts'
import { FastCall } from './fast-call.ts'
import type { FastLine } from './fast-call.ts'
import type { FastHead } from './fast-head.ts'
import { FastHeads } from './fast-heads.ts'
import type { HeadLines } from './head-lines.ts'
import type { HeadMemory } from './fast-heads.ts'

/** Most bytes that a client may send before it has its answer. */
const MOST_WAITING_BYTES = 64 << 10

/** The server that owns a connection. */
export interface FastServer {
  readonly host: InboundHost
  readonly sockets: FastSockets
  readonly heads: HeadMemory
  readonly headLines: HeadLines
  /** Takes the connection over permanently, with its unread bytes back in the socket. */
  handOff(socket: Socket): void
}

/**
 * Reads plain requests off a socket, one at a time. Bytes that arrive before the current answer wait. At the
 * first bytes that are not plain, the connection is handed off with all of them unread.
 */
export class FastConnection implements FastLine {
  readonly connection: ClientConnection
  readonly #reads: SharedReads
  readonly writer: SocketWriter
  readonly #server: FastServer
  readonly #host: InboundHost
  readonly #heads: FastHeads
  /** The head that the host last accepted. */
  #taken: FastHead | null = null
  #call: FastCall | null = null
  /** Body bytes of a refused request, still to be discarded. */
  #unread = 0
  /** Bytes that followed the request in progress. */
  #waiting: Buffer | null = null
  #lingering: NodeJS.Timeout | undefined
  readonly #onEnd = () => void this.connection.socket.end()
  readonly #onError = () => void this.connection.socket.destroy()
  readonly #onClose = () => this.#closed()

  constructor(accepted: Socket, server: FastServer) {
    this.#reads = new SharedReads(accepted, server.sockets.reads, (bytes) => this.#take(bytes))
    const { socket } = this.#reads
    this.#server = server
    this.#host = server.host
    this.writer = new SocketWriter(socket, server.sockets.writes)
    this.connection = server.host.connections.add(socket, this.writer)
    this.#heads = new FastHeads(server.heads)
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
  }

  get sockets(): FastSockets {
    return this.#server.sockets
  }

  get headLines(): HeadLines {
    return this.#server.headLines
  }

  get isClosing(): boolean {
    return this.#host.isClosing
  }

  linger(ms: number): void {
    const { socket } = this.connection
    this.#lingering = setTimeout(() => socket.destroy(), ms)
    this.#lingering.unref()
  }

  over(unread: number): void {
    const { connection } = this
    this.#call = null
    this.#unread = unread
    connection.ended()
    const chunk = this.#waiting
    if (chunk === null) return
    this.#waiting = null
    connection.socket.resume()
    this.#take(chunk)
  }

  #take(chunk: Buffer): void {
    if (this.#call === null) {
      if (this.#unread === 0) this.#next(chunk)
      else this.#skip(chunk)
      return
    }
    const end = this.#call.receive(chunk)
    if (end < chunk.length) this.#keep(chunk.subarray(end))
  }

  #skip(chunk: Buffer): void {
    const length = Math.min(chunk.length, this.#unread)
    this.#unread -= length
    if (this.#unread > 0) return
    clearTimeout(this.#lingering)
    if (length < chunk.length) this.#next(chunk.subarray(length))
  }

  /** Reads the start of a request. */
  #next(chunk: Buffer): void {
    const heads = this.#heads
    if (!heads.read(chunk) || !this.#isTaken(heads.head!)) return this.#giveAway(chunk)
    const { bodyAt, bodyBytes } = heads
    const end = bodyAt + bodyBytes
    const isWhole = chunk.length >= end
    const piece = isWhole && bodyBytes > 0 ? this.sockets.bodies.acquire(bodyBytes) : null
    if (piece !== null) chunk.copy(piece, 0, bodyAt, end)
    const call = new FastCall(this, heads.head!, bodyBytes, piece)
    this.#call = call
    this.connection.began(call)
    if (chunk.length > end) this.#keep(chunk.subarray(end))
    this.connection.head ??= heads.client
    this.#host.onCall(call)
    heads.client = this.connection.head
    if (!isWhole && bodyAt < chunk.length) call.receive(chunk.subarray(bodyAt))
  }

  #isTaken(head: FastHead): boolean {
    if (this.isClosing) return false
    if (head !== this.#taken && !this.#host.takes(head)) return false
    this.#taken = head
    return true
  }

  /** Reading continues, because it also detects that the client has left. The kept bytes have a limit. */
  #keep(chunk: Buffer): void {
    this.#waiting = this.#waiting === null ? Buffer.from(chunk) : Buffer.concat([this.#waiting, chunk])
    if (this.#waiting.length > MOST_WAITING_BYTES) this.connection.socket.pause()
  }

  #giveAway(chunk: Buffer): void {
    const { socket } = this.connection
    clearTimeout(this.#lingering)
    socket.off('end', this.#onEnd)
    socket.off('error', this.#onError)
    socket.off('close', this.#onClose)
    this.#reads.stop(chunk)
    this.#server.handOff(socket)
    process.nextTick(() => socket.resume())
  }

  #closed(): void {
    clearTimeout(this.#lingering)
    const call = this.#call
    if (call === null) return
    this.#call = null
    this.connection.ended()
    call.gone()
  }
}
