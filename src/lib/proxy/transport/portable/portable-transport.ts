import { freshMemory } from '../body/body-memory.ts'
import type { Transport } from '../transport.ts'
import { createNodeServer } from './node-server.ts'
import { NodeUpstreams } from './node-upstreams.ts'
import { StreamProgress } from './stream-progress.ts'

/** Node's documented HTTP server and client, and nothing else. */
export const portableTransport: Transport = {
  name: 'portable',
  openInbound(host) {
    const server = createNodeServer(host, freshMemory)
    server.on('connection', (socket) => host.connections.add(socket, new StreamProgress(socket)))
    return { server, forgetHeads: () => undefined }
  },
  openOutbound: (host) => new NodeUpstreams(host),
}
