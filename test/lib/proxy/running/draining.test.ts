import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import {
  ControlledStream,
  DONE,
  HeldRequest,
  STOP,
  chat,
  delta,
  givenUpstream,
} from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy } from '../../../support/servers/proxy-harness.ts'

const BODY = JSON.stringify(QUESTION)
const REQUEST = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`

test('when the proxy is stopped, a running stream continues to its end, no new client gets in, and then it is over', async () => {
  const upstream = await givenUpstream()
  const live = new ControlledStream()
  upstream.next(live.answer)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const opening = proxy.stream()
  await live.opened
  live.send(delta('one'))
  const reply = await opening
  await reply.sees('one')

  let isStopped = false
  const stopping = proxy.running.stop().then(() => (isStopped = true))
  await expect(fetch(`${proxy.running.url}/health`)).rejects.toThrow()
  live.send(delta('two'))
  await reply.sees('two')
  expect(isStopped).toBe(false)
  live.end(STOP + DONE)
  expect((await reply.whole()).isCut).toBe(false)
  expect(reply.text).toBe(delta('one') + delta('two') + STOP + DONE)
  await stopping
  expect(await proxy.settlements()).toMatchObject([{ outcome: 'ok' }])
})

test('the listener is closed once the call of stop returns, before anything can say so', async () => {
  const proxy = await givenProxy({ accounts: [{ name: 'a', provider: 'sandbox' }] })
  const dial = `require('net').connect(${proxy.running.port}, '127.0.0.1')
    .on('connect', () => process.exit(1)).on('error', ({ code }) => process.stdout.write(code))`
  const stopping = proxy.running.stop()
  // This process waits here, so the system alone answers.
  const { stdout } = spawnSync(process.execPath, ['-e', dial], { encoding: 'utf8' })
  expect(stdout).toBe('ECONNREFUSED')
  await stopping
})

test('when a connection that is still served sends another request while the proxy drains, it gets that answer and is closed', async () => {
  const upstream = await givenUpstream()
  const held = new HeldRequest()
  const live = new ControlledStream()
  upstream.next(live.answer, held.answer)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const opening = proxy.stream()
  await live.opened
  live.send(delta('one'))
  const other = await opening
  let answer = ''
  const socket = connect(proxy.running.port, '127.0.0.1')
  socket.on('data', (chunk) => (answer += chunk.toString()))
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.write(REQUEST)
  await held.arrived
  const stopping = proxy.running.stop()
  socket.write(REQUEST) // behind the first on the same connection
  live.send(delta('two'))
  await other.sees('two') // the proxy has read what came before it
  held.release(chat('served to the end'))
  await closed
  live.end(STOP + DONE)
  await stopping
  const [first, second] = answer.split(/(?=HTTP\/1\.1 )/)
  expect(first).toMatch(/^HTTP\/1\.1 200 [^]*served to the end/)
  expect(second).toMatch(/^HTTP\/1\.1 503 [^]*connection: close[^]*"code":"shutting_down"/i)
  expect(upstream.count()).toBe(2)
})

test('when the time for draining is over, what still runs is cut off and settled, and the upstream is left', async () => {
  const upstream = await givenUpstream()
  const live = new ControlledStream()
  const held = new HeldRequest()
  upstream.next(live.answer, held.answer)
  const proxy = await givenProxy({ accounts: [{ name: 'a', limits: ['9/24h'] }], baseUrl: upstream.baseUrl })
  const opening = proxy.stream()
  await live.opened
  live.send(delta('one'))
  const reply = await opening
  await reply.sees('one')
  const waiting = proxy.chat().catch((error: NodeJS.ErrnoException) => error.code)
  await held.arrived
  await proxy.running.stop(1)
  expect((await reply.whole()).isCut).toBe(true)
  expect(await waiting).toBe('ECONNRESET')
  await Promise.all([live.left, held.left])
  expect(await proxy.settlements()).toMatchObject([{ outcome: 'aborted' }, { outcome: 'aborted' }])
  expect(await proxy.used()).toEqual({ a: 2 })
})

test('when an idle proxy is stopped, it ends at once, also with idle connections', async () => {
  const upstream = await givenUpstream()
  upstream.next(chat())
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  await proxy.chat() // its connection is kept
  await proxy.running.stop()
  await expect(proxy.chat()).rejects.toThrow()
})

test('when a port is in use, the start says so and leaves nothing running', async () => {
  const first = await givenProxy({ accounts: [{ name: 'a', provider: 'sandbox' }] })
  await expect(
    givenProxy({ home: first.home, settings: { port: first.running.port } }),
  ).rejects.toMatchObject({
    code: 'port_in_use',
    hint: expect.stringContaining('--port 0') as string,
  })
  expect((await first.chat({ model: 'sandbox-small' })).status).toBe(200)
})

test.each(['0.0.0.0', '::', '192.0.2.1'])(
  'when it is to listen on %s, where others reach it without a key, it does not start',
  async (host) => {
    await expect(givenProxy({ settings: { host } })).rejects.toMatchObject({ code: 'invalid_value' })
  },
)
