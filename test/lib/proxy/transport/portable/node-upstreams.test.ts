import { expect, test } from 'vitest'
import { chooseTransport } from '../../../../../src/lib/proxy/transport/choose-transport.ts'
import type { UpstreamPoolOptions } from '../../../../../src/lib/proxy/upstream/upstream-pool.ts'
import {
  ManualClock,
  ask,
  givenPool,
  post,
  scriptedUpstream,
  start,
  until,
} from '../../upstream/scripted-upstream.ts'

const { transport } = chooseTransport('portable')
const givenPortablePool = (options: UpstreamPoolOptions = {}) => givenPool({ transport, ...options })

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'

test('requests one after the other use one connection, and send head and body as given', async () => {
  const upstream = await scriptedUpstream(({ socket }) => socket.write(OK))
  const pool = givenPortablePool()
  const request = { ...post('body'), path: '/v1?a=b', headers: ['X-Spelled-So', 'é'] }
  for (let n = 0; n < 3; n++)
    expect(await ask(pool, upstream.origin, request)).toMatchObject({ body: 'hello' })
  expect(upstream.connections).toBe(1)
  const { text } = upstream.arrivals[2]!
  expect(text).toMatch(/^POST \/v1\?a=b HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\nX-Spelled-So: \xe9\r\n/)
  expect(text).toMatch(/content-length: 4\r\n[^]*\r\n\r\nbody$/)
})

test('a request part that could forge another request is refused before anything is sent', async () => {
  const upstream = await scriptedUpstream(({ socket }) => socket.write(OK))
  const pool = givenPortablePool()
  for (const path of ['x', '/a b', '/a\r\nx: y', '/Ċ'])
    expect(() => pool.call(upstream.origin, { ...post('x'), path }, neverCalled)).toThrow(
      /cannot be sent upstream/,
    )
  expect(upstream.connections).toBe(0)
})

const neverCalled = {
  onHead: () => expect.unreachable(),
  onData: () => expect.unreachable(),
  onEnd: () => expect.unreachable(),
  onError: () => expect.unreachable(),
}

test.each([
  ['garbage', 'garbage'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!'],
  [
    'a length beside chunks',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a coding that is not chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nhello'],
  ['a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
])('an upstream that answers with %s is reported as malformed', async (_what, answer) => {
  const upstream = await scriptedUpstream(({ socket }) => socket.write(answer))
  const { error } = await ask(givenPortablePool(), upstream.origin, post('x'))
  expect(error).toMatchObject({ kind: 'malformed', requestSent: true })
})

test('a connection that closes before the answer is a reset, and one that closes in the body cuts it off', async () => {
  const upstream = await scriptedUpstream(({ socket, connection }) =>
    socket.end(connection === 0 ? '' : 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello'),
  )
  const pool = givenPortablePool()
  expect((await ask(pool, upstream.origin, post('x'))).error).toMatchObject({ kind: 'reset', isStale: false })
  const { error, body } = await ask(pool, upstream.origin, post('x'))
  expect([error?.kind, body]).toEqual(['truncated', 'hello'])
})

test('a kept connection that closes under a request is stale, and the request is not sent again', async () => {
  const upstream = await scriptedUpstream(({ socket, onConnection }) =>
    onConnection === 0 ? socket.write(OK) : socket.end(),
  )
  const pool = givenPortablePool()
  await ask(pool, upstream.origin, post('x'))
  await until(() => pool.stats.idle === 1)
  const { error } = await ask(pool, upstream.origin, post('x'))
  expect(error).toMatchObject({ kind: 'reset', requestSent: true, isStale: true })
  expect(upstream.arrivals).toHaveLength(2)
})

test('without a listener there, the upstream is unreachable and nothing was sent', async () => {
  const { error } = await ask(givenPortablePool(), 'http://127.0.0.1:9', post('x'))
  expect(error).toMatchObject({ kind: 'unreachable', requestSent: false })
})

test('a silent upstream times out by the clock of the pool, and its connection is closed', async () => {
  const clock = new ManualClock()
  const upstream = await scriptedUpstream(() => undefined)
  const call = start(givenPortablePool({ clock, headersTimeoutMs: 5_000 }), upstream.origin, post('x'))
  await until(() => upstream.arrivals.length === 1)
  clock.advance(5_000)
  expect(call.events).toEqual([])
  clock.advance(500)
  expect((await call.ended).error).toMatchObject({ kind: 'timeout', stage: 'head' })
  await until(() => upstream.open.size === 0)
})

test('an aborted call closes its connection, and nothing of it is called any more', async () => {
  const upstream = await scriptedUpstream(({ socket }) =>
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello'),
  )
  const call = start(givenPortablePool(), upstream.origin, post('x'))
  await until(() => call.body === 'hello')
  call.call.abort()
  await until(() => upstream.open.size === 0)
  expect([call.call.state, call.events]).toEqual(['aborted', ['head', 'data']])
})
