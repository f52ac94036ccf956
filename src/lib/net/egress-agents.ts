import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import type { Dialing } from './dialing.ts'
import type { EgressProxy } from './egress-proxy.ts'
import { metadataError } from './metadata-addresses.ts'

/** Agents for Node's own clients: one for each scheme. */
export interface EgressAgents {
  http: HttpAgent
  https: HttpsAgent
}

type Callback = (error: Error | null, stream: Duplex) => void

/**
 * Agents that send requests through the first of these proxies that opens a tunnel. Without proxies, they connect
 * directly. No connection is kept, and environment variables name no other proxy. `timeoutMs`: for opening a
 * tunnel.
 */
export function egressAgents(dialing: Dialing, via: readonly EgressProxy[], timeoutMs: number): EgressAgents {
  const direct = { lookup: dialing.lookup, ...pickSecureContext(dialing), keepAlive: false }
  const way = { dialing, via, timeoutMs }
  return {
    http: connectThrough(new HttpAgent(direct), way, (socket) => socket),
    https: connectThrough(new HttpsAgent(direct), way, secure),
  }
}

interface AgentParts {
  dialing: Dialing
  via: readonly EgressProxy[]
  timeoutMs: number
}

/** Makes the agent open its connections along this way. `wrap`: adds TLS to a tunnel, if the agent is for it. */
function connectThrough<Agent extends HttpAgent>(
  agent: Agent,
  way: AgentParts,
  wrap: (socket: Duplex, options: ClientRequestArgs) => Duplex,
): Agent {
  const connectDirectly = agent.createConnection.bind(agent)
  agent.createConnection = (options: ClientRequestArgs, callback?: Callback) => {
    if (way.via.length === 0 && !isRefused(way, options)) return connectDirectly(options, callback)
    openTunnel(way, options)
      .then((socket) => wrap(socket, options))
      .then(
        (stream) => callback!(null, stream),
        (error: Error) => callback!(error, undefined as unknown as Duplex),
      )
    return undefined
  }
  return agent
}

function secure(socket: Duplex, options: ClientRequestArgs): Duplex {
  const { host, servername } = options as ConnectionOptions
  const name = servername ?? (isIP(host ?? '') === 0 ? host : '')
  return connectTls({
    ...(options as ConnectionOptions),
    socket,
    servername: name ?? '',
    ALPNProtocols: ['http/1.1'],
  })
}

function isRefused({ dialing }: AgentParts, { host }: ClientRequestArgs): boolean {
  return dialing.refuses(host ?? '')
}

async function openTunnel(way: AgentParts, options: ClientRequestArgs) {
  const { dialing, via, timeoutMs } = way
  if (isRefused(way, options)) throw metadataError()
  const end = { host: (options.host ?? '').replace(/^\[|\]$/g, ''), port: Number(options.port) }
  return dialing.tunnels.open(via, end, { timeoutMs, signal: new AbortController().signal })
}

function pickSecureContext({ secureContext }: Dialing): object {
  return secureContext === undefined ? {} : { secureContext }
}
