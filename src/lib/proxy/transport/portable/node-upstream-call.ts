import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { explainFailure } from '../../../net/connect-reason.ts'
import { EgressError } from '../../../net/egress-error.ts'
import type { CallConnection, OutboundCall, OutboundHost } from '../outbound.ts'
import { readFraming } from '../response-framing.ts'
import { UpstreamHead } from '../upstream-head.ts'

/** The errors of Node's parser have more than others. */
type NodeError = NodeJS.ErrnoException & { reason?: string }

/** A call over Node's client. */
export class NodeUpstreamCall implements CallConnection {
  readonly #call: OutboundCall
  readonly #req: ClientRequest
  readonly #host: OutboundHost
  #res: IncomingMessage | null = null
  /** Bytes that the connection had read before this call. */
  #readBefore = 0

  constructor(call: OutboundCall, req: ClientRequest, host: OutboundHost) {
    this.#call = call
    this.#req = req
    this.#host = host
    req.on('socket', (socket) => this.#onSocket(socket))
    req.on('response', (res) => this.#onResponse(res))
    req.on('upgrade', () => this.#distrust('it switches protocols, which was not asked for'))
    req.on('error', (error) => this.#onError(error))
  }

  stopReading(): void {
    this.#res?.pause()
  }

  startReading(): void {
    this.#res?.resume()
  }

  discard(): void {
    this.#req.destroy()
  }

  #onSocket(socket: Socket): void {
    this.#readBefore = socket.bytesRead
    if (this.#req.reusedSocket) return this.#onConnected()
    if (this.#call.origin.isTls) socket.once('secureConnect', () => this.#onConnected())
    else if (socket.connecting) socket.once('connect', () => this.#onConnected())
    else this.#onConnected()
  }

  #onConnected(): void {
    const call = this.#call
    if (call.isSettled) return
    call.state = 'waiting'
    call.requestSent = true
    this.#host.onConnected(call)
  }

  #onResponse(res: IncomingMessage): void {
    const call = this.#call
    if (call.isSettled) return
    const version = res.httpVersion === '1.0' ? '1.0' : '1.1'
    const head = new UpstreamHead(res.statusCode ?? 0, res.statusMessage ?? '', version, res.rawHeaders)
    const framing = readFraming(head, call.request.method === 'HEAD')
    if (typeof framing === 'string') return this.#distrust(framing)
    this.#res = res
    call.received(head)
    res.on('data', (chunk: Buffer) => {
      if (!call.isSettled) call.receivedData(chunk)
    })
    res.on('end', () => this.#onEnd(res))
    res.on('error', (error) => this.#onError(error))
    res.on('close', () => this.#onError(null))
  }

  #onEnd(res: IncomingMessage): void {
    if (this.#call.isSettled) return
    if (res.complete) this.#call.finish()
    else this.#onError(null)
  }

  #distrust(reason: string): void {
    this.#call.fail('malformed', `its response cannot be trusted: ${reason}`)
  }

  /** Null: the connection was closed. */
  #onError(error: NodeError | null): void {
    const call = this.#call
    if (call.isSettled) return
    const cause = error ?? undefined
    if (call.state === 'connecting') {
      call.origin.forgetSession()
      const reason = error instanceof EgressError ? error.message : explainFailure(error)
      call.fail('unreachable', `cannot be reached: ${reason}`, cause)
    } else if (error?.code?.startsWith('HPE_') === true) this.#distrust(error.reason ?? error.message)
    else if (call.state === 'body')
      call.fail('truncated', `the body was cut off: ${explainFailure(error)}`, cause)
    else {
      call.isStale = this.#isUnanswered() && this.#host.closesAtOnce(call)
      call.fail('reset', `no answer: ${explainFailure(error)}`, cause)
    }
  }

  /**
   * A reused connection without a byte of an answer: the upstream probably closed it while the request was in
   * transit.
   */
  #isUnanswered(): boolean {
    const { reusedSocket, socket } = this.#req
    return reusedSocket && socket?.bytesRead === this.#readBefore
  }
}
