import type { Socket } from 'node:net'
import type { Transport } from '../transport.ts'
import { createNodeServer } from '../portable/node-server.ts'
import { FastConnection } from './client/fast-connection.ts'
import { HeadMemory } from './client/fast-heads.ts'
import { bufferPool } from './sockets/buffer-pool.ts'
import { FastUpstreams } from './upstream/fast-upstreams.ts'

/**
 * Sockets without Node's HTTP. A client's connection goes to Node's server from its first unusual request on,
 * for the rest of its life.
 */
export const fastTransport: Transport = {
  name: 'fast',
  openInbound(host) {
    const server = createNodeServer(host, bufferPool)
    const heads = new HeadMemory()
    const listeners = server.listeners('connection') as ((socket: Socket) => void)[]
    server.removeAllListeners('connection')
    const handOff = (socket: Socket) => {
      for (const listener of listeners) listener.call(server, socket)
    }
    server.on('connection', (socket: Socket) => new FastConnection(socket, { host, heads, handOff }))
    return { server, forgetHeads: () => heads.forget() }
  },
  openOutbound: (host) => new FastUpstreams(host),
}
