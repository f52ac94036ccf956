import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ManagementFacts, ManagementHandler } from '../server/management-seam.ts'

/**
 * The address to which workers forward management requests. The secret keeps all other local processes out.
 */
export interface ManagementAddress {
  port: number
  secret: string
}

/** Headers in which a worker describes a request. */
export const relayHeaders = {
  secret: 'x-qwenctl-relay-secret',
  requestId: 'x-qwenctl-relay-request-id',
  remoteAddress: 'x-qwenctl-relay-address',
} as const

export interface ManagementHost {
  address: ManagementAddress
  close(): void
}

/** Answers management requests of all workers in this process, at its own loopback address. */
export async function hostManagement(handler: ManagementHandler): Promise<ManagementHost> {
  const secret = randomBytes(32).toString('base64url')
  const expected = digestText(secret)
  const server = createServer({ requestTimeout: 0 }, (req, res) => take(handler, expected, req, res))
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    res.writeContinue()
    take(handler, expected, req, res)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  server.unref() // the proxy keeps the process alive, not this server
  const { port } = server.address() as AddressInfo
  return {
    address: { port, secret },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function take(handler: ManagementHandler, expected: Buffer, req: IncomingMessage, res: ServerResponse): void {
  const facts = extractFacts(req, expected)
  if (facts !== null) return handler(req, res, facts)
  req.resume()
  res.writeHead(403).end()
}

/** Extracts the worker's headers and restores the original request; null: no worker sent it. */
function extractFacts(req: IncomingMessage, expected: Buffer): ManagementFacts | null {
  const said: Record<string, string> = {}
  for (const name of Object.values(relayHeaders)) {
    const value = req.headers[name]
    if (typeof value === 'string') said[name] = value
    Reflect.deleteProperty(req.headers, name)
  }
  if (!timingSafeEqual(digestText(said[relayHeaders.secret] ?? ''), expected)) return null
  return {
    requestId: said[relayHeaders.requestId] ?? '',
    remoteAddress: said[relayHeaders.remoteAddress] ?? '',
  }
}

function digestText(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
