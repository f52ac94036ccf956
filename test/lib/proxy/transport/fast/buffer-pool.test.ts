import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { BufferPool } from '../../../../../src/lib/proxy/transport/fast/sockets/buffer-pool.ts'
import type { Answer } from '../../../../support/servers/fake-upstream.ts'
import { chat, givenUpstream, json, reset } from '../../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../../support/servers/proxy-harness.ts'
import type { TestProxy } from '../../../../support/servers/proxy-harness.ts'

/** A body that names its request in every byte of its text. */
function makeBody(n: number, bytes: number, model = 'm1'): Buffer {
  const letter = String.fromCharCode(97 + (n % 26))
  return Buffer.from(
    JSON.stringify({ n, model, messages: [{ role: 'user', content: letter.repeat(bytes) }] }),
  )
}

test('when memory was given back it is taken again, never by two at once, and huge pieces are not kept', () => {
  const memory = new BufferPool()
  const [one, two] = [memory.acquire(100_000), memory.acquire(100_000)]
  expect(one.length).toBe(131_072)
  expect(one.buffer).not.toBe(two.buffer)
  memory.release(one)
  const again = memory.acquire(131_072)
  expect(again.buffer).toBe(one.buffer)
  expect(memory.acquire(131_072).buffer).not.toBe(one.buffer)
  const huge = memory.acquire(5 << 20)
  memory.release(huge)
  expect(memory.acquire(5 << 20).buffer).not.toBe(huge.buffer)
})

test('when as many large pieces are kept as there is room for, small ones are kept all the same', () => {
  const memory = new BufferPool()
  const large = Array.from({ length: 20 }, () => memory.acquire(1 << 20))
  for (const piece of large) memory.release(piece)
  const small = memory.acquire(100)
  memory.release(small)
  expect(memory.acquire(4_000).buffer).toBe(small.buffer)
  const many = Array.from({ length: 2_000 }, () => memory.acquire(4_096))
  for (const piece of many) memory.release(piece)
  const again = new Set(Array.from({ length: 2_000 }, () => memory.acquire(4_096).buffer))
  expect(many.filter(({ buffer }) => again.has(buffer)).length).toBe((4 << 20) / 4_096)
})

test('when large requests meet every trouble at once, no upstream ever gets a byte of another request', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    baseUrl: upstream.baseUrl,
    settings: { strategy: 'round-robin' },
  })
  const seen: string[] = []
  const troubles: Answer[] = [chat(), json(503, { error: { message: 'busy' } }), chat(), reset, chat()]
  let count = 0
  upstream.always((call) => {
    seen.push(fault(call.seen.body))
    troubles[count++ % troubles.length]!(call)
  })
  for (let wave = 0; wave < 4; wave++) {
    const asked = Array.from({ length: 16 }, (_, n) => ask(proxy, wave * 16 + n))
    await Promise.all(asked)
  }
  expect(seen.length).toBeGreaterThan(40)
  expect(seen.filter((words) => words !== '')).toEqual([])
})

/** A few clients leave before they have sent all, and others before they have the answer. */
async function ask(proxy: TestProxy, n: number): Promise<void> {
  // The provider's name is taken out on the way, which makes another body.
  const body = makeBody(n, 70_000 + 9_000 * (n % 40), n % 3 === 0 ? 'custom/m1' : 'm1')
  if (n % 7 === 3) return void (await proxy.raw(cutPart(body, body.length >> 1)))
  const reply = await proxy.post('/v1/chat/completions', body)
  expect([200, 502, 503]).toContain(reply.status)
}

/** A request that ends in the middle, and with it the connection. */
function cutPart(body: Buffer, bytes: number): string {
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: ${bytes}\r\n\r\n`
  return head + body.toString('latin1', 0, bytes)
}

/** The fault of a body of `bodyOf`; empty: none. */
function fault(body: Buffer): string {
  const { n, messages } = JSON.parse(body.toString()) as { n: number; messages: { content: string }[] }
  const { length } = messages[0]!.content
  return body.equals(makeBody(n, length)) ? '' : `request ${n} has bytes of another`
}

test('when an upstream answers before it has read a large body, the rest of that body is never replaced by the next', async () => {
  const bodies: string[] = []
  const server = createServer((socket) => {
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      if (text === '') {
        socket.pause() // nothing more is read until the proxy has had its answer and much else to do
        socket.write(
          'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 16\r\n\r\n{"choices":[{}]}',
        )
        setImmediate(() => socket.resume())
      }
      text += chunk.toString('latin1')
    })
    socket.on('close', () => bodies.push(text.slice(text.indexOf('\r\n\r\n') + 4)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl, settings: { maxBodyMb: 8 } })
  for (let n = 0; n < 12; n++) {
    const { status } = await proxy.post('/v1/chat/completions', makeBody(n, 900_000))
    expect(status).toBe(200)
  }
  await proxy.running.stop(0)
  for (const body of bodies)
    expect(new Set(/"content":"(\w*)/.exec(body)?.[1] ?? '').size).toBeLessThanOrEqual(1)
  expect(bodies.length).toBeGreaterThan(0)
})
