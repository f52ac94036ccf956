import { createServer, request as nodeRequest, type IncomingMessage } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { anyResponse, type ScriptedResponse } from '../transport/fast/any-response.ts'
import {
  ask,
  get,
  givenPool,
  ManualClock,
  post,
  scriptedUpstream,
  start,
  until,
} from './scripted-upstream.ts'

const hello = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'

async function nodeServer(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('against a server of Node', () => {
  test('sends the request as given and reads the answer', async () => {
    const origin = await nodeServer((request, response) => {
      let body = ''
      request.setEncoding('latin1').on('data', (text: string) => (body += text))
      request.on('end', () => {
        response.setHeader(
          'x-seen',
          `${request.method} ${request.url} ${String(request.headers['x-a'])} ${request.headers.host}`,
        )
        response.end(body.toUpperCase())
      })
    })
    const answer = await ask(givenPool(), origin, {
      method: 'PUT',
      path: '/a?b',
      headers: ['X-A', 'c'],
      body: Buffer.from('abc'),
    })
    expect(answer.head).toMatchObject({ status: 200, statusText: 'OK', httpVersion: '1.1' })
    expect(answer.head?.get('x-seen')).toBe(`PUT /a?b c ${origin.slice(7)}`)
    expect(answer.body).toBe('ABC')
  })

  test.each([1, 16 * 1024, 16 * 1024 + 1, 8_000_000])(
    'a body of %i bytes arrives whole, both ways',
    async (size) => {
      const origin = await nodeServer((request, response) => void request.pipe(response))
      const body = Buffer.alloc(size, 'aé\xff', 'latin1')
      const pool = givenPool()
      const answer = await ask(pool, origin, post(body))
      expect(answer.error).toBeNull()
      expect(answer.body === body.toString('latin1')).toBe(true)
    },
  )

  test('streams: what is written reaches the handler before the rest is', async () => {
    const written = Promise.withResolvers<() => void>()
    const origin = await nodeServer((_request, response) => {
      response.write('first')
      written.resolve(() => response.end('second'))
    })
    const watched = start(givenPool(), origin)
    await until(() => watched.body === 'first')
    ;(await written.promise)()
    expect((await watched.ended).body).toBe('firstsecond')
  })
})

test('for any response, agrees with the client of Node', async () => {
  let bytes = Buffer.alloc(0)
  const upstream = await scriptedUpstream(({ socket }) => socket.end(bytes))
  const pool = givenPool()
  await fc.assert(
    fc.asyncProperty(anyResponse, async (response: ScriptedResponse) => {
      bytes = response.bytes as Buffer<ArrayBuffer>
      const ours = await ask(pool, upstream.origin, { ...get, method: response.method })
      const nodes = await askWithNode(upstream.origin, response.method)
      expect({
        status: ours.head?.status,
        statusText: ours.head?.statusText,
        headers: ours.head?.rawHeaders,
        body: ours.body,
      }).toEqual(nodes)
    }),
    { numRuns: 150 },
  )
})

function askWithNode(origin: string, method: string) {
  return new Promise((resolve, reject) => {
    const done = (response: IncomingMessage) => {
      let body = ''
      response.setEncoding('latin1').on('data', (text: string) => (body += text))
      response.on('error', reject)
      const { statusCode: status, statusMessage: statusText, rawHeaders: headers } = response
      response.on('end', () => resolve({ status, statusText, headers, body }))
    }
    nodeRequest(origin, { method, agent: false }, done).on('error', reject).end()
  })
}

describe('keeping connections', () => {
  test('when a response is complete, sends the next request over the same connection, also from inside onEnd', async () => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(hello))
    const pool = givenPool()
    const bodies: string[] = []
    await new Promise<void>((resolve) => {
      const next = (left: number) => {
        const onEnd = () => (left === 0 ? resolve() : next(left - 1))
        const onData = (chunk: Buffer) => bodies.push(chunk.toString())
        pool.call(upstream.origin, get, { onHead: () => undefined, onData, onEnd, onError: () => resolve() })
      }
      next(4)
    })
    expect(bodies).toEqual(Array(5).fill('hello'))
    expect([upstream.connections, pool.stats]).toEqual([1, { open: 1, idle: 1 }])
  })

  test.each([
    ['says connection: close', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello'],
    ['speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello'],
    ['sends more than it declared', `${hello}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`],
    [
      'keeps connections for a second',
      'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 5\r\n\r\nhello',
    ],
  ])('when the upstream %s, takes a fresh connection for the next request', async (_, bytes) => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(bytes))
    const pool = givenPool()
    for (let i = 0; i < 2; i++) expect((await ask(pool, upstream.origin)).body).toBe('hello')
    expect([upstream.connections, pool.stats]).toEqual([2, { open: 0, idle: 0 }])
  })

  test('when the upstream answers before it has read the request, delivers that and uses the connection no more', async () => {
    const refusal = 'HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n'
    const server = createTcpServer((socket) =>
      socket
        .on('error', () => undefined)
        .pause()
        .write(refusal),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const pool = givenPool()
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect((await ask(pool, origin, post(Buffer.alloc(32_000_000)))).head?.status).toBe(413)
    expect(pool.stats).toEqual({ open: 0, idle: 0 })
  })

  test('when the upstream speaks on an idle connection, drops it', async () => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(hello))
    const pool = givenPool()
    await ask(pool, upstream.origin)
    upstream.arrivals[0]!.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil')
    await until(() => pool.stats.open === 0)
    expect((await ask(pool, upstream.origin)).body).toBe('hello')
  })

  test.each(['end', 'destroy', 'resetAndDestroy'] as const)(
    'when the upstream does %s on an idle one, drops it',
    async (how) => {
      const upstream = await scriptedUpstream(({ socket }) => socket.write(hello))
      const pool = givenPool()
      await ask(pool, upstream.origin)
      upstream.arrivals[0]!.socket[how]()
      await until(() => pool.stats.open === 0)
      expect(pool.stats.idle).toBe(0)
    },
  )

  test('the connection used last is used next', async () => {
    const upstream = await scriptedUpstream(
      ({ socket, text }) => text.startsWith('POST') || socket.write(hello),
    )
    const pool = givenPool()
    const first = start(pool, upstream.origin, post('a'))
    const second = start(pool, upstream.origin, post('b'))
    await until(() => upstream.arrivals.length === 2)
    const [a, b] = upstream.arrivals.map(({ socket }) => socket)
    b!.write(hello)
    await Promise.race([first.ended, second.ended])
    a!.write(hello)
    await Promise.all([first.ended, second.ended])
    await ask(pool, upstream.origin)
    expect(upstream.arrivals[2]!.socket).toBe(a)
  })

  test('keeps no more idle connections than it may', async () => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(hello))
    const pool = givenPool({ maxIdlePerOrigin: 2 })
    await Promise.all(Array.from({ length: 5 }, () => ask(pool, upstream.origin)))
    expect(pool.stats).toEqual({ open: 2, idle: 2 })
  })

  test.each([
    ['its own time', hello, 55_000],
    [
      'the time the upstream names less a second',
      hello.replace('OK\r\n', 'OK\r\nKeep-Alive: timeout=3, max=9\r\n'),
      2_000,
    ],
    [
      'its own time where the upstream names a longer one',
      hello.replace('OK\r\n', 'OK\r\nKeep-Alive: timeout=60\r\n'),
      55_000,
    ],
  ])('closes an idle connection after %s, and stops its clock', async (_, bytes, lifeMs) => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(bytes))
    const clock = new ManualClock()
    const pool = givenPool({ clock })
    await ask(pool, upstream.origin)
    clock.advance(lifeMs - 1)
    expect([pool.stats.idle, clock.isTicking]).toEqual([1, true])
    clock.advance(1)
    expect([pool.stats, clock.isTicking]).toEqual([{ open: 0, idle: 0 }, false])
  })
})

describe('back-pressure', () => {
  test('while paused, leaves the body in the network, and takes all of it after resume', async () => {
    const size = 32_000_000
    const upstream = await scriptedUpstream(({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`)
      socket.write(Buffer.alloc(size, 'x'))
    })
    const clock = new ManualClock()
    const watched = start(givenPool({ clock }), upstream.origin)
    await watched.headArrived
    watched.call.pause()
    const { socket } = upstream.arrivals[0]!
    await until(() => socket.writableLength > 0)
    const before = watched.body.length
    clock.advance(10_000_000)
    await new Promise((resolve) => setImmediate(resolve))
    expect(watched.body.length).toBe(before)
    expect(before).toBeLessThan(100_000)
    watched.call.resume()
    expect((await watched.ended).body.length).toBe(size)
  })

  test('when paused before the head, delivers the head and holds back the body', async () => {
    const upstream = await scriptedUpstream(({ socket }) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'),
    )
    const pool = givenPool()
    const watched = start(pool, upstream.origin)
    watched.call.pause()
    await watched.headArrived
    upstream.arrivals[0]!.socket.write('hello')
    await ask(pool, upstream.origin, { ...get, method: 'HEAD' })
    expect(watched.events).toEqual(['head'])
    watched.call.resume()
    expect((await watched.ended).body).toBe('hello')
  })

  test('when the response was complete while pausing, its connection can be used again', async () => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(hello))
    const pool = givenPool()
    await new Promise<void>((onEnd) => {
      const onData = () => call.pause()
      const call = pool.call(upstream.origin, get, {
        onHead: onData,
        onData,
        onEnd,
        onError: () => undefined,
      })
    })
    expect((await ask(pool, upstream.origin)).body).toBe('hello')
    expect(upstream.connections).toBe(1)
  })
})

test('when the address is IPv6, connects and names it in brackets', async () => {
  const upstream = await scriptedUpstream(({ socket }) => socket.write(hello), '::1')
  expect((await ask(givenPool(), upstream.origin)).body).toBe('hello')
  expect(upstream.arrivals[0]!.text).toContain(`host: ${upstream.origin.slice(7)}\r\n`)
})

test.each(['ftp://h', 'nonsense', 'http://h/path', 'http://user:secret@h', 'http://h?q'])(
  'refuses the origin %s',
  (origin) => {
    expect(() => givenPool().call(origin, get, {} as never)).toThrow(/plain http or https address/)
    expect(() => givenPool().call(origin, get, {} as never)).not.toThrow(/secret/)
  },
)
