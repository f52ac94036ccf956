import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

export interface Upstream {
  baseUrl: string
  requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[]
}

/** A real HTTP server on this machine that answers as the test says and remembers what it was asked. */
export async function givenUpstream(listener: RequestListener): Promise<Upstream> {
  const requests: Upstream['requests'] = []
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    requests.push({ method, url, headers })
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests }
}

/** A server that answers JSON with this status. */
export function givenAnswer(status: number, body: unknown): Promise<Upstream> {
  return givenUpstream((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
}

/** A server that treats its connections as the test says, below HTTP. Resolves to its base URL. */
export async function givenSocketServer(onSocket: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer(onSocket)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}
