import type { LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import { UpstreamPool } from '../../../../src/lib/proxy/upstream/upstream-pool.ts'
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
const counted = 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'
const inChunks = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'
const untilClose = 'HTTP/1.1 200 OK\r\n\r\nhello'

/** Looks every name up to nothing, as a resolver without an answer would. */
const noSuchName: LookupFunction = (hostname, _options, callback) => {
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' })
  process.nextTick(callback, error, '', 4)
}

describe('unreachable', () => {
  test('when nothing listens, says so and that nothing was sent', async () => {
    const { error } = await ask(givenPool(), 'http://127.0.0.1:1')
    expect(error).toMatchObject({ kind: 'unreachable', stage: 'connect', requestSent: false })
    expect(error?.message).toBe('http://127.0.0.1:1: cannot be reached: connection refused (ECONNREFUSED)')
  })

  test('when the name does not exist, says so', async () => {
    const { error } = await ask(givenPool({ lookup: noSuchName }), 'http://no-such.test')
    expect(error?.message).toBe(
      'http://no-such.test: cannot be reached: its host name does not exist (ENOTFOUND)',
    )
  })
})

describe('a lost connection', () => {
  test.each(['', 'HTTP/1.1 200 OK\r\ncontent-le', 'HTTP/1.1 100 Continue\r\n\r\n'])(
    'after %j is a reset',
    async (bytes) => {
      const upstream = await scriptedUpstream(({ socket }) => socket.end(bytes))
      const pool = givenPool()
      const { error } = await ask(pool, upstream.origin, post('x'))
      expect(error).toMatchObject({ kind: 'reset', stage: 'head', requestSent: true })
      expect([upstream.arrivals.length, pool.stats.open]).toEqual([1, 0])
    },
  )

  test.each([
    ['a counted body', counted],
    ['a chunked body', inChunks],
    ['trailers', `${inChunks}0\r\n`],
  ])('in %s is truncated, and never an end', async (_, bytes) => {
    const upstream = await scriptedUpstream(({ socket }) => socket.end(bytes))
    const watched = start(givenPool(), upstream.origin)
    expect((await watched.ended).error).toMatchObject({ kind: 'truncated', stage: 'body', requestSent: true })
    expect([watched.body, watched.events.includes('end')]).toEqual(['hello', false])
  })

  test('in a body that lasts until the close is its end when clean, and truncated when reset', async () => {
    const upstream = await scriptedUpstream(({ socket, text }) => {
      socket.write(untilClose)
      if (text.startsWith('GET')) socket.end()
    })
    const pool = givenPool()
    expect(await ask(pool, upstream.origin)).toMatchObject({ body: 'hello', error: null })
    const watched = start(pool, upstream.origin, post('x'))
    await until(() => watched.body === 'hello')
    upstream.arrivals[1]!.socket.resetAndDestroy()
    expect((await watched.ended).error).toMatchObject({ kind: 'truncated' })
  })
})

test.each([
  ['garbage', '\x16\x03\x01 this is not HTTP', null],
  [
    'an answer framed twice',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    null,
  ],
  ['a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 200],
])(
  'when the upstream sends %s, reports it as malformed and closes the connection',
  async (_, bytes, status) => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(bytes))
    const pool = givenPool()
    const { head, error } = await ask(pool, upstream.origin)
    expect(error).toMatchObject({ kind: 'malformed', requestSent: true })
    expect([head?.status ?? null, pool.stats.open]).toEqual([status, 0])
    await until(() => upstream.open.size === 0)
  },
)

describe('a reused connection that turns out to be closed', () => {
  /** Answers the first request of every connection, and does this to the later ones. */
  const answersOnce = (later: 'end' | 'resetAndDestroy') =>
    scriptedUpstream(({ socket, onConnection }) =>
      onConnection === 0 ? socket.write(hello) : socket[later](),
    )

  test.each(['end', 'resetAndDestroy'] as const)(
    'by %s: sends the request once, and says that the connection was stale',
    async (later) => {
      const upstream = await answersOnce(later)
      const pool = givenPool()
      await ask(pool, upstream.origin)
      expect((await ask(pool, upstream.origin, post('again'))).error).toMatchObject({
        kind: 'reset',
        requestSent: true,
        isStale: true,
      })
      expect(upstream.arrivals.map(({ connection }) => connection)).toEqual([0, 0])
    },
  )

  test('while not a byte of the request has left, takes a fresh one', async () => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(hello))
    const pool = givenPool()
    for (const text of ['first', 'second']) await ask(pool, upstream.origin, post(text))
    upstream.arrivals[0]!.socket.resetAndDestroy() // in the same step: the pool cannot have read of it
    expect(await ask(pool, upstream.origin, post('third'))).toMatchObject({ body: 'hello', error: null })
    expect(upstream.arrivals.map(({ connection }) => connection)).toEqual([0, 0, 1])
  })

  test('when one byte came back, fails', async () => {
    const upstream = await scriptedUpstream(({ socket, onConnection }) =>
      onConnection === 0 ? socket.write(hello) : socket.end('H'),
    )
    const pool = givenPool()
    await ask(pool, upstream.origin)
    expect((await ask(pool, upstream.origin)).error).toMatchObject({ kind: 'reset', isStale: false })
    expect(upstream.arrivals.length).toBe(2)
  })

  test('when it took longer than a stale connection does, fails: it may have been served', async () => {
    const upstream = await scriptedUpstream(
      ({ socket, onConnection }) => onConnection === 0 && socket.write(hello),
    )
    const clock = new ManualClock()
    const pool = givenPool({ clock })
    await ask(pool, upstream.origin)
    const watched = start(pool, upstream.origin)
    await until(() => upstream.arrivals.length === 2)
    clock.advance(1_001)
    upstream.arrivals[1]!.socket.destroy()
    expect((await watched.ended).error).toMatchObject({ kind: 'reset', isStale: false })
    expect(upstream.arrivals.length).toBe(2)
  })
})

describe('time-outs', () => {
  const givenSlow = (bytes: string) => scriptedUpstream(({ socket }) => socket.write(bytes))
  const graceMs = 250

  test('when no connection comes about, ends the call then and not before', async () => {
    const clock = new ManualClock()
    const lookup: LookupFunction = () => undefined
    const pool = givenPool({ clock, lookup })
    const watched = start(pool, 'http://slow.test')
    clock.advance(10_000 + graceMs - 1)
    expect(watched.error).toBeNull()
    clock.advance(1)
    expect(watched.error).toMatchObject({ kind: 'timeout', stage: 'connect', requestSent: false })
    expect(watched.error?.message).toBe('http://slow.test: no connection within 10000 ms')
    expect(pool.stats.open).toBe(0)
  })

  test.each(['', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n'])(
    'when %j is all of the head, ends the call',
    async (bytes) => {
      const upstream = await givenSlow(bytes)
      const clock = new ManualClock()
      const pool = givenPool({ clock, headersTimeoutMs: 2_000 })
      const watched = start(pool, upstream.origin)
      await until(() => upstream.arrivals.length === 1)
      clock.advance(2_000 + graceMs - 1)
      expect(watched.error).toBeNull()
      clock.advance(1)
      expect(watched.error).toMatchObject({ kind: 'timeout', stage: 'head', requestSent: true })
      await until(() => upstream.open.size === 0)
    },
  )

  test('when the body stands still, ends the call; every byte gives it the whole time again', async () => {
    const upstream = await givenSlow(counted)
    const clock = new ManualClock()
    const watched = start(givenPool({ clock, idleTimeoutMs: 1_000 }), upstream.origin)
    await until(() => watched.body === 'hello')
    clock.advance(1_000)
    upstream.arrivals[0]!.socket.write('!')
    await until(() => watched.body === 'hello!')
    clock.advance(1_000)
    expect(watched.error).toBeNull()
    clock.advance(graceMs)
    expect(watched.error).toMatchObject({ kind: 'timeout', stage: 'body' })
  })
})

describe('abort', () => {
  test('before the connection, nothing is sent and nothing called', async () => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(hello))
    const pool = givenPool()
    const watched = start(pool, upstream.origin)
    watched.call.abort()
    expect([watched.call.state, pool.stats.open]).toEqual(['aborted', 0])
    await ask(pool, upstream.origin)
    expect([watched.events, upstream.arrivals.length]).toEqual([[], 1])
  })

  test('before the head, closes the connection', async () => {
    const upstream = await scriptedUpstream(() => undefined)
    const pool = givenPool()
    const watched = start(pool, upstream.origin)
    await until(() => upstream.arrivals.length === 1)
    watched.call.abort()
    await until(() => upstream.open.size === 0)
    expect([watched.events, pool.stats.open]).toEqual([[], 0])
  })

  test('in the middle of a body, also of one already read, calls nothing more', async () => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(`${inChunks}1\r\n!\r\n0\r\n\r\n`))
    const pool = givenPool()
    const events: string[] = []
    const call = pool.call(upstream.origin, get, {
      onHead: () => events.push('head'),
      onData: () => {
        events.push('data')
        call.abort()
        call.abort()
        call.resume()
      },
      onEnd: () => events.push('end'),
      onError: () => events.push('error'),
    })
    await until(() => events.length > 0 && upstream.open.size === 0)
    expect([events, call.state, pool.stats.open]).toEqual([['head', 'data'], 'aborted', 0])
  })

  test('after the end changes nothing', async () => {
    const upstream = await scriptedUpstream(({ socket }) => socket.write(hello))
    const pool = givenPool()
    const watched = start(pool, upstream.origin)
    await watched.ended
    watched.call.abort()
    expect([watched.call.state, pool.stats]).toEqual(['done', { open: 1, idle: 1 }])
  })
})

test('when closed, ends the calls under way, closes every connection and takes no more', async () => {
  const upstream = await scriptedUpstream(({ socket, text }) => text.startsWith('GET') && socket.write(hello))
  const pool = new UpstreamPool()
  const waiting = start(pool, upstream.origin, post('x'))
  await ask(pool, upstream.origin)
  pool.close()
  expect((await waiting.ended).error).toMatchObject({ kind: 'reset' })
  expect(pool.stats).toEqual({ open: 0, idle: 0 })
  expect(() => start(pool, upstream.origin)).toThrow(/closed/)
  await until(() => upstream.open.size === 0)
})

test('after 10,000 requests with faults of every kind, nothing is left open but idle connections', async () => {
  const whole = [hello, hello, `${inChunks}0\r\n\r\n`, `${hello}extra`]
  const cutOff = [counted, inChunks, untilClose, 'garbage', '']
  let next = 0
  const upstream = await scriptedUpstream(({ socket }) => {
    const turn = next++ % (whole.length + cutOff.length)
    if (next % 31 === 0) socket.resetAndDestroy()
    else if (turn < whole.length) socket.write(whole[turn]!)
    else socket.end(cutOff[turn - whole.length]!)
  })
  const pool = new UpstreamPool({ maxIdlePerOrigin: 8 })
  const counts = { done: 0, failed: 0, aborted: 0 }
  let started = 0
  const worker = async () => {
    while (started++ < 10_000) {
      const watched = start(pool, upstream.origin, started % 2 ? get : post('body'))
      if (started % 17 === 0) watched.call.abort()
      else await watched.ended
      counts[watched.call.state as keyof typeof counts]++
    }
  }
  await Promise.all(Array.from({ length: 16 }, worker))
  expect(counts.done + counts.failed + counts.aborted).toBe(10_000)
  expect(Math.min(counts.done, counts.failed, counts.aborted)).toBeGreaterThan(500)
  expect(pool.stats.open).toBe(pool.stats.idle)
  await until(() => upstream.open.size === pool.stats.open)
  pool.close()
  expect(pool.stats).toEqual({ open: 0, idle: 0 })
  await until(() => upstream.open.size === 0)
})
