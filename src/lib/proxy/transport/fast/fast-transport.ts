import type { Socket } from 'node:net'
import type { InboundHost, InboundTransport } from '../inbound.ts'
import type { OutboundHost, OutboundTransport } from '../outbound.ts'
import type { Transport } from '../transport.ts'
import { createNodeServer } from '../portable/node-server.ts'
import { FastConnection } from './client/fast-connection.ts'
import { HeadMemory } from './client/fast-heads.ts'
import { HeadLines } from './client/head-lines.ts'
import { FastSockets } from './sockets/fast-sockets.ts'
import { FastUpstreams } from './upstream/fast-upstreams.ts'

/**
 * Sockets without Node's HTTP. A client's connection goes to Node's server from its first unusual request on,
 * for the rest of its life.
 */
export class FastTransport implements Transport {
  readonly name = 'fast'
  #sockets: FastSockets | null = null

  openInbound(host: InboundHost): InboundTransport {
    const sockets = this.#share()
    const server = createNodeServer(host, sockets.bodies)
    const heads = new HeadMemory(sockets.reads)
    const headLines = new HeadLines()
    const listeners = server.listeners('connection') as ((socket: Socket) => void)[]
    server.removeAllListeners('connection')
    const handOff = (socket: Socket) => {
      for (const listener of listeners) listener.call(server, socket)
    }
    const owner = { host, sockets, heads, headLines, handOff }
    server.on('connection', (socket: Socket) => new FastConnection(socket, owner))
    return { server, forgetHeads: () => heads.forget() }
  }

  openOutbound(host: OutboundHost): OutboundTransport {
    return new FastUpstreams(host, this.#share())
  }

  /** Clients and upstreams share their memory. A proxy that only asks for the name of its transport needs none. */
  #share(): FastSockets {
    return (this.#sockets ??= new FastSockets())
  }
}
