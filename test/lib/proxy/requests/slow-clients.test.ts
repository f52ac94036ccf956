import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ControlledStream, chat, delta, givenUpstream } from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy, until } from '../../../support/servers/proxy-harness.ts'
import type { TestProxy } from '../../../support/servers/proxy-harness.ts'

const IDLE_MS = 200

/** A client over a bare socket, which reads nothing before the test says so. */
function openClient(proxy: TestProxy): Socket {
  const socket = connect(proxy.running.port, '127.0.0.1')
  socket.pause()
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  return socket
}

function request(body: string, announced = body.length): string {
  return `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${announced}\r\n\r\n${body}`
}

/** The first bytes of the answer. */
function first(socket: Socket): Promise<string> {
  return new Promise((resolve) => socket.once('data', (chunk) => resolve(chunk.toString('latin1'))).resume())
}

const settings = { clientIdleTimeoutMs: IDLE_MS }

describe('a client that stops', () => {
  test('taking its answer is let go of after a while, the upstream with it, and the request is settled as aborted', async () => {
    const upstream = await givenUpstream()
    const live = new ControlledStream()
    upstream.next(live.answer)
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['5/day'] }],
      baseUrl: upstream.baseUrl,
      settings,
    })
    openClient(proxy).write(request(JSON.stringify({ ...QUESTION, stream: true })))
    await live.opened
    const { res } = live
    const pour = () => {
      while (res.write(delta('x'.repeat(60_000))));
      res.once('drain', pour)
    }
    pour()
    await live.left
    expect(await proxy.settlements()).toMatchObject([{ outcome: 'aborted', status: 200 }])
    expect(await proxy.used()).toEqual({ a: 1 })
    expect(proxy.running.inFlight).toBe(0)
  })

  test('sending its request hears so, and no account is asked', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl, settings })
    const client = openClient(proxy)
    client.write(request('{"model":', 100))
    const answer = await first(client)
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(answer).toContain('request_timeout')
    // The rest of it comes too late for any client.
    const ended = new Promise((resolve) => client.on('close', resolve))
    client.end(' '.repeat(91))
    await ended
    expect(upstream.count()).toBe(0)
    expect(proxy.attempts).toEqual([])
  })
})

test('a request for management that stops is cut off, and its handler has it alone', async () => {
  let isCut = false
  const proxy = await givenProxy({
    settings: { ...settings, management: (req) => void req.on('close', () => (isCut = !req.complete)) },
  })
  const client = openClient(proxy)
  client.write('POST /api/accounts HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{')
  let answer = ''
  client.on('data', (chunk) => (answer += chunk.toString('latin1'))).resume()
  await until(() => isCut)
  expect(answer).toBe('')
})

test('a client that waits for its upstream is not still, however long it takes', async () => {
  const upstream = await givenUpstream()
  const live = new ControlledStream()
  upstream.next(live.answer)
  const proxy = await givenProxy({
    accounts: [{ name: 'a' }],
    baseUrl: upstream.baseUrl,
    settings: { clientIdleTimeoutMs: 1 },
  })
  const opening = proxy.stream()
  await live.opened
  live.send(delta('one'))
  const reply = await opening
  await reply.sees('one')
  // Other clients are looked at, and let go of, meanwhile.
  const other = openClient(proxy)
  other.write(request('{', 100))
  expect(await first(other)).toContain('408')
  live.send(delta('two'))
  await reply.sees('two')
  live.end()
})

test('where others can reach the proxy, the last key that is taken away lets no client in', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const { home, toolkit } = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const { secret } = await toolkit.keys.create({ name: 'app' })
  const proxy = await givenProxy({ home, settings: { host: '::ffff:127.0.0.1' } })
  const status = async () => (await proxy.chat({}, { authorization: `Bearer ${secret}` })).status
  expect(await status()).toBe(200)
  await toolkit.keys.revoke('app')
  await until(async () => (await status()) === 401)
  expect((await proxy.chat()).status).toBe(401)
})
