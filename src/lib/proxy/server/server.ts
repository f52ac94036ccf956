import type { IncomingHttpHeaders } from 'node:http'
import { QwenctlError, isQwenctlError, readMessage } from '../../base/errors.ts'
import type { MetricsText } from '../../observe/metrics.ts'
import type { Observer } from '../../observe/observer.ts'
import type { Usage } from '../../provider/provider.ts'
import { RunningIds } from '../../base/running-ids.ts'
import { releaseBodies } from '../transport/body/body-memory.ts'
import type { ClientCall } from '../transport/client-call.ts'
import { reuseClientHead } from '../wire/headers/client-head.ts'
import type { ClientHead } from '../wire/headers/client-head.ts'
import { HttpListener } from '../client/http-listener.ts'
import type { Transport } from '../transport/transport.ts'
import { Exchange } from '../pipeline/exchange/exchange.ts'
import { managedHeaders } from '../pipeline/exchange/own-headers.ts'
import { sendError } from '../pipeline/exchange/send-error.ts'
import type { LazyBatches } from './lazy-batches.ts'
import { Guard } from './guard.ts'
import { handleRequest } from '../pipeline/handle-request.ts'
import type { ProxyContext } from '../pipeline/proxy-context.ts'
import { isLoopback } from '../../base/loopback.ts'
import { HELLO_PATH, isManagementPath, isOllamaPath } from './management-seam.ts'
import type { ManagementHandler } from './management-seam.ts'
import { refuseRestricted } from './metrics.ts'
import { GEMINI_LIST, LocalAnswers, isGeminiList } from './local-answers.ts'
import type { LocalHost } from './local-request.ts'
import { allowMethods, refuseMethod, refuseUpgrade } from './allow-methods.ts'
import { OllamaCall } from '../pipeline/answer/ollama-call.ts'
import { fromOllama } from '../../translate/ollama/ollama-request.ts'
import type { OllamaRoute } from '../../translate/ollama/ollama-request.ts'
import { parseExact } from '../../translate/reshape/exact-json.ts'
import type { Incoming } from '../pipeline/plan/outgoing.ts'
import { decodeRequest, readBody } from '../pipeline/plan/read-request.ts'
import { NO_ATTEMPTS, buildRequestRecord } from './request-record.ts'
import { Destinations, detectDialect } from '../pipeline/plan/routes.ts'

export interface ServerOptions {
  host: string
  /** 0: any free port. */
  port: number
  /** Host names that are accepted besides the proxy's own address. */
  allowHosts: readonly string[]
  /** Receives messages about problems that users should know of. */
  onTrouble: (message: string) => void
  /** How long a client may stall while it has to send or read. */
  clientIdleMs?: number | undefined
  /** Prefix of every request id: unique to this run. */
  runId: string
  /** Missing: the fast one, if this Node allows it. */
  transport?: Transport | undefined
  /** A secret of this proxy. `/health` confirms it to a caller that knows it too. */
  proof?: string | undefined
  /** Null: there is no management. */
  management: ManagementHandler | null
  /** Receives every request when it is over. */
  observer: Observer
  /** Answers the paths of files and batches. */
  batches: LazyBatches
  /** Answers `GET /metrics`; null: there are no metrics. */
  metrics: () => Promise<MetricsText | null>
  /** Reports the stack of a bug, too. */
  showsStacks: boolean
  /** Whether the presented key is the administrator's. */
  isAdmin?: ((presented: string | null) => boolean) | undefined
}

const SERVICE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']

/** How long a refused body may continue to arrive, so that its sender reads the refusal. */
const LINGER_MS = 5_000
const LAST_WORDS_MS = 1_000

/** The proxy's HTTP server: accepts requests, dispatches them, and drains before it ends. */
export class ProxyServer implements LocalHost {
  readonly #destinations = new Destinations()
  readonly #listener: HttpListener
  readonly #proxy: ProxyContext
  readonly #options: ServerOptions
  #guard: Guard
  readonly #check = (headers: IncomingHttpHeaders) => this.#guard.check(headers)
  readonly #managed = new Set<Exchange>()
  readonly #local: LocalAnswers
  readonly #ids: RunningIds
  #open = 0
  #isDraining = false
  #onIdle: (() => void) | null = null

  constructor(proxy: ProxyContext, options: ServerOptions) {
    this.#proxy = proxy
    this.#options = options
    this.#ids = new RunningIds(options.runId)
    this.#local = new LocalAnswers(proxy, {
      ...options,
      // A request for the count in flight is not part of it.
      leaveOut: (exchange) => this.#managed.add(exchange),
    })
    this.#guard = new Guard([options.host, ...options.allowHosts])
    this.#listener = new HttpListener({
      clientIdleMs: options.clientIdleMs,
      transport: options.transport,
      takes: ({ url }) => options.management === null || !isManagementPath(url),
      onCall: (call) => this.#take(call),
    })
  }

  /** Resolves with the URL. Throws `port_in_use`, or `failed` for an unavailable address. */
  async listen(): Promise<{ url: string; port: number }> {
    const { host, port } = this.#options
    const address = await this.#listener.open(host, port)
    const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return { url: `http://${shown}:${address.port}`, port: address.port }
  }

  /** Requests in progress. An open page does not count: its event stream never ends. */
  get inFlight(): number {
    return this.#open - this.#managed.size
  }

  setClientIdle(stillMs: number | undefined): void {
    this.#listener.setClientIdle(stillMs)
  }

  /** Accepts these host names from now on, and no others. */
  allowHosts(names: readonly string[]): void {
    this.#guard = new Guard([this.#options.host, ...names])
    this.#listener.forgetHeads() // heads checked against the old names
  }

  /** Accepts no new requests. Those in progress may end within `graceMs`, then every connection is closed. */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true
    this.#proxy.live.queue.close()
    const closed = this.#listener.close()
    await this.#untilIdle(graceMs)
    this.#listener.closeAll()
    await closed
    await this.#untilIdle(LAST_WORDS_MS) // requests cut off hear of it, or they would blame their upstreams
  }

  async #untilIdle(mostMs: number): Promise<void> {
    let isLate = false
    // A pipelined request may start before this resumes, so check again.
    while (this.inFlight > 0 && !isLate) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => resolve(void (isLate = true)), mostMs)
        this.#onIdle = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  #take(call: ClientCall): void {
    const exchange = new Exchange(call, this.#ids.next(), this)
    this.#open += 1
    if (this.#options.observer.isOn) exchange.attemptRecords = NO_ATTEMPTS
    try {
      this.#route(exchange)
    } catch (error) {
      this.#fail(exchange, error)
    }
  }

  onEnded(exchange: Exchange): void {
    if (!exchange.isWorkedOn) this.#over(exchange)
    this.#managed.delete(exchange)
    this.#open -= 1
    if (this.inFlight === 0) this.#onIdle?.()
  }

  #route(exchange: Exchange): void {
    const { call } = exchange
    const { connection, url } = call
    const { path, query, route, facts } = this.#destinations.read(url)
    exchange.dialect = detectDialect(path, false) // until more is known
    const head = reuseClientHead(call, connection.head, this.#check)
    connection.head = head
    if (head.isAnthropic) exchange.dialect = 'anthropic'
    if (this.#options.observer.wantsTraceparent) exchange.traceparent = head.traceparent
    if (route !== null) exchange.route = route.name
    else if (isGeminiList(path)) exchange.route = GEMINI_LIST // decides the form of an error
    if (route === null ? isOllamaPath(path) : route.ollama !== null)
      exchange.call = new OllamaCall(exchange.call)
    const { management } = this.#options
    const isManaged = route === null && management !== null && isManagementPath(url)
    if (!isManaged) this.#identify(exchange, path, head)
    if (this.#isDraining) {
      call.isLast()
      throw new QwenctlError('shutting_down', 'the proxy is shutting down')
    }
    if (isManaged) return this.#manage(exchange, management)
    if (route === null) return void this.#answer(exchange, this.#local.answer(exchange, path, query))
    if (route.service !== null) {
      refuseUpgrade(exchange)
      allowMethods(exchange, ...SERVICE_METHODS)
    } else if (route.stored !== null) allowMethods(exchange, 'GET', 'HEAD', 'DELETE', 'POST')
    else if (call.method !== 'POST') refuseMethod(exchange)
    readBody(exchange, this.#proxy.maxBodyBytes, (body) => {
      if (exchange.isAnswered) return // the error came too late
      if (body instanceof Error) return this.#fail(exchange, body)
      exchange.bytesIn = body.length
      exchange.isWorkedOn = true
      // A service gets a file with the byte order mark that it has.
      if (route.service !== null && head.contentEncoding === undefined)
        return this.#handle(exchange, { route, query, facts, head, bytes: body })
      decodeRequest(body, head.contentEncoding, this.#proxy.maxBodyBytes, (bytes) => {
        if (bytes instanceof Error || exchange.isGone) exchange.finish(exchange.isGone ? null : bytes)
        else this.#handle(exchange, { route, query, facts, head, bytes })
      })
    })
  }

  #manage(exchange: Exchange, management: ManagementHandler): void {
    const { call, id } = exchange
    const { node } = call
    if (node === null) throw new Error('a managed request was read as a plain one')
    exchange.attemptRecords = null // management reports its own requests
    this.#managed.add(exchange)
    const { req, res } = node
    for (const [name, value] of managedHeaders(id)) res.setHeader(name, value)
    management(req, res, { requestId: id, remoteAddress: req.socket.remoteAddress ?? '' })
  }

  /** Authenticates the client, if a key is required. */
  #identify(exchange: Exchange, path: string, { presented }: ClientHead): void {
    if (path === '/health' || path === '/ready' || path === HELLO_PATH) return
    const { host, isAdmin } = this.#options
    if (path === '/metrics' && (isLoopback(host) || isAdmin?.(presented) === true)) return
    exchange.key = this.#proxy.live.keys.authenticate(presented, exchange.call.connection.socket)
    if (path === '/metrics') refuseRestricted(exchange.key, this.#proxy.live.accounts)
  }

  nextId(): string {
    return this.#ids.next()
  }

  /** Takes a request of this process: see `local-request.ts`. */
  handleLocal(exchange: Exchange, incoming: Incoming): void {
    this.#open += 1
    exchange.attemptRecords = NO_ATTEMPTS // also without an observer: a batch counts by account
    if (this.#isDraining) {
      exchange.isWorkedOn = true
      return exchange.finish(new QwenctlError('shutting_down', 'the proxy is shutting down'))
    }
    this.#handle(exchange, incoming)
  }

  computeCost(accountId: string, model: string, usage: Usage): number | null {
    const { live } = this.#proxy
    const account = live.accounts.find(({ id }) => id === accountId)
    return account === undefined ? null : live.rules.prices.computeCost(account, model, usage)
  }

  #handle(exchange: Exchange, incoming: Incoming): void {
    exchange.isWorkedOn = true
    try {
      if (incoming.route.ollama === null) handleRequest(this.#proxy, exchange, incoming)
      else this.#handleOllama(exchange, incoming, incoming.route.ollama)
    } catch (error) {
      exchange.finish(error)
    }
  }

  #handleOllama(exchange: Exchange, incoming: Incoming, route: OllamaRoute): void {
    const { plan, body } = fromOllama(route, parseExact(incoming.bytes.toString('utf8')))
    if (exchange.call instanceof OllamaCall) exchange.call.serve(plan)
    if (!plan.isLoad)
      return handleRequest(this.#proxy, exchange, { ...incoming, bytes: Buffer.from(JSON.stringify(body)) })
    const finish_reason = plan.isUnload ? 'unload' : 'load'
    exchange.sendJson(200, { choices: [{ index: 0, message: { content: '' }, finish_reason }] })
    exchange.finish()
  }

  async #answer(exchange: Exchange, work: Promise<void>): Promise<void> {
    exchange.isWorkedOn = true
    try {
      await work
      exchange.finish()
    } catch (error) {
      exchange.finish(error)
    }
  }

  onFinished(exchange: Exchange, error: unknown): void {
    if (error === null) releaseBodies(exchange, exchange.call.memory)
    else this.#fail(exchange, error)
    exchange.isWorkedOn = false
    if (exchange.isClosed) this.#over(exchange)
  }

  #over(exchange: Exchange): void {
    if (exchange.attemptRecords === null) return
    this.#options.observer.record(buildRequestRecord(exchange, this.#proxy.live.user))
    exchange.attemptRecords = null // reported once, after both client and upstream have left
  }

  /** A client that was sending receives the reason. A client that stopped reading cannot. */
  onStopped(exchange: Exchange): void {
    const { call } = exchange
    if (this.#managed.has(exchange) || call.isRead || exchange.isAnswered)
      return void call.connection.socket.destroy()
    this.#fail(exchange, new QwenctlError('request_timeout', 'nothing more of the request came for too long'))
  }

  #fail(exchange: Exchange, error: unknown): void {
    if (!isQwenctlError(error)) {
      this.#options.onTrouble(`request ${exchange.id} failed: ${readMessage(error)}`)
      if (this.#options.showsStacks && error instanceof Error) {
        this.#options.onTrouble(error.stack ?? '')
      }
    }
    if (exchange.isAnswered) exchange.cutOff()
    else if (exchange.call.isRead) sendError(exchange, error)
    else {
      // The answer has no `connection: close`. The connection would be reset at once, and a client still
      // writing could lose the answer.
      exchange.call.leaveUnread(LINGER_MS)
      sendError(exchange, error)
    }
  }
}
