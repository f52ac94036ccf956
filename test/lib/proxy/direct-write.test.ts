import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { hasUnsent, unsentBytes, writeAtOnce } from '../../../src/lib/proxy/direct-write.ts'

/** Both ends of one connection, that has been written to before. */
async function givenConnection(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], []]
  onTestFinished(() => {
    near.destroy()
    far.destroy()
    server.close()
  })
  near.on('error', () => undefined)
  writeAtOnce(near, Buffer.from('-')) // the first ever shows how Node writes
  return { near, far }
}

const piece = (n: number) => Buffer.alloc(16_000, 97 + (n % 26))

/** Writes until the system takes no more; how many pieces that were. */
function fillUp(near: Socket): number {
  for (let n = 0; ; n++) if (!writeAtOnce(near, piece(n))) return n + 1
}

test('what the system takes at once passes the stream by, and keeps its order with what does not', async () => {
  const { near, far } = await givenConnection()
  const throughStream: string[] = []
  const write = near.write.bind(near)
  near.write = (bytes: Buffer) => (throughStream.push(String(bytes)), write(bytes))
  expect(writeAtOnce(near, Buffer.from('one '))).toBe(true)
  write('two ')
  expect(writeAtOnce(near, Buffer.from('three'))).toBe(true)
  expect([throughStream, hasUnsent(near), unsentBytes(near)]).toEqual([[], false, 0])
  near.end()
  expect(Buffer.concat(await far.toArray()).toString()).toBe('-one two three')
})

test('what the system does not take waits, is known to wait, and comes before all that is written later', async () => {
  const { near, far } = await givenConnection()
  far.pause()
  let sent = fillUp(near)
  expect([hasUnsent(near), unsentBytes(near) > 0]).toEqual([true, true])
  for (let n = 0; n < 20; n++) writeAtOnce(near, piece(sent++))
  expect(near.writableLength).toBeGreaterThan(10 * piece(0).length) // nothing more is put past the stream
  near.end()
  const got = Buffer.concat(await far.toArray())
  const all = Array.from({ length: sent }, (_, n) => piece(n))
  expect(got.equals(Buffer.concat([Buffer.from('-'), ...all]))).toBe(true)
  expect([hasUnsent(near), unsentBytes(near)]).toEqual([false, 0])
})

test('when the peer reads again, what is written next passes the stream by again', async () => {
  const { near, far } = await givenConnection()
  far.pause()
  const sent = fillUp(near)
  let read = 0
  await new Promise<void>((done) =>
    far
      .on('data', (bytes) => {
        read += bytes.length
        if (read === 1 + sent * piece(0).length) done()
      })
      .resume(),
  )
  while (hasUnsent(near)) await new Promise(setImmediate)
  expect(writeAtOnce(near, Buffer.from('more'))).toBe(true)
})

test('when the peer has left, the socket says why and is closed', async () => {
  const { near, far } = await givenConnection()
  near.removeAllListeners('error')
  far.resetAndDestroy()
  await once(far, 'close')
  const failed = once(near, 'error')
  while (!near.destroyed) {
    writeAtOnce(near, piece(0))
    await new Promise(setImmediate)
  }
  const [error] = (await failed) as [NodeJS.ErrnoException]
  expect(error.code).toMatch(/^(?:EPIPE|ECONNRESET)$/)
})

test('when a socket is closed with something left to write, nothing of it is remembered', async () => {
  const { near, far } = await givenConnection()
  far.pause()
  fillUp(near)
  near.destroy()
  await once(near, 'close')
  await new Promise(setImmediate)
  expect(hasUnsent(near)).toBe(false)
})

test('what is no socket of the system is written to as any stream', () => {
  const stream = new PassThrough()
  expect(writeAtOnce(stream as unknown as Socket, Buffer.from('as ever'))).toBe(true)
  expect(String(stream.read())).toBe('as ever')
})
