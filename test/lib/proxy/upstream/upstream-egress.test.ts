import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EgressError } from '../../../../src/lib/net/egress-error.ts'
import { parseEgressList } from '../../../../src/lib/net/egress-proxy.ts'
import { guardedLookup, isMetadataHost } from '../../../../src/lib/net/metadata-addresses.ts'
import type { UpstreamPool } from '../../../../src/lib/proxy/upstream/upstream-pool.ts'
import {
  closedPort,
  httpProxy,
  oddProxy,
  serverCertificate,
  socksProxy,
  testAuthority,
  type TestProxy,
} from '../../../support/servers/egress-proxies.ts'
import type { Answer } from './scripted-upstream.ts'
import { get, givenPool, ManualClock, post, start, until } from './scripted-upstream.ts'

interface Upstream {
  port: number
  /** The far ports of its connections, in their order. */
  callers: number[]
  sessions: { servername: unknown; alpn: unknown; resumed: boolean }[]
  server: Server
}

/** An upstream that sends back what it is sent. */
async function givenUpstream({ tls = false } = {}): Promise<Upstream> {
  const server = tls
    ? createTlsServer({ ...serverCertificate, ALPNProtocols: ['h2', 'http/1.1'] })
    : createServer()
  const upstream: Upstream = { port: 0, callers: [], sessions: [], server }
  server.on('request', (request, response) => {
    if (request.url === '/silent') return
    request.pipe(response)
  })
  server.on('connection', (socket: { remotePort: number }) => upstream.callers.push(socket.remotePort))
  server.on('secureConnection', (socket: TLSSocket & { servername?: unknown }) =>
    upstream.sessions.push({
      servername: socket.servername,
      alpn: socket.alpnProtocol,
      resumed: socket.isSessionReused(),
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  upstream.port = (server.address() as AddressInfo).port
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return upstream
}

function ask(pool: UpstreamPool, origin: string, via: string, request = get): Promise<Answer> {
  return start(pool, pool.origin(origin, parseEgressList(via)), request).ended
}

/** Every connection that the upstream saw was made by one of these proxies. */
function expectNeverDirect(upstream: Upstream, ...proxies: TestProxy[]): void {
  const made = new Set(proxies.flatMap(({ outgoing }) => [...outgoing]))
  expect(upstream.callers.filter((port) => !made.has(port))).toEqual([])
}

// No resolver knows a name below .test (RFC 6761): only the proxy can lead there.
const NAME = 'upstream.test'

const kinds = [
  ['http', (behaviour: object) => httpProxy(behaviour)],
  ['https', (behaviour: object) => httpProxy({ ...behaviour, tls: true })],
  ['socks5h', (behaviour: object) => socksProxy(behaviour)],
] as const

describe.each(kinds)('through a proxy of kind %s', (kind, open) => {
  test.each([false, true])(
    'carries any size both ways, and leaves the name to the proxy (TLS: %s)',
    async (tls) => {
      const upstream = await givenUpstream({ tls })
      const proxy = await open({ names: { [NAME]: upstream.port }, credential: 'me:p@ss: wörd' })
      const pool = givenPool({ ca: testAuthority })
      const via = `${kind}://me:p%40ss%3A%20w%C3%B6rd@localhost:${proxy.port}`
      for (const size of [3, 3_000_000]) {
        const body = Buffer.alloc(size, 'abc')
        const answer = await ask(pool, `${tls ? 'https' : 'http'}://${NAME}:4321`, via, post(body))
        expect(answer.error).toBeNull()
        expect(answer.body === body.toString('latin1')).toBe(true)
      }
      expect(proxy.requests).toEqual([{ host: NAME, port: 4321, asked: 'name', credential: 'me:p@ss: wörd' }])
      expectNeverDirect(upstream, proxy)
      const session = { servername: NAME, alpn: 'http/1.1', resumed: false }
      expect(upstream.sessions).toEqual(tls ? [session] : [])
    },
  )

  test('keeps connections, and resumes the TLS session where it opens another', async () => {
    const upstream = await givenUpstream({ tls: true })
    const proxy = await open({ names: { [NAME]: upstream.port } })
    const via = `${kind}://localhost:${proxy.port}`
    const pool = givenPool({ ca: testAuthority })
    for (let i = 0; i < 3; i++) expect((await ask(pool, `https://${NAME}`, via, post('x'))).body).toBe('x')
    expect(proxy.connections).toBe(1)
    expect(pool.stats).toEqual({ open: 1, idle: 1 })
    const fresh = givenPool({ ca: testAuthority, maxIdlePerOrigin: 0 })
    for (let i = 0; i < 3; i++) expect((await ask(fresh, `https://${NAME}`, via, post('x'))).body).toBe('x')
    expect(upstream.sessions.map(({ resumed }) => resumed)).toEqual([false, false, true, true])
  })

  test('when the user name or password is wrong, says so and sends nothing', async () => {
    const upstream = await givenUpstream()
    const proxy = await open({ names: { [NAME]: upstream.port }, credential: 'me:right' })
    const pool = givenPool({ ca: testAuthority })
    const { error } = await ask(pool, `http://${NAME}`, `${kind}://me:wrong@localhost:${proxy.port}`)
    expect(error).toMatchObject({ kind: 'unreachable', stage: 'connect', requestSent: false })
    expect(error?.message).toContain(
      `${kind}://me:…@localhost:${proxy.port}: it refuses the user name or password`,
    )
    const { error: without } = await ask(pool, `http://${NAME}`, `${kind}://localhost:${proxy.port}`)
    expect(without?.message).toContain('it asks for a user name and password')
    expect(upstream.callers).toEqual([])
  })

  test('when the call is aborted while there is no way yet, the connection to the proxy is closed', async () => {
    const proxy = await oddProxy()
    const pool = givenPool({ ca: testAuthority })
    const to = pool.origin(`http://${NAME}`, parseEgressList(`${kind}://localhost:${proxy.port}`))
    const { call, events } = start(pool, to)
    await until(() => proxy.clients.size === 1)
    call.abort()
    expect(pool.stats.open).toBe(0)
    await until(() => proxy.clients.size === 0)
    expect(events).toEqual([])
  })

  test('when the call is aborted while it waits for an answer, everything on the way is closed', async () => {
    const upstream = await givenUpstream({ tls: true })
    const proxy = await open({ names: { [NAME]: upstream.port } })
    const pool = givenPool({ ca: testAuthority })
    const to = pool.origin(`https://${NAME}`, parseEgressList(`${kind}://localhost:${proxy.port}`))
    const { call } = start(pool, to, { ...get, path: '/silent' })
    await until(() => call.state === 'waiting')
    call.abort()
    await until(() => proxy.clients.size === 0)
  })

  test('when it takes the connection and says nothing, gives up in time', async () => {
    const proxy = await oddProxy()
    const clock = new ManualClock()
    const pool = givenPool({ ca: testAuthority, connectTimeoutMs: 5000, clock })
    const ended = ask(pool, `http://${NAME}`, `${kind}://localhost:${proxy.port}`)
    await until(() => proxy.clients.size === 1)
    clock.advance(4999)
    expect(pool.stats.open).toBe(1)
    clock.advance(1)
    const { error } = await ended
    expect(error).toMatchObject({ kind: 'unreachable', requestSent: false })
    expect(error?.message).toContain('no answer within 5000 ms')
    await until(() => proxy.clients.size === 0)
  })

  test.each([
    ['what it says is garbage', { says: 'SSH-2.0-OpenSSH_9.9\r\n' }, /no (HTTP|SOCKS5) proxy|no TLS/],
    ['it hangs up', { hangsUp: true }, /the connection was closed/],
  ])('when %s, says so', async (_, behaviour, words) => {
    const proxy = await oddProxy(behaviour)
    const pool = givenPool({ ca: testAuthority })
    const { error } = await ask(pool, `http://${NAME}`, `${kind}://localhost:${proxy.port}`)
    expect(error).toMatchObject({ kind: 'unreachable', requestSent: false })
    expect(error?.message).toMatch(words)
    expect(error?.cause).toBeInstanceOf(EgressError)
  })
})

describe('the side that looks up a name', () => {
  test('with socks5, this machine: the proxy is given an address', async () => {
    const upstream = await givenUpstream()
    const proxy = await socksProxy()
    const answer = await ask(
      givenPool(),
      `http://localhost:${upstream.port}`,
      `socks5://127.0.0.1:${proxy.port}`,
      post('x'),
    )
    expect(answer.body).toBe('x')
    expect(proxy.requests).toEqual([
      { host: '127.0.0.1', port: upstream.port, asked: 'address', credential: null },
    ])
    expectNeverDirect(upstream, proxy)
  })

  test('with socks5, a name that this machine does not know is unreachable', async () => {
    const proxy = await socksProxy({ names: { [NAME]: 1 } })
    const { error } = await ask(givenPool(), `http://${NAME}`, `socks5://127.0.0.1:${proxy.port}`)
    expect(error?.message).toContain(`${NAME}: its host name does not exist`)
    expect(proxy.requests).toEqual([])
  })
})

describe('what proxies answer', () => {
  const bare = 'content-length: 0\r\n\r\n'
  test.each([
    [`HTTP/1.1 403 No\r\n${bare}`, 'it does not allow upstream.test:80 (403)'],
    [`HTTP/1.1 502 Bad\r\n${bare}`, 'it cannot reach upstream.test:80 (502)'],
    [`HTTP/1.1 405 No\r\n${bare}`, 'it opens no tunnel (405)'],
    ['HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'it sends unrequested data'],
  ])('an http proxy that says %j', async (says, words) => {
    const proxy = await httpProxy({ says })
    const { error } = await ask(givenPool(), `http://${NAME}`, `http://127.0.0.1:${proxy.port}`)
    expect(error).toMatchObject({ kind: 'unreachable', requestSent: false })
    expect(error?.message).toContain(words)
  })

  test.each([
    [1, 'it cannot reach'],
    [2, 'it does not allow'],
    [3, 'it has no network to'],
    [4, 'it has no route to'],
    [5, 'it was refused by'],
  ])('a SOCKS5 proxy that replies %i', async (replies, words) => {
    const proxy = await socksProxy({ replies })
    const { error } = await ask(givenPool(), `http://${NAME}`, `socks5h://127.0.0.1:${proxy.port}`)
    expect(error?.message).toContain(`${words} upstream.test:80`)
  })

  test('an https proxy with a certificate that is not trusted', async () => {
    const proxy = await httpProxy({ tls: true })
    const { error } = await ask(givenPool(), `http://${NAME}`, `https://localhost:${proxy.port}`)
    expect(error?.message).toMatch(/its certificate is not signed by a known authority|UNABLE_TO_VERIFY/)
    expect(proxy.requests).toEqual([])
  })

  test('an upstream behind it with a certificate that is not trusted is the upstream’s failure, and no other is asked', async () => {
    const upstream = await givenUpstream({ tls: true })
    const [one, other] = [await httpProxy({ names: { [NAME]: upstream.port } }), await httpProxy()]
    const via = `http://127.0.0.1:${one.port}, http://127.0.0.1:${other.port}`
    const { error } = await ask(givenPool(), `https://${NAME}`, via)
    expect(error?.message).toMatch(/^https:\/\/upstream\.test: cannot be reached: its certificate/)
    expect(other.connections).toBe(0)
  })
})

describe('a list of proxies', () => {
  test('the first that opens a way serves, and one that is down is passed over for a while', async () => {
    const upstream = await givenUpstream()
    const port = await closedPort()
    const second = await socksProxy({ names: { [NAME]: upstream.port } })
    const via = `http://127.0.0.1:${port}, socks5h://127.0.0.1:${second.port}`
    const clock = new ManualClock()
    const pool = givenPool({ clock, maxIdlePerOrigin: 0 })
    expect((await ask(pool, `http://${NAME}`, via, post('x'))).body).toBe('x')
    const first = await httpProxy({ names: { [NAME]: upstream.port } }, port)
    clock.advance(14_000)
    expect((await ask(pool, `http://${NAME}`, via, post('x'))).body).toBe('x')
    expect([first.connections, second.connections]).toEqual([0, 2])
    clock.advance(1_000)
    expect((await ask(pool, `http://${NAME}`, via, post('x'))).body).toBe('x')
    expect([first.connections, second.connections]).toEqual([1, 2])
    expectNeverDirect(upstream, first, second)
  })

  test('one that hangs has its share of the time, then the next is asked, and others do not wait for it', async () => {
    const upstream = await givenUpstream()
    const [hanging, good] = [await oddProxy(), await httpProxy({ names: { [NAME]: upstream.port } })]
    const via = `http://127.0.0.1:${hanging.port} http://127.0.0.1:${good.port}`
    const clock = new ManualClock()
    const pool = givenPool({ clock, connectTimeoutMs: 8000, maxIdlePerOrigin: 0 })
    const ended = ask(pool, `http://${NAME}`, via, post('x'))
    await until(() => hanging.clients.size === 1)
    clock.advance(4000)
    expect((await ended).body).toBe('x')
    expect((await ask(pool, `http://${NAME}`, via, post('y'))).body).toBe('y')
    expect(hanging.connections).toBe(1)
    // Its time is over: one asks it again, and the next one does not wait for what becomes of that.
    clock.advance(15_000)
    const asking = ask(pool, `http://${NAME}`, via, post('z'))
    await until(() => hanging.connections === 2)
    expect((await ask(pool, `http://${NAME}`, via, post('w'))).body).toBe('w')
    clock.advance(4000)
    expect((await asking).body).toBe('z')
  })

  test('when all are down, the error names each, masked, and the upstream sees no connection', async () => {
    const upstream = await givenUpstream()
    const [one, other] = [await closedPort(), await closedPort()]
    const via = `http://me:hidden-word@127.0.0.1:${one},socks5://127.0.0.1:${other}`
    const pool = givenPool({ clock: new ManualClock() })
    const { error } = await ask(pool, `http://127.0.0.1:${upstream.port}`, via)
    expect(error).toMatchObject({ kind: 'unreachable', stage: 'connect', requestSent: false })
    expect(error?.message).toBe(
      `http://127.0.0.1:${upstream.port}: cannot be reached: no egress proxy gives a way ` +
        `(http://me:…@127.0.0.1:${one}: connection refused (ECONNREFUSED); ` +
        `socks5://127.0.0.1:${other}: connection refused (ECONNREFUSED))`,
    )
    expect(upstream.callers).toEqual([])
    expect(pool.stats.open).toBe(0)
  })

  test('when all were down a moment ago, fails at once, and asks again a second later', async () => {
    const upstream = await givenUpstream()
    const port = await closedPort()
    const clock = new ManualClock()
    const pool = givenPool({ clock })
    const via = `http://127.0.0.1:${port}`
    await ask(pool, `http://${NAME}`, via)
    const proxy = await httpProxy({ names: { [NAME]: upstream.port } }, port)
    expect((await ask(pool, `http://${NAME}`, via)).error?.message).toContain('a moment ago')
    expect(proxy.connections).toBe(0)
    clock.advance(1000)
    expect((await ask(pool, `http://${NAME}`, via, post('x'))).body).toBe('x')
  })

  test('what one cannot reach the next is asked for, and the first is not thought to be down', async () => {
    const upstream = await givenUpstream()
    const [first, second] = [await httpProxy(), await httpProxy({ names: { [NAME]: upstream.port } })]
    const via = `http://127.0.0.1:${first.port} http://127.0.0.1:${second.port}`
    const pool = givenPool({ maxIdlePerOrigin: 0 })
    for (let i = 0; i < 2; i++) expect((await ask(pool, `http://${NAME}`, via, post('x'))).body).toBe('x')
    expect([first.connections, second.connections]).toEqual([2, 2])
  })

  test('connections are kept apart by the list they go through', async () => {
    const upstream = await givenUpstream()
    const [one, other] = [await httpProxy(), await httpProxy()]
    const [origin, pool] = [`http://127.0.0.1:${upstream.port}`, givenPool()]
    for (const via of [one, other, one, other])
      expect((await ask(pool, origin, `http://127.0.0.1:${via.port}`, post('x'))).body).toBe('x')
    expect((await start(pool, origin, post('direct')).ended).body).toBe('direct')
    expect([one.connections, other.connections, upstream.callers.length]).toEqual([1, 1, 3])
    expect(pool.stats).toEqual({ open: 3, idle: 3 })
  })

  test('a request on a connection that was closed meanwhile is not sent twice; the next one opens another through the proxy', async () => {
    const upstream = await givenUpstream()
    const proxy = await httpProxy({ names: { [NAME]: upstream.port } })
    const pool = givenPool()
    const via = `http://127.0.0.1:${proxy.port}`
    expect((await ask(pool, `http://${NAME}`, via, post('x'))).body).toBe('x')
    for (const socket of proxy.clients) socket.destroy()
    expect((await ask(pool, `http://${NAME}`, via, post('y'))).error).toMatchObject({ isStale: true })
    expect((await ask(pool, `http://${NAME}`, via, post('z'))).body).toBe('z')
    expect(proxy.connections).toBe(2)
    expectNeverDirect(upstream, proxy)
  })
})

describe('addresses of cloud metadata', () => {
  test('are no origins', () => {
    const pool = givenPool({ refuses: isMetadataHost })
    for (const host of ['169.254.169.254', '2852039166', '[fd00:ec2::254]', 'metadata.google.internal.'])
      expect(() => pool.origin(`http://${host}`)).toThrow(expect.objectContaining({ code: 'invalid_value' }))
  })

  test('a name that has come to mean one is not called', async () => {
    let address = '127.0.0.1'
    const base = (_host: string, options: { all?: boolean }, callback: (...args: unknown[]) => void) =>
      options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)
    const upstream = await givenUpstream()
    const pool = givenPool({ lookup: guardedLookup(base as never), maxIdlePerOrigin: 0 })
    const origin = pool.origin(`http://rebound.test:${upstream.port}`)
    expect((await start(pool, origin, post('x')).ended).body).toBe('x')
    address = '169.254.169.254'
    const { error } = await start(pool, origin, post('x')).ended
    expect(error).toMatchObject({ kind: 'unreachable', requestSent: false })
    expect(error?.message).toContain('its host name leads to an address of cloud metadata (EMETADATA)')
  })

  test('a name that this machine looks up for a socks5 proxy is not asked for there', async () => {
    const base = (_host: string, _options: object, callback: (...args: unknown[]) => void) =>
      callback(null, [{ address: '::ffff:169.254.169.254', family: 6 }])
    const proxy = await socksProxy()
    const pool = givenPool({ lookup: guardedLookup(base as never) })
    const { error } = await ask(pool, 'http://rebound.test', `socks5://127.0.0.1:${proxy.port}`)
    expect(error?.message).toContain('EMETADATA')
    expect(proxy.requests).toEqual([])
  })
})
