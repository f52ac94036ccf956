import { Agent, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ManagementFacts, ManagementHandler } from '../server/management-seam.ts'
import { relayHeaders } from './management-host.ts'
import type { ManagementAddress } from './management-host.ts'

/** Headers of one connection only: the next connection has its own. */
const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect'],
  ...Object.values(relayHeaders),
])

/** Forwards requests to the management process, and streams its answers back. */
export function managementRelay({ port, secret }: ManagementAddress): ManagementHandler {
  const agent = new Agent({ keepAlive: true })
  return (req: IncomingMessage, res: ServerResponse, facts: ManagementFacts) => {
    const headers = [
      ...passedOn(req.rawHeaders),
      ...[relayHeaders.secret, secret],
      ...[relayHeaders.requestId, facts.requestId],
      ...[relayHeaders.remoteAddress, facts.remoteAddress],
    ]
    const { method = 'GET', url: path = '/' } = req
    const asked = request({ host: '127.0.0.1', port, agent, method, path, headers })
    asked.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', passedOn(answer.rawHeaders))
      res.flushHeaders() // an event stream may have no event yet
      answer.pipe(res)
      answer.on('error', () => res.destroy()) // cut off there: must not look whole here
    })
    asked.on('error', () => fail(res))
    res.on('close', () => asked.destroy())
    req.on('error', () => asked.destroy())
    req.pipe(asked)
  }
}

function passedOn(rawHeaders: readonly string[]): string[] {
  const kept: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (!hopByHop.has(name.toLowerCase())) kept.push(name, rawHeaders[index + 1]!)
  }
  return kept
}

function fail(res: ServerResponse): void {
  if (res.headersSent || res.destroyed) {
    res.destroy()
    return
  }
  const error = {
    code: 'shutting_down',
    message: 'the proxy is ending, or has lost its management',
    hint: null,
  }
  res.writeHead(503, { 'content-type': 'application/json' })
  res.end(JSON.stringify({ error }))
}
