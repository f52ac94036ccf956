import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { QwenctlError, isQwenctlError, messageOf } from '../errors.ts'
import type { MetricsText } from '../observe/metrics.ts'
import type { Observer } from '../observe/observer.ts'
import { releaseBodies } from './body-memory.ts'
import type { ClientConnection } from './client-connections.ts'
import { ClientConnections } from './client-connections.ts'
import { clientHeadOf } from './client-head.ts'
import { ClientRequest } from './client-request.ts'
import { Exchange } from './exchange.ts'
import { Guard } from './guard.ts'
import { handleRequest } from './handle-request.ts'
import type { ProxyContext } from './handle-request.ts'
import { health, readiness } from './health.ts'
import { isLoopback } from './loopback.ts'
import { isManagementPath } from './management-seam.ts'
import type { ManagementHandler } from './management-seam.ts'
import { answerMetrics } from './metrics.ts'
import { listModels } from './models.ts'
import { readBody } from './read-request.ts'
import { recordOf } from './request-record.ts'
import { dialectOf, routeFor, shortPath } from './routes.ts'

export interface ServerOptions {
  host: string
  /** 0: any free port. */
  port: number
  /** Host names it answers to besides its own address. */
  allowHosts: readonly string[]
  /** Problems that people should know of, in words. */
  onTrouble: (message: string) => void
  /** How long a client may be still that has to send, or to take, something. */
  clientIdleMs?: number | undefined
  /** Begins every request id: unique to this run. */
  runId: string
  /** What this proxy alone knows: `/health` says that it is the one to whoever knows it too. */
  proof?: string | undefined
  /** Null: there is nothing to manage it with. */
  management: ManagementHandler | null
  /** Is told of every request when it is over. */
  observer: Observer
  /** What `GET /metrics` answers; null: there is nothing. */
  metrics: () => Promise<MetricsText | null>
  /** Whether what stands where a key goes is the administrator's. */
  isAdmin?: ((presented: string | null) => boolean) | undefined
}

/** A client that has not sent its head by then is not one. */
const HEAD_TIMEOUT_MS = 60_000
/** Between requests on one connection; longer than clients and balancers keep theirs. */
const KEEP_ALIVE_MS = 75_000
/** How long a refused body may go on arriving, so that its sender gets to read the refusal. */
const LINGER_MS = 5_000
const LAST_WORDS_MS = 1_000
const CLIENT_IDLE_MS = 600_000

/** The proxy's HTTP server: takes requests, hands them on, and drains before it ends. */
export class ProxyServer {
  readonly #server: Server<typeof ClientRequest>
  readonly #proxy: ProxyContext
  readonly #options: ServerOptions
  readonly #connections: ClientConnections
  #guard: Guard
  readonly #check = (req: IncomingMessage) => this.#guard.check(req.headers)
  readonly #managed = new Set<ServerResponse>()
  #open = 0
  #count = 0
  #isDraining = false
  #onIdle: (() => void) | null = null

  constructor(proxy: ProxyContext, options: ServerOptions) {
    this.#proxy = proxy
    this.#options = options
    this.#guard = new Guard([options.host, ...options.allowHosts])
    this.#server = createServer({
      IncomingMessage: ClientRequest,
      headersTimeout: HEAD_TIMEOUT_MS,
      requestTimeout: 0, // a large body over a slow line is no fault: its size is bounded, and so is its client's silence
      noDelay: true,
    })
    const times = { keepAliveMs: KEEP_ALIVE_MS, stillMs: options.clientIdleMs ?? CLIENT_IDLE_MS }
    this.#connections = new ClientConnections(this.#server, times, (still) => this.#giveUp(still))
    this.#server.on('request', (req, res) => this.#take(req, res))
    this.#server.on('checkContinue', (req, res) => {
      res.writeContinue()
      this.#take(req, res)
    })
  }

  /** Resolves with the URL. Throws `port_in_use`, or `failed` when the address cannot be had. */
  async listen(): Promise<{ url: string; port: number }> {
    const { host, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(error, host, port)))
      this.#server.listen({ host, port }, resolve)
    })
    const address = this.#server.address() as AddressInfo
    const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return { url: `http://${shown}:${address.port}`, port: address.port }
  }

  /** Requests that are being answered. An open page is none: its events never end by themselves. */
  get inFlight(): number {
    return this.#open - this.#managed.size
  }

  setClientIdle(stillMs = CLIENT_IDLE_MS): void {
    this.#connections.setTimes({ keepAliveMs: KEEP_ALIVE_MS, stillMs })
  }

  /** Answers to these names from now on, and to no others. */
  allowHosts(names: readonly string[]): void {
    this.#guard = new Guard([this.#options.host, ...names])
    this.#connections.forgetHeads() // what was checked by the old names
  }

  /** Takes no new requests, lets those under way end for at most `graceMs`, then closes every connection. */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true
    this.#proxy.live.waiting.room.close()
    this.#connections.stop()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    await this.#untilIdle(graceMs)
    this.#server.closeAllConnections()
    await closed
    await this.#untilIdle(LAST_WORDS_MS) // those cut off learn of it, or they would blame their upstreams
  }

  async #untilIdle(mostMs: number): Promise<void> {
    if (this.inFlight === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, mostMs)
      this.#onIdle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #take(req: ClientRequest, res: ServerResponse): void {
    const exchange = new Exchange(req, res, `${this.#options.runId}-${(this.#count++).toString(36)}`)
    this.#open += 1
    const connection = this.#connections.began(exchange)
    if (this.#options.observer.isOn) exchange.tries = []
    res.on('close', () => {
      exchange.closed()
      if (!exchange.isWorkedOn) this.#over(exchange)
      this.#connections.ended(connection)
      this.#managed.delete(res)
      this.#open -= 1
      if (this.inFlight === 0) this.#onIdle?.()
    })
    try {
      this.#route(exchange, connection)
    } catch (error) {
      this.#fail(exchange, error)
    }
  }

  #route(exchange: Exchange, connection: ClientConnection | undefined): void {
    const { req } = exchange
    const { path, query } = shortPath(req.url ?? '/')
    exchange.dialect = dialectOf(path, false) // until more is known of it
    const head = clientHeadOf(req, connection?.head ?? null, this.#check)
    if (connection !== undefined) connection.head = head
    if (head.isAnthropic) exchange.dialect = 'anthropic'
    if (this.#options.observer.wantsTraceparent) exchange.traceparent = head.traceparent
    const route = routeFor(path)
    if (route !== null) exchange.route = route.name
    const { management } = this.#options
    const isManaged = route === null && management !== null && isManagementPath(req.url ?? '/')
    if (!isManaged) this.#identify(exchange, path, head.presented)
    if (this.#isDraining) {
      exchange.res.shouldKeepAlive = false
      throw new QwenctlError('shutting_down', 'the proxy is shutting down')
    }
    if (isManaged) return this.#manage(exchange, management)
    if (route === null) return void this.#work(exchange, this.#other(exchange, path))
    if (req.method !== 'POST') allow(exchange, 'POST')
    readBody(exchange, this.#proxy.maxBodyBytes, (body) => {
      if (exchange.isAnswered) return // it came too late
      if (body instanceof Error) this.#fail(exchange, body)
      else {
        exchange.bytesIn = body.length
        void this.#work(exchange, handleRequest(this.#proxy, exchange, { route, query, head, bytes: body }))
      }
    })
  }

  #manage(exchange: Exchange, management: ManagementHandler): void {
    const { req, res, id } = exchange
    exchange.tries = null // management tells of itself
    this.#managed.add(res)
    res.setHeader('x-request-id', id)
    management(req.asStream(), res, { requestId: id, remoteAddress: req.socket.remoteAddress ?? '' })
  }

  /** Asks who it is, where somebody has to say. */
  #identify(exchange: Exchange, path: string, presented: string | null): void {
    if (path === '/health' || path === '/ready') return
    const { host, isAdmin } = this.#options
    if (path === '/metrics' && (isLoopback(host) || isAdmin?.(presented) === true)) return
    exchange.key = this.#proxy.live.keys.authenticate(presented, exchange.req.socket)
  }

  async #work(exchange: Exchange, work: Promise<void>): Promise<void> {
    exchange.isWorkedOn = true
    try {
      await work
      releaseBodies(exchange)
    } catch (error) {
      this.#fail(exchange, error)
    }
    exchange.isWorkedOn = false
    if (exchange.isClosed) this.#over(exchange)
  }

  #over(exchange: Exchange): void {
    if (exchange.tries !== null) this.#options.observer.record(recordOf(exchange))
  }

  /** What is answered without asking an account. */
  async #other(exchange: Exchange, path: string): Promise<void> {
    const { req } = exchange
    if (path === '/health')
      return (allow(exchange, 'GET', 'HEAD'), health(exchange, this.#options.proof ?? null))
    if (path === '/ready') return (allow(exchange, 'GET', 'HEAD'), readiness(exchange, this.#proxy.live))
    if (path === '/metrics')
      return (allow(exchange, 'GET', 'HEAD'), answerMetrics(exchange, this.#options.metrics))
    if (path === '/models' || path.startsWith('/models/')) {
      allow(exchange, 'GET', 'HEAD')
      exchange.route = '/v1/models'
      return listModels(this.#proxy, exchange, decoded(path.slice('/models/'.length)))
    }
    throw new QwenctlError('not_found', `there is nothing at ${req.method ?? 'GET'} ${path.slice(0, 200)}`, {
      hint: 'the endpoints are /v1/chat/completions, /v1/messages, /v1/models and others; see docs/proxy.md',
    })
  }

  /** Its client has stopped: one that was sending hears why, of one that was to read nothing more can be said. */
  #giveUp({ socket, exchange }: ClientConnection): void {
    const isOurs = exchange !== null && !this.#managed.has(exchange.res)
    if (!isOurs || exchange.req.complete || exchange.isAnswered) return void socket.destroy()
    this.#fail(exchange, new QwenctlError('request_timeout', 'nothing more of the request came for too long'))
  }

  #fail(exchange: Exchange, error: unknown): void {
    if (!isQwenctlError(error)) {
      this.#options.onTrouble(`request ${exchange.id} failed: ${messageOf(error)}`)
      if (process.env.DEBUG?.startsWith('qwenctl') === true && error instanceof Error) {
        this.#options.onTrouble(error.stack ?? '')
      }
    }
    if (exchange.isAnswered) exchange.cutOff()
    else if (exchange.req.complete) exchange.sendError(error)
    else refuseUnread(exchange, error)
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new QwenctlError('invalid_request', 'the path has a percent sign that encodes nothing')
  }
}

/**
 * Answers while the client may still be sending. The connection is not said to close: Node would then reset it at once,
 * and a client that is still writing could lose the answer.
 */
function refuseUnread(exchange: Exchange, error: unknown): void {
  const { req } = exchange
  const { socket } = req
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  timer.unref()
  req.on('close', () => clearTimeout(timer))
  req.resume()
  exchange.sendError(error)
}

function allow(exchange: Exchange, ...methods: string[]): void {
  const { req } = exchange
  if (methods.includes(req.method ?? '')) return
  exchange.allow = methods.join(', ')
  throw new QwenctlError('method_not_allowed', `${req.method ?? ''} is not for this path`, {
    hint: `use ${methods.join(' or ')}`,
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): QwenctlError {
  if (error.code === 'EADDRINUSE') {
    return new QwenctlError('port_in_use', `port ${port} on ${host} is in use`, {
      hint: 'choose another with --port, or --port 0 for any free one; qwenctl proxy status tells whether it is a proxy of yours',
      cause: error,
    })
  }
  return new QwenctlError('failed', `cannot listen on ${host}:${port} (${error.code ?? error.message})`, {
    cause: error,
  })
}
