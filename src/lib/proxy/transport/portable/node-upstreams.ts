import { Agent, request as startRequest, type ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import { CheckedHeaders, checkRequestLine } from '../../wire/headers/checked-headers.ts'
import type { OutboundCall, OutboundHost, OutboundTransport } from '../outbound.ts'
import type { UpstreamRequest } from '../upstream-call.ts'
import type { UpstreamOrigin } from '../upstream-origin.ts'
import { NodeUpstreamCall } from './node-upstream-call.ts'

/** As the parser of the fast transport. */
const MOST_HEAD_BYTES = 64 << 10

/** Calls over Node's own client. Its agents keep the connections, and close those that are idle for too long. */
export class NodeUpstreams implements OutboundTransport {
  readonly #host: OutboundHost
  readonly #agents = new Map<UpstreamOrigin, OriginAgent>()

  constructor(host: OutboundHost) {
    this.#host = host
  }

  get stats(): { open: number; idle: number } {
    let [open, idle] = [0, 0]
    for (const agent of this.#agents.values()) {
      const free = countIn(agent.freeSockets)
      open += free + countIn(agent.sockets)
      idle += free
    }
    return { open, idle }
  }

  send(call: OutboundCall): void {
    const { origin, request } = call
    const headers = headerList(origin.host, request)
    this.#host.onDialing(call)
    const { method, path, body } = request
    const agent = this.#findAgent(origin)
    const req = startRequest({ agent, method, path, headers, maxHeaderSize: MOST_HEAD_BYTES })
    call.connection = new NodeUpstreamCall(call, req, this.#host)
    req.end(body)
  }

  closeOld(): boolean {
    return false
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
  }

  #findAgent(origin: UpstreamOrigin): OriginAgent {
    let agent = this.#agents.get(origin)
    if (agent === undefined) this.#agents.set(origin, (agent = new OriginAgent(origin, this.#host)))
    return agent
  }
}

type Callback = (error: Error | null, stream: Duplex) => void

/** The connections of one origin. They may be encrypted: Node's client writes to any stream. */
class OriginAgent extends Agent {
  readonly #origin: UpstreamOrigin

  constructor(origin: UpstreamOrigin, { keepAliveMs, maxIdlePerOrigin }: OutboundHost) {
    const keepAlive = maxIdlePerOrigin > 0 // an agent takes 0 for its own default
    super({ keepAlive, scheduling: 'lifo', timeout: keepAliveMs, maxFreeSockets: maxIdlePerOrigin })
    this.#origin = origin
  }

  override createConnection(_options: ClientRequestArgs, callback?: Callback): undefined {
    const done = callback as Callback
    this.#origin.dial({
      onSocket: (socket) => done(null, socket),
      onError: (error) => done(error, undefined as unknown as Duplex),
    })
  }
}

function headerList(host: string, { method, path, headers, more, body }: UpstreamRequest): string[] {
  checkRequestLine(method, path)
  const checked = headers instanceof CheckedHeaders ? headers : new CheckedHeaders(headers)
  const list = ['host', host, ...checked.list, ...(more?.list ?? [])]
  // RFC 9110 8.6: methods that usually have content send a length of zero.
  const saysNone = method === 'POST' || method === 'PUT' || method === 'PATCH'
  if (body !== null || saysNone) list.push('content-length', String(body?.length ?? 0))
  return list
}

function countIn(sockets: NodeJS.ReadOnlyDict<readonly unknown[]>): number {
  return Object.values(sockets).reduce((sum, list) => sum + (list?.length ?? 0), 0)
}
