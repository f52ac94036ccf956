// The proxy's upstream client: HTTP/1.1 over bare sockets, made for the hot path. It has callbacks and no
// promises, one write per request, one parser per connection, one coarse timer for everything. This folder
// has connections, framing and time-outs. Accounts, outcomes, failover and the reading of bodies do not
// belong here. HTTP/2 and redirects are not supported.

import { createSecureContext } from 'node:tls'
import { QwenctlError } from '../../base/errors.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import { Tunnels } from '../../net/tunnels.ts'
import { CallList } from './call-list.ts'
import { Deadlines, systemClock, type PoolClock, type Timeouts } from './deadlines.ts'
import { IdleConnections } from './idle-connections.ts'
import { RequestHead } from './request-head.ts'
import {
  ActiveCall,
  type CallOwner,
  type ResponseHandler,
  type UpstreamCall,
  type UpstreamRequest,
} from './upstream-call.ts'
import { UpstreamConnection, type ConnectionOwner } from './upstream-connection.ts'
import { UpstreamOrigin, type DialOptions } from './upstream-origin.ts'

export interface UpstreamPoolOptions extends Partial<Timeouts>, DialOptions {
  /** How long an idle connection is kept; a shorter `keep-alive: timeout` of the upstream wins. 55,000 ms. */
  keepAliveMs?: number
  maxIdlePerOrigin?: number
  /** Trusted instead of Node's own authorities. */
  ca?: string | Buffer | (string | Buffer)[]
  /** Opens tunnels through egress proxies; missing: the pool makes its own. */
  tunnels?: Tunnels
  clock?: PoolClock
}

const defaults = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 300_000,
  idleTimeoutMs: 300_000,
  // Opening a connection takes two round trips and a handshake. A user may think between questions, and would
  // wait for it each time. Balancers close theirs after a minute. An upstream that closes earlier announces
  // it, or costs one attempt.
  keepAliveMs: 55_000,
  maxIdlePerOrigin: 256,
}

/**
 * An upstream may close exactly at the moment of its hint, under a request. This side closes earlier by this
 * margin.
 */
const hintMarginMs = 1_000

/** A stale connection shows within a round trip. One that dies later may have been working on the request. */
const staleWithinMs = 1_000

/** Calls any number of origins over kept connections. Unusable after `close`. */
export class UpstreamPool implements ConnectionOwner, CallOwner {
  readonly #options: typeof defaults & DialOptions
  readonly #tunnels: Tunnels
  readonly #deadlines: Deadlines
  readonly #origins = new Map<string, UpstreamOrigin>()
  readonly #calls = new CallList()
  readonly #connections = new Set<UpstreamConnection>()
  readonly #idle = new IdleConnections()
  #isClosed = false

  constructor(options: UpstreamPoolOptions = {}) {
    const { ca, clock } = options
    const secureContext = ca === undefined ? options.secureContext : createSecureContext({ ca })
    this.#options = { ...defaults, ...options, secureContext }
    this.#tunnels = options.tunnels ?? new Tunnels({ secureContext, lookup: options.lookup, clock })
    this.#deadlines = new Deadlines(this.#options, clock ?? systemClock, () => this.#tick())
  }

  /** Applies to calls and answers from now on. Current waits keep their time-outs. */
  setTimeouts(timeouts: Timeouts): void {
    Object.assign(this.#options, timeouts)
  }

  /** Sockets that are open or opening, and those of them that wait for a request. */
  get stats(): { open: number; idle: number } {
    return { open: this.#connections.size, idle: this.#idle.size }
  }

  /**
   * Returns the origin `https://host:port`, reached through these proxies or directly. Each has its own kept
   * connections. Frequent callers should keep the result.
   * @throws QwenctlError `invalid_value`
   */
  origin(text: string, via: readonly EgressProxy[] = []): UpstreamOrigin {
    const key = via.length === 0 ? text : [text, ...via.map(({ url }) => url)].join(' ')
    let origin = this.#origins.get(key)
    if (origin === undefined) {
      const way = { via, tunnels: this.#tunnels, timeouts: this.#options }
      this.#origins.set(key, (origin = new UpstreamOrigin(text, this.#options, way)))
    }
    return origin
  }

  /**
   * Sends a request. An address instead of an origin is called directly. No callback comes before it returns.
   * @throws QwenctlError `invalid_request` (a part could forge another request), `invalid_value` (the
   * origin), `shutting_down` (after `close`)
   */
  call(origin: UpstreamOrigin | string, request: UpstreamRequest, handler: ResponseHandler): UpstreamCall {
    if (this.#isClosed) throw new QwenctlError('shutting_down', 'the connections to upstreams are closed')
    const to = typeof origin === 'string' ? this.origin(origin) : origin
    const call = new ActiveCall(to, new RequestHead(to.host, request), request, [handler, this])
    this.#deadlines.watch()
    this.#calls.add(call)
    const connection = this.#idle.take(to, this.#deadlines.now)
    if (connection === null) this.#open(call)
    else connection.reuse(call)
    return call
  }

  /** Destroys every connection. Calls in progress fail with `reset`: drain them before. */
  close(): void {
    this.#isClosed = true
    this.#deadlines.stop()
    for (const connection of [...this.#connections]) connection.discard()
    for (const call of this.#calls.snapshot()) call.fail('reset', 'the connection was closed by this side')
  }

  connected(call: ActiveCall): void {
    call.sentAt = this.#deadlines.now
    call.deadline = this.#deadlines.head()
  }

  bodyDeadline(): number {
    return this.#deadlines.body()
  }

  keep(connection: UpstreamConnection): boolean {
    const { keepAliveMs, maxIdlePerOrigin } = this.#options
    const hintMs = connection.keepAliveHintMs
    const lifeMs = hintMs === null ? keepAliveMs : Math.min(keepAliveMs, hintMs - hintMarginMs)
    if (lifeMs <= 0 || this.#isClosed || !this.#idle.add(connection, maxIdlePerOrigin)) return false
    connection.rest(this.#deadlines.now + lifeMs)
    return true
  }

  gone(connection: UpstreamConnection): void {
    this.#connections.delete(connection)
    this.#idle.remove(connection)
  }

  settled(call: ActiveCall): void {
    this.#calls.remove(call)
  }

  /**
   * No byte of the request left this machine, so the same call may use another connection. A fresh one: the
   * other idle connections may be closed as well.
   */
  redial(call: ActiveCall): boolean {
    if (this.#isClosed) return false
    this.#deadlines.watch()
    call.state = 'connecting'
    this.#open(call)
    return true
  }

  /**
   * The keep-alive race: an upstream closes an idle connection while a request is in transit. Usually its
   * kernel refuses the request and no program reads it. This side cannot distinguish that from a crash at
   * work. So the call fails, and the account gets the request again only with another reservation.
   */
  closesAtOnce(call: ActiveCall): boolean {
    this.#deadlines.watch()
    return !this.#isClosed && this.#deadlines.now - call.sentAt <= staleWithinMs
  }

  #open(call: ActiveCall): void {
    call.deadline = this.#deadlines.connect()
    this.#connections.add(new UpstreamConnection(call, this))
  }

  #tick(): boolean {
    const now = this.#deadlines.now
    for (const call of this.#calls.snapshot())
      if (call.deadline <= now) call.fail('timeout', this.#lateness(call))
    this.#idle.dropOld(now)
    return this.#calls.size > 0 || this.#idle.size > 0
  }

  #lateness(call: ActiveCall): string {
    const { connectTimeoutMs, headersTimeoutMs, idleTimeoutMs } = this.#options
    switch (call.stage) {
      case 'connect':
        return `no connection within ${connectTimeoutMs} ms`
      case 'head':
        return `no answer within ${headersTimeoutMs} ms`
      case 'body':
        return `nothing more of the body for ${idleTimeoutMs} ms`
    }
  }
}
