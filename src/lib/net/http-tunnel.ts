import { request as requestHttp, type ClientRequest, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { explainFailure } from './connect-reason.ts'
import { TunnelFailure } from './egress-error.ts'
import type { EgressProxy } from './egress-proxy.ts'
import { formatEnd, type TunnelEnd, type TunnelMeans } from './tunnel-means.ts'

/**
 * Asks an http or https proxy for a tunnel (RFC 9110 9.3.6). The proxy looks up the name. Rejects with
 * `TunnelFailure`.
 */
export function tunnelThroughHttp(proxy: EgressProxy, end: TunnelEnd, means: TunnelMeans): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const request = connectRequest(proxy, end, means)
    request.once('connect', (response, socket: Socket, head) => {
      const failure = readFailure(response.statusCode ?? 0, proxy, end)
      if (failure === null && head.length === 0) return resolve(socket)
      socket.destroy()
      // In a new tunnel, the client speaks first.
      reject(failure ?? new TunnelFailure('it sends unrequested data', true))
    })
    request.once('error', (error: NodeJS.ErrnoException) => {
      const isGarbage = error.code?.startsWith('HPE_') === true
      reject(
        new TunnelFailure(isGarbage ? 'what answers there is no HTTP proxy' : explainFailure(error), true),
      )
    })
    request.end()
  })
}

function connectRequest(proxy: EgressProxy, end: TunnelEnd, means: TunnelMeans): ClientRequest {
  const { host, port, user, password } = proxy
  const place = formatEnd(end)
  const credential = Buffer.from(`${user}:${password}`).toString('base64')
  const options: RequestOptions & { secureContext?: unknown; ALPNProtocols?: string[]; servername?: string } =
    {
      host,
      port,
      method: 'CONNECT',
      path: place,
      agent: false,
      signal: means.signal,
      ...(means.lookup && { lookup: means.lookup }),
      headers: {
        host: place,
        connection: 'keep-alive',
        'proxy-connection': 'keep-alive',
        ...(user !== '' && { 'proxy-authorization': `Basic ${credential}` }),
      },
    }
  if (proxy.kind === 'http') return requestHttp(options)
  if (means.secureContext) options.secureContext = means.secureContext
  options.ALPNProtocols = ['http/1.1']
  options.servername = isIP(host) === 0 ? host : ''
  return requestHttps(options)
}

function readFailure(status: number, { user }: EgressProxy, end: TunnelEnd): TunnelFailure | null {
  if (status >= 200 && status < 300) return null
  if (status === 407) {
    const what = user === '' ? 'it asks for a user name and password' : 'it refuses the user name or password'
    return new TunnelFailure(`${what} (407)`, true)
  }
  if (status === 403) return new TunnelFailure(`it does not allow ${formatEnd(end)} (403)`, false)
  // Squid 6 and Tinyproxy 1.11 answer 500 and 503 when a name does not exist (tried on 2026-11-29).
  if (status === 500 || (status >= 502 && status <= 504))
    return new TunnelFailure(`it cannot reach ${formatEnd(end)} (${status})`, false)
  return new TunnelFailure(`it opens no tunnel (${status})`, false)
}
