import { lookup as systemLookup } from 'node:dns'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { explainFailure } from './connect-reason.ts'
import { TunnelFailure } from './egress-error.ts'
import type { EgressProxy } from './egress-proxy.ts'
import { formatEnd, type TunnelEnd, type TunnelMeans } from './tunnel-means.ts'

/** Replies of a SOCKS5 proxy (RFC 1928 6), in the library's words. They describe the route behind the proxy. */
const replies: Record<string, string> = {
  Failure: 'it cannot reach',
  NotAllowed: 'it does not allow',
  NetworkUnreachable: 'it has no network to',
  HostUnreachable: 'it has no route to',
  ConnectionRefused: 'it was refused by',
  TTLExpired: 'it has no route to',
  CommandNotSupported: 'it opens no tunnel to',
  AddressNotSupported: 'it does not know the kind of address of',
}

/** The caller bounds the time through the signal; the library's own limit would be 30 s. */
const libraryGraceMs = 5_000

/** Asks a SOCKS5 proxy (RFC 1928, 1929) for a tunnel. Rejects with `TunnelFailure`. */
export async function tunnelThroughSocks(
  proxy: EgressProxy,
  end: TunnelEnd,
  means: TunnelMeans,
): Promise<Socket> {
  const { SocksClient } = await import('socks')
  const host = proxy.kind === 'socks5' ? await resolveAddress(end, means.lookup) : end.host
  let lost: Error | null = null
  const socket = await openSocket(proxy, means)
  socket.once('error', (error) => (lost = error))
  try {
    const { user, password } = proxy
    const words = user === '' ? {} : { userId: user, password }
    await SocksClient.createConnection({
      proxy: { host: proxy.host, port: proxy.port, type: 5, ...words },
      command: 'connect',
      destination: { host, port: end.port },
      existing_socket: socket,
      timeout: Math.ceil(means.timeoutMs) + libraryGraceMs,
    })
    return socket
  } catch (error) {
    socket.destroy()
    // The library's error carries its options, and so the password: only its message is read.
    throw lost === null
      ? readFailure((error as Error).message, proxy, end)
      : new TunnelFailure(explainFailure(lost), true)
  }
}

function openSocket({ host, port }: EgressProxy, { signal, lookup }: TunnelMeans): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal, ...(lookup && { lookup }) })
    const onError = (error: Error) => reject(new TunnelFailure(explainFailure(error), true))
    socket.once('error', onError)
    socket.once('connect', () => {
      socket.off('error', onError)
      resolve(socket)
    })
  })
}

/** Resolves the address of the end here, with IPv4 first: not every proxy reaches IPv6. */
function resolveAddress({ host }: TunnelEnd, lookup: LookupFunction = systemLookup): Promise<string> {
  if (isIP(host) !== 0) return Promise.resolve(host)
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      const list = Array.isArray(found) ? found : []
      const best = list.find(({ family }) => family === 4) ?? list[0]
      if (error === null && best !== undefined) return resolve(best.address)
      reject(new TunnelFailure(`${host}: ${explainFailure(error ?? { code: 'ENOTFOUND' })}`, false))
    })
  })
}

function readFailure(said: string, { user }: EgressProxy, end: TunnelEnd): TunnelFailure {
  const reply = /rejected connection - (\w+)/.exec(said)?.[1]
  if (reply !== undefined)
    return new TunnelFailure(`${replies[reply] ?? 'it cannot reach'} ${formatEnd(end)} (${reply})`, false)
  if (said.includes('no accepted authentication type')) {
    const what = user === '' ? 'it asks for a user name and password' : 'it takes no user name and password'
    return new TunnelFailure(what, true)
  }
  if (said.includes('Authentication failed'))
    return new TunnelFailure('it refuses the user name or password', true)
  if (said.includes('Socket closed')) return new TunnelFailure('the connection was closed', true)
  return new TunnelFailure('what answers there is no SOCKS5 proxy', true)
}
