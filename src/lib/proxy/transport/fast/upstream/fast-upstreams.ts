import type { FastSockets } from '../sockets/fast-sockets.ts'
import type { OutboundCall, OutboundHost, OutboundTransport } from '../../outbound.ts'
import { IdleConnections } from './idle-connections.ts'
import { RequestHead } from './request-head.ts'
import { UpstreamConnection, type ConnectionOwner } from './upstream-connection.ts'

/**
 * An upstream may close exactly at the moment of its hint, under a request. This side closes earlier by this
 * margin.
 */
const hintMarginMs = 1_000

/**
 * HTTP/1.1 over bare sockets, made for the hot path. It has callbacks and no promises, one write per request
 * and one parser per connection. HTTP/2 and redirects are not supported.
 */
export class FastUpstreams implements OutboundTransport, ConnectionOwner {
  readonly sockets: FastSockets
  readonly #host: OutboundHost
  readonly #connections = new Set<UpstreamConnection>()
  readonly #idle = new IdleConnections()

  constructor(host: OutboundHost, sockets: FastSockets) {
    this.sockets = sockets
    this.#host = host
  }

  get stats(): { open: number; idle: number } {
    return { open: this.#connections.size, idle: this.#idle.size }
  }

  send(call: OutboundCall): void {
    const { origin } = call
    const head = new RequestHead(origin.host, call.request)
    const connection = this.#idle.take(origin, this.#host.now)
    if (connection === null) this.#open(call, head)
    else connection.reuse(call, head)
  }

  closeOld(): boolean {
    this.#idle.dropOld(this.#host.now)
    return this.#idle.size > 0
  }

  close(): void {
    for (const connection of [...this.#connections]) connection.discard()
  }

  onConnected(call: OutboundCall): void {
    this.#host.onConnected(call)
  }

  keep(connection: UpstreamConnection): boolean {
    const { keepAliveMs, maxIdlePerOrigin, isClosed, now } = this.#host
    const hintMs = connection.keepAliveHintMs
    const lifeMs = hintMs === null ? keepAliveMs : Math.min(keepAliveMs, hintMs - hintMarginMs)
    if (lifeMs <= 0 || isClosed || !this.#idle.add(connection, maxIdlePerOrigin)) return false
    connection.rest(now + lifeMs)
    return true
  }

  onGone(connection: UpstreamConnection): void {
    this.#connections.delete(connection)
    this.#idle.remove(connection)
  }

  /**
   * No byte of the request left this machine, so the same call may use another connection. A fresh one: the
   * other idle connections may be closed as well.
   */
  redial(call: OutboundCall): boolean {
    if (this.#host.isClosed) return false
    call.state = 'connecting'
    this.#open(call, new RequestHead(call.origin.host, call.request))
    return true
  }

  closesAtOnce(call: OutboundCall): boolean {
    return this.#host.closesAtOnce(call)
  }

  #open(call: OutboundCall, head: RequestHead): void {
    this.#host.onDialing(call)
    this.#connections.add(new UpstreamConnection(call, head, this))
  }
}
