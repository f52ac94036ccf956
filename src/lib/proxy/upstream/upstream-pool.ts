// The proxy's upstream client. It has callbacks and no promises, and one coarse timer for everything. The
// transport below has the connections. Accounts, outcomes, failover and the reading of bodies do not belong
// here.

import { createSecureContext } from 'node:tls'
import { QwenctlError } from '../../base/errors.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import { Tunnels } from '../../net/tunnels.ts'
import { CallList } from './call-list.ts'
import { Deadlines, systemClock, type PoolClock, type Timeouts } from './deadlines.ts'
import { chooseTransport } from '../transport/choose-transport.ts'
import type { Transport } from '../transport/transport.ts'
import type { OutboundHost, OutboundTransport } from '../transport/outbound.ts'
import type { ResponseListener, UpstreamCall, UpstreamRequest } from '../transport/upstream-call.ts'
import { UpstreamOrigin, type DialOptions } from '../transport/upstream-origin.ts'
import { ActiveCall, type CallOwner } from './active-call.ts'

export interface UpstreamPoolOptions extends Partial<Timeouts>, DialOptions {
  /** How long an idle connection is kept; a shorter `keep-alive: timeout` of the upstream wins. 55,000 ms. */
  keepAliveMs?: number
  maxIdlePerOrigin?: number
  /** Trusted instead of Node's own authorities. */
  ca?: string | Buffer | (string | Buffer)[]
  /** Opens tunnels through egress proxies; missing: the pool makes its own. */
  tunnels?: Tunnels
  clock?: PoolClock
  /** Missing: the fast one, if this Node allows it. */
  transport?: Transport | undefined
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

/** A stale connection shows within a round trip. One that dies later may have been working on the request. */
const staleWithinMs = 1_000

/** Calls any number of origins over kept connections. Unusable after `close`. */
export class UpstreamPool implements OutboundHost, CallOwner {
  readonly #options: typeof defaults & DialOptions
  readonly #tunnels: Tunnels
  readonly #deadlines: Deadlines
  readonly #origins = new Map<string, UpstreamOrigin>()
  readonly #calls = new CallList()
  readonly #transport: OutboundTransport
  #isClosed = false

  constructor(options: UpstreamPoolOptions = {}) {
    const { ca, clock } = options
    const secureContext = ca === undefined ? options.secureContext : createSecureContext({ ca })
    this.#options = { ...defaults, ...options, secureContext }
    this.#tunnels = options.tunnels ?? new Tunnels({ secureContext, lookup: options.lookup, clock })
    this.#deadlines = new Deadlines(this.#options, clock ?? systemClock, () => this.#tick())
    this.#transport = (options.transport ?? chooseTransport().transport).openOutbound(this)
  }

  /** Applies to calls and answers from now on. Current waits keep their time-outs. */
  setTimeouts(timeouts: Timeouts): void {
    Object.assign(this.#options, timeouts)
  }

  /** Sockets that are open or opening, and those of them that wait for a request. */
  get stats(): { open: number; idle: number } {
    return this.#transport.stats
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
  call(origin: UpstreamOrigin | string, request: UpstreamRequest, handler: ResponseListener): UpstreamCall {
    if (this.#isClosed) throw new QwenctlError('shutting_down', 'the connections to upstreams are closed')
    const to = typeof origin === 'string' ? this.origin(origin) : origin
    const call = new ActiveCall(to, request, handler, this)
    this.#deadlines.watch()
    this.#transport.send(call)
    this.#calls.add(call)
    return call
  }

  /** Destroys every connection. Calls in progress fail with `reset`: drain them before. */
  close(): void {
    this.#isClosed = true
    this.#deadlines.stop()
    this.#transport.close()
    for (const call of this.#calls.snapshot()) call.fail('reset', 'the connection was closed by this side')
  }

  get now(): number {
    return this.#deadlines.now
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get keepAliveMs(): number {
    return this.#options.keepAliveMs
  }

  get maxIdlePerOrigin(): number {
    return this.#options.maxIdlePerOrigin
  }

  onDialing(call: ActiveCall): void {
    this.#deadlines.watch()
    call.deadline = this.#deadlines.connect()
  }

  onConnected(call: ActiveCall): void {
    call.sentAt = this.#deadlines.now
    call.deadline = this.#deadlines.head()
  }

  bodyDeadline(): number {
    return this.#deadlines.body()
  }

  onSettled(call: ActiveCall): void {
    this.#calls.remove(call)
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

  #tick(): boolean {
    const now = this.#deadlines.now
    for (const call of this.#calls.snapshot())
      if (call.deadline <= now) call.fail('timeout', this.#lateness(call))
    const hasIdle = this.#transport.closeOld()
    return this.#calls.size > 0 || hasIdle
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
