import { describe, expect, onTestFinished, test } from 'vitest'
import {
  ControlledStream,
  DONE,
  HeldRequest,
  STOP,
  USAGE_CHUNK,
  chat,
  delta,
  events,
  givenUpstream,
} from '../../../support/servers/fake-upstream.ts'
import { connect } from 'node:net'
import { QUESTION, givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'
import type { TestProxy } from '../../../support/servers/proxy-harness.ts'

/** Sends a chat completion over a socket of its own, to be cut off at any moment. */
function sendAndHold(proxy: TestProxy, body = JSON.stringify(QUESTION), announced = body.length) {
  const socket = connect(proxy.running.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${announced}\r\n\r\n${body}`,
  )
  onTestFinished(() => void socket.destroy())
  return socket
}

describe('when the client leaves', () => {
  test('in the middle of a stream, the upstream is left at once, and the request is settled as aborted and counted', async () => {
    const upstream = await givenUpstream()
    const live = new ControlledStream()
    upstream.nextFor(makeKey('a'), live.answer)
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['5/24h'] }, { name: 'b' }],
      baseUrl: upstream.baseUrl,
    })
    const opening = proxy.stream()
    await live.opened
    live.send(delta('one'))
    const reply = await opening
    await reply.sees('one')
    reply.leave()
    await live.left
    expect(await proxy.settlements()).toMatchObject([{ outcome: 'aborted', status: 200 }])
    expect(await proxy.used()).toMatchObject({ a: 1 })
  })

  test('before the upstream has answered, the upstream is left at once and no other account is asked', async () => {
    const upstream = await givenUpstream()
    const held = new HeldRequest()
    upstream.nextFor(makeKey('a'), held.answer)
    const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
    const socket = sendAndHold(proxy)
    await held.arrived
    socket.destroy()
    await held.left
    const settlements = await proxy.settlements()
    expect(settlements).toMatchObject([{ outcome: 'aborted' }])
    expect(settlements[0]).not.toHaveProperty('status')
    expect(settlements[0]).not.toHaveProperty('refunded')
  })

  test('before its request is whole, nothing is reserved or sent', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['5/24h'] }],
      baseUrl: upstream.baseUrl,
    })
    const socket = sendAndHold(proxy, '{"model":', 500)
    await until(() => proxy.running.inFlight === 1)
    socket.destroy()
    await until(() => proxy.running.inFlight === 0)
    expect(await proxy.settlements()).toEqual([])
    expect(await proxy.used()).toEqual({ a: 0 })
  })

  test.each([
    ['', 0],
    [', also when it has served before', 1],
  ])(
    'while its account is being claimed, nothing is sent and nothing is charged%s',
    async (_when, before) => {
      const upstream = await givenUpstream() // any request that it does not expect fails the test
      const proxy = await givenProxy({
        accounts: [{ name: 'a', limits: ['5/24h'] }],
        baseUrl: upstream.baseUrl,
      })
      for (let served = 0; served < before; served++) {
        upstream.next(chat('served'))
        expect((await proxy.chat()).status).toBe(200)
      }
      const ledger = await proxy.toolkit.ledger()
      const claim = ledger.tryReserve.bind(ledger)
      const claimed = Promise.withResolvers<void>()
      const left = Promise.withResolvers<void>()
      ledger.tryReserve = (wanted, claimant) =>
        claim(wanted, {
          onReserved: (reservation) => {
            claimed.resolve()
            void left.promise.then(() => claimant.onReserved(reservation))
          },
          onFailed: (error) => claimant.onFailed(error),
        })
      const socket = sendAndHold(proxy)
      await claimed.promise
      socket.destroy()
      await until(() => proxy.running.inFlight === 0)
      left.resolve()
      expect((await proxy.settlements()).slice(before)).toMatchObject([{ refunded: true }])
      expect(await proxy.used()).toEqual({ a: before })
    },
  )

  test('with a second request waiting on the same connection, the first is given up and the second never sent', async () => {
    const upstream = await givenUpstream()
    const first = new HeldRequest()
    upstream.next(first.answer)
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['5/24h'] }],
      baseUrl: upstream.baseUrl,
    })
    const socket = sendAndHold(proxy)
    await first.arrived
    const body = JSON.stringify(QUESTION)
    socket.write(
      `POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    socket.destroy()
    await first.left
    await until(() => proxy.running.inFlight === 0)
    expect(await proxy.settlements()).toMatchObject([{ outcome: 'aborted' }])
    expect(upstream.count()).toBe(1)
  })

  test('after the last event but before the upstream has closed, the answer was complete', async () => {
    const upstream = await givenUpstream()
    const live = new ControlledStream()
    upstream.next(live.answer)
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const opening = proxy.stream()
    await live.opened
    live.send(delta('one') + STOP + USAGE_CHUNK + DONE)
    const reply = await opening
    await reply.sees(DONE)
    reply.leave()
    await live.left
    expect(await proxy.settlements()).toMatchObject([{ outcome: 'ok', inputTokens: 7, outputTokens: 3 }])
  })
})

test('when the client is slow, the upstream has to wait, and then everything arrives in order', async () => {
  const warnings: string[] = []
  const onWarning = ({ message }: Error) => warnings.push(message)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  const upstream = await givenUpstream()
  const live = new ControlledStream()
  upstream.next(live.answer)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const opening = proxy.stream()
  const { socket } = await live.opened
  live.send(delta('begin'))
  const reply = await opening // its body is not read yet

  // Small writes: each is a chunk of its own, and a read of the proxy brings hundreds of them.
  const piece = delta('x'.repeat(400))
  const pieces = 60_000
  let written = 0
  const isThrough = () => written === pieces && socket.writableLength === 0
  const feed = () => {
    while (written < pieces) {
      written += 1
      if (!live.res.write(piece)) return void live.res.once('drain', feed)
    }
    live.end(DONE)
  }
  feed()
  let still = { sent: -1, since: 0 }
  await until(() => {
    const sent = socket.bytesWritten - socket.writableLength
    if (sent !== still.sent) still = { sent, since: performance.now() }
    return isThrough() || performance.now() - still.since > 400 // nothing more is taken
  })
  expect(isThrough()).toBe(false)
  const whole = await reply.whole()
  expect(whole.text.length).toBe(delta('begin').length + pieces * piece.length + DONE.length)
  expect(whole.text.endsWith(piece + DONE)).toBe(true)
  expect(warnings).toEqual([])
  expect(await proxy.settlements()).toMatchObject([{ outcome: 'ok' }])
})

test('when many clients leave at random moments, nothing stays in flight and the proxy serves on', async () => {
  const upstream = await givenUpstream()
  upstream.always(events(delta('a'), delta('b'), STOP, USAGE_CHUNK, DONE))
  const proxy = await givenProxy({
    accounts: [{ name: 'a', limits: ['1000/24h'] }],
    baseUrl: upstream.baseUrl,
  })
  const body = JSON.stringify({ ...QUESTION, stream: true })
  const sockets = Array.from({ length: 60 }, () => sendAndHold(proxy, body))
  for (const [index, socket] of sockets.entries()) {
    if (index % 3 === 0) socket.destroy()
    else if (index % 3 === 1) socket.once('data', () => socket.destroy())
    else socket.once('connect', () => socket.resetAndDestroy())
  }
  await until(() => sockets.every(({ destroyed }) => destroyed))
  const quota = await proxy.quota()
  expect(quota.a?.limits[0]).toMatchObject({ reserved: 0 })
  expect(quota.a?.limits[0]?.used).toBe(upstream.count())
  upstream.always(chat())
  expect((await proxy.chat()).status).toBe(200)
})
