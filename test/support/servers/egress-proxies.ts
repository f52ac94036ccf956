// Egress proxies for tests: real servers that tunnel, and remember each request and its client. They look names up
// themselves: `names` leads to ports of this machine. So a name that only they know proves which side looked it up.

import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import {
  connect,
  createServer as createTcpServer,
  isIP,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'

const file = (name: string) => readFileSync(new URL(`../certs/${name}`, import.meta.url))
/** Signs `serverCertificate`, which is for upstream.test, proxy.test, localhost and 127.0.0.1. */
export const testAuthority = file('authority.pem')
export const serverCertificate = { key: file('server-key.pem'), cert: file('server.pem') }

export interface TunnelRequest {
  /** As it was asked for. */
  host: string
  port: number
  /** Whether the client sent a name or an address. */
  asked: 'name' | 'address'
  /** `user:password`, or null. */
  credential: string | null
}

export interface TestProxy {
  port: number
  requests: TunnelRequest[]
  /** Connections to it, and the local ports of those that it made. */
  connections: number
  outgoing: Set<number>
  /** Sockets of clients that are open. */
  clients: Set<Duplex>
  close(): Promise<void>
}

export interface ProxyBehaviour {
  /** `user:password` that it wants. */
  credential?: string
  /** The port of this machine that a name means. */
  names?: Record<string, number>
}

export interface HttpProxyBehaviour extends ProxyBehaviour {
  tls?: boolean
  /** The reply instead of a tunnel, as bytes; empty: it says nothing and holds the connection. */
  says?: string
}

function newProxy(): TestProxy {
  return {
    port: 0,
    requests: [],
    connections: 0,
    outgoing: new Set(),
    clients: new Set(),
    close: () => Promise.resolve(),
  }
}

async function listen(server: Server | HttpServer, proxy: TestProxy, port: number): Promise<void> {
  server.on('connection', (socket: Socket) => {
    proxy.connections++
    proxy.clients.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => proxy.clients.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  proxy.port = (server.address() as AddressInfo).port
  proxy.close = () =>
    new Promise((resolve) => {
      for (const socket of proxy.clients) socket.destroy()
      server.close(() => resolve())
    })
  onTestFinished(() => proxy.close())
}

/** Opens the way that a client asked for; null where there is none. What it answers begins to carry bytes. */
function lead(
  proxy: TestProxy,
  client: Duplex,
  request: TunnelRequest,
  names: Record<string, number> = {},
): Promise<(() => void) | null> {
  proxy.requests.push(request)
  const isKnown = request.asked === 'address' || Object.hasOwn(names, request.host)
  if (!isKnown) return Promise.resolve(null)
  const onward = connect(names[request.host] ?? request.port, '127.0.0.1')
  return new Promise((resolve) => {
    onward.on('error', () => {
      client.destroy()
      resolve(null)
    })
    client.on('close', () => onward.destroy())
    onward.once('connect', () => {
      proxy.outgoing.add(onward.localPort as number)
      resolve(() => {
        client.pipe(onward)
        onward.pipe(client)
      })
    })
  })
}

/** An http or https proxy. */
export async function httpProxy(behaviour: HttpProxyBehaviour = {}, port = 0): Promise<TestProxy> {
  const { credential, names, says, tls = false } = behaviour
  const proxy = newProxy()
  const server = tls ? createHttpsServer(serverCertificate) : createHttpServer()
  server.on('connect', ({ url = '', headers }, client: Duplex) => {
    client.on('error', () => client.destroy())
    const [, host = '', at = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(url) ?? []
    const [, coded] = /^Basic (.+)$/.exec(headers['proxy-authorization'] ?? '') ?? []
    const given = coded === undefined ? null : Buffer.from(coded, 'base64').toString()
    const asked = isIP(host) === 0 ? 'name' : 'address'
    const request: TunnelRequest = { host, port: Number(at), asked, credential: given }
    if (says !== undefined) {
      proxy.requests.push(request)
      if (says !== '') client.end(says, 'latin1')
      return
    }
    if (credential !== undefined && credential !== given) {
      proxy.requests.push(request)
      client.end('HTTP/1.1 407 Who are you\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n')
      return
    }
    void lead(proxy, client, request, names).then((begin) => {
      if (begin === null) return void client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      begin()
    })
  })
  await listen(server, proxy, port)
  return proxy
}

export interface SocksProxyBehaviour extends ProxyBehaviour {
  /** The code it replies with instead of opening a tunnel (RFC 1928 6). */
  replies?: number
}

/** A SOCKS5 proxy (RFC 1928, RFC 1929). */
export async function socksProxy(behaviour: SocksProxyBehaviour = {}, port = 0): Promise<TestProxy> {
  const proxy = newProxy()
  const server = createTcpServer((client) => {
    serveSocks(proxy, client, behaviour).catch(() => client.destroy())
  })
  await listen(server, proxy, port)
  return proxy
}

async function serveSocks(proxy: TestProxy, client: Socket, behaviour: SocksProxyBehaviour): Promise<void> {
  const { credential: wanted, names, replies } = behaviour
  const take = reader(client)
  const [, count = 0] = await take(2)
  const methods = await take(count)
  const method = wanted === undefined ? 0 : 2
  if (!methods.includes(method)) return void client.end(Buffer.from([5, 0xff]))
  client.write(Buffer.from([5, method]))
  let credential: string | null = null
  if (method === 2) {
    const [, userLength = 0] = await take(2)
    const user = (await take(userLength)).toString()
    const [passwordLength = 0] = await take(1)
    credential = `${user}:${(await take(passwordLength)).toString()}`
    client.write(Buffer.from([1, credential === wanted ? 0 : 1]))
    if (credential !== wanted) return void client.end()
  }
  const [, , , kind = 0] = await take(4)
  const host = await readHost(kind, take)
  const at = (await take(2)).readUInt16BE()
  const request: TunnelRequest = { host, port: at, asked: kind === 3 ? 'name' : 'address', credential }
  if (replies !== undefined) {
    proxy.requests.push(request)
    return void client.end(Buffer.from([5, replies, 0, 1, 0, 0, 0, 0, 0, 0]))
  }
  const begin = await lead(proxy, client, request, names)
  client.write(Buffer.from([5, begin === null ? 4 : 0, 0, 1, 127, 0, 0, 1, 0, 0]))
  if (begin === null) return void client.end()
  begin()
}

async function readHost(kind: number, take: (count: number) => Promise<Buffer>): Promise<string> {
  if (kind === 1) return [...(await take(4))].join('.')
  if (kind === 4) return (await take(16)).toString('hex').replace(/(.{4})(?=.)/g, '$1:')
  const [length = 0] = await take(1)
  return (await take(length)).toString()
}

/** Reads exactly so many bytes, as they come. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
  return (count) =>
    new Promise((resolve, reject) => {
      if (count === 0) return resolve(Buffer.alloc(0))
      const read = () => {
        const bytes = socket.read(count) as Buffer | null
        if (bytes === null) return
        socket.off('readable', read).off('close', reject)
        resolve(bytes)
      }
      socket.on('readable', read)
      socket.once('close', reject)
      read()
    })
}

/** A proxy that takes connections and says these bytes, or nothing; `close`: and hangs up. */
export async function oddProxy({ says = '', hangsUp = false } = {}): Promise<TestProxy> {
  const proxy = newProxy()
  const server = createTcpServer((client) => {
    client.once('data', () => {
      if (says !== '') client.write(says, 'latin1')
      if (hangsUp) client.end()
    })
  })
  await listen(server, proxy, 0)
  return proxy
}

/** A port of this machine without a listener. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
