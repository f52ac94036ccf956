import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ManagementFacts, ManagementHandler } from '../server/management-seam.ts'

/** Where workers hand on what is for management. The secret keeps everybody else of this machine out. */
export interface ManagementAddress {
  port: number
  secret: string
}

/** What a worker says of a request, beside the request. */
export const relayHeaders = {
  secret: 'x-qwenctl-relay-secret',
  requestId: 'x-qwenctl-relay-request-id',
  remoteAddress: 'x-qwenctl-relay-address',
} as const

export interface ManagementHost {
  address: ManagementAddress
  close(): void
}

/** Answers management requests of all workers in this process, at an address of its own on loopback. */
export async function hostManagement(handler: ManagementHandler): Promise<ManagementHost> {
  const secret = randomBytes(32).toString('base64url')
  const expected = digestOf(secret)
  const server = createServer({ requestTimeout: 0 }, (req, res) => take(handler, expected, req, res))
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    res.writeContinue()
    take(handler, expected, req, res)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  server.unref() // the proxy is what runs; this is beside it
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
  const facts = factsOf(req, expected)
  if (facts !== null) return handler(req, res, facts)
  req.resume()
  res.writeHead(403).end()
}

/** What the worker says, taken out of the request as it was; null: it was no worker. */
function factsOf(req: IncomingMessage, expected: Buffer): ManagementFacts | null {
  const said: Record<string, string> = {}
  for (const name of Object.values(relayHeaders)) {
    const value = req.headers[name]
    if (typeof value === 'string') said[name] = value
    Reflect.deleteProperty(req.headers, name)
  }
  if (!timingSafeEqual(digestOf(said[relayHeaders.secret] ?? ''), expected)) return null
  return {
    requestId: said[relayHeaders.requestId] ?? '',
    remoteAddress: said[relayHeaders.remoteAddress] ?? '',
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
