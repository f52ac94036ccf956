import type { Socket } from 'node:net'
import { explainFailure } from '../../../../net/connect-reason.ts'
import { EgressError } from '../../../../net/egress-error.ts'
import { writeHeadAlone, type WriteListener } from '../sockets/write-batcher.ts'
import { SocketWriter } from '../sockets/socket-writer.ts'
import { ResponseParser, type ParserListener } from './response-parser.ts'
import type { CallConnection, OutboundCall } from '../../outbound.ts'
import type { UpstreamHead } from '../../upstream-head.ts'
import type { UpstreamOrigin } from '../../upstream-origin.ts'
import type { FastSockets } from '../sockets/fast-sockets.ts'
import type { RequestHead } from './request-head.ts'

export interface ConnectionOwner {
  readonly sockets: FastSockets
  /** The connection can be written to, or the next request may use it. */
  onConnected(call: OutboundCall): void
  /** The response is complete, and the connection could serve another. True if it is kept for that. */
  keep(connection: UpstreamConnection): boolean
  /** The connection is closed permanently. */
  onGone(connection: UpstreamConnection): void
  /**
   * The connection closed before it took a byte of the request. True if a fresh connection takes the call.
   */
  redial(call: OutboundCall): boolean
  /** Whether a kept connection that closes now was closed while the request was in transit. */
  closesAtOnce(call: OutboundCall): boolean
}

/** Up to this size the body is joined to the head: one system call, no second buffer. */
const joinedBodyBytes = 16 * 1024

/** A socket with its parser. It serves one call at a time and lives as long as its responses end cleanly. */
export class UpstreamConnection implements ParserListener, CallConnection, WriteListener {
  readonly origin: UpstreamOrigin
  /** When the connection is too old to be reused. */
  idleUntil = 0
  /** Set from `onSocket` on. Until then only the dial can be aborted. */
  #socket!: Socket
  /** Set once the connection is established. */
  #writer!: SocketWriter
  readonly #dial: { destroy(): void }
  readonly #owner: ConnectionOwner
  readonly #parser: ResponseParser
  #call: OutboundCall | null
  #head: RequestHead
  #isConnected = false
  #isDiscarded = false
  #served = 0

  /** Dials for this call, which is sent as soon as the connection is established. */
  constructor(call: OutboundCall, head: RequestHead, owner: ConnectionOwner) {
    this.origin = call.origin
    this.#owner = owner
    this.#call = call
    this.#head = head
    call.connection = this
    const { reads } = owner.sockets
    this.#parser = new ResponseParser(this, reads)
    this.#dial = this.origin.dial({
      onread: { buffer: reads.bytes, callback: (count) => (this.#onBytes(reads.read(count)), true) },
      onSocket: (socket, isStream) => this.#onSocket(socket, isStream),
      onError: (error) => this.#onError(error),
    })
  }

  get keepAliveHintMs(): number | null {
    return this.#parser.keepAliveHintMs
  }

  /** Whether the socket is still good for a request, as far as this side knows. */
  get isUsable(): boolean {
    return !this.#isDiscarded && this.#socket.writable
  }

  /** Sends a call over the idle connection. */
  reuse(call: OutboundCall, head: RequestHead): void {
    this.#call = call
    this.#head = head
    call.connection = this
    this.#send(call)
  }

  stopReading(): void {
    this.#socket.pause()
  }

  startReading(): void {
    this.#socket.resume()
  }

  rest(until: number): void {
    this.idleUntil = until
  }

  /** Closes the connection at once, without notifying its call. */
  discard(): void {
    if (this.#isDiscarded) return
    this.#isDiscarded = true
    this.#call = null
    this.#parser.stop()
    this.#dial.destroy()
    this.#owner.onGone(this)
  }

  onHead(head: UpstreamHead): void {
    this.#call!.received(head)
  }

  onData(chunk: Buffer): void {
    this.#call!.receivedData(chunk)
  }

  /** The connection is settled first, so that a call made inside `onEnd` can reuse it. */
  onComplete(extra: number): void {
    const call = this.#call!
    this.#call = null
    this.#served++
    if (call.paused) this.#socket.resume()
    if (!this.#isClean(extra) || !this.#owner.keep(this)) this.discard()
    call.finish()
  }

  onMalformed(reason: string): void {
    this.#call!.fail('malformed', `its response cannot be trusted: ${reason}`)
  }

  /** Requires that no byte of the next response has arrived, and that the request has left completely. */
  #isClean(extra: number): boolean {
    return extra === 0 && !this.#writer.hasUnsent && this.#parser.persistent && this.isUsable
  }

  #onSocket(socket: Socket, isStream: boolean): void {
    this.#socket = socket
    socket.on(this.origin.isTls ? 'secureConnect' : 'connect', () => this.#onConnected())
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => this.#onError(error))
    socket.on('close', () => this.#onError(null))
    if (isStream) socket.on('data', (bytes) => this.#onBytes(bytes)).resume()
    if (!this.origin.isTls && !socket.connecting) this.#onConnected()
  }

  #onConnected(): void {
    this.#isConnected = true
    this.#writer = new SocketWriter(this.#socket, this.#owner.sockets.writes)
    this.#socket.unref() // the caller keeps the process alive, and an idle connection must not
    if (this.#call) this.#send(this.#call)
  }

  #send(call: OutboundCall): void {
    const socket = this.#socket
    const head = this.#head
    const { method, body } = call.request
    this.#parser.begin(method)
    call.state = 'waiting'
    this.#owner.onConnected(call)
    if (body !== null && body.length > 0 && body.length <= joinedBodyBytes)
      return this.#owner.sockets.requests.add(this.#writer, head, body, this)
    call.requestSent = true
    if (body === null || body.length === 0) socket.write(writeHeadAlone(head))
    else {
      socket.cork()
      socket.write(writeHeadAlone(head))
      socket.write(body)
      socket.uncork()
    }
  }

  /** The batch has written the request. A socket that refused every byte of it never gets here. */
  onWritten(): void {
    if (this.#call !== null) this.#call.requestSent = true
  }

  #onBytes(chunk: Buffer): void {
    // Bytes without a request: the next response could not be distinguished from them.
    if (this.#call === null) return this.discard()
    this.#parser.push(this.#call.listener.onReadEnd === undefined ? Buffer.from(chunk) : chunk)
    // A newer call may be current by now, which has nothing to keep.
    ;(this.#call as OutboundCall | null)?.listener.onReadEnd?.()
  }

  #onEnd(): void {
    if (this.#call !== null && this.#parser.end()) return
    this.#onError(null)
  }

  /** The dial failed, or the connection is lost; null: it was closed. */
  #onError(error: Error | null): void {
    const call = this.#call
    if (call === null) return this.discard()
    call.connection = null
    this.discard()
    if (!this.#isConnected) {
      this.origin.forgetSession()
      const reason = error instanceof EgressError ? error.message : explainFailure(error)
      call.fail('unreachable', `cannot be reached: ${reason}`, error ?? undefined)
    } else if (call.state === 'body')
      call.fail('truncated', `the body was cut off: ${explainFailure(error)}`, error ?? undefined)
    else if (call.requestSent || this.#served === 0 || !this.#owner.redial(call)) {
      call.isStale = this.#isUnanswered() && this.#owner.closesAtOnce(call)
      call.fail('reset', `no answer: ${explainFailure(error)}`, error ?? undefined)
    }
  }

  /**
   * A reused connection without a byte of an answer: the upstream probably closed it while the request was in
   * transit.
   */
  #isUnanswered(): boolean {
    return this.#served > 0 && !this.#parser.sawBytes
  }
}
