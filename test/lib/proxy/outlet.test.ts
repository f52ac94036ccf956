import { once } from 'node:events'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Outlet } from '../../../src/lib/proxy/outlet.ts'
import { givenConnection } from './given-connection.ts'

/** One that has been written to before: the first write ever shows how Node writes. */
async function givenOutlet(): Promise<Awaited<ReturnType<typeof givenConnection>>> {
  const connection = await givenConnection()
  connection.near.on('error', () => undefined)
  connection.outlet.write(Buffer.from('-'))
  return connection
}

const piece = (n: number) => Buffer.alloc(16_000, 97 + (n % 26))

/** Writes until the system takes no more; how many pieces that were. */
function fillUp(outlet: Outlet): number {
  for (let n = 0; ; n++) if (outlet.write(piece(n)) === 'kept') return n + 1
}

test('what the system takes at once passes the stream by, and keeps its order with what does not', async () => {
  const { near, far, outlet } = await givenOutlet()
  const throughStream: string[] = []
  const write = near.write.bind(near)
  near.write = (bytes: Buffer) => (throughStream.push(String(bytes)), write(bytes))
  expect(outlet.write(Buffer.from('one '))).toBe('left')
  write('two ')
  expect(outlet.write(Buffer.from('three'))).toBe('left')
  expect([throughStream, outlet.hasUnsent, outlet.unsentBytes]).toEqual([[], false, 0])
  near.end()
  expect(Buffer.concat(await far.toArray()).toString()).toBe('-one two three')
})

test('what the system does not take waits, is known to wait, and comes before all that is written later', async () => {
  const { near, far, outlet } = await givenOutlet()
  far.pause()
  let sent = fillUp(outlet)
  expect([outlet.hasUnsent, outlet.unsentBytes > 0]).toEqual([true, true])
  for (let n = 0; n < 20; n++) outlet.write(piece(sent++))
  expect(near.writableLength).toBeGreaterThan(10 * piece(0).length) // nothing more is put past the stream
  near.end()
  const got = Buffer.concat(await far.toArray())
  const all = Array.from({ length: sent }, (_, n) => piece(n))
  expect(got.equals(Buffer.concat([Buffer.from('-'), ...all]))).toBe(true)
  expect([outlet.hasUnsent, outlet.unsentBytes]).toEqual([false, 0])
})

test('when the peer reads again, what is written next passes the stream by again', async () => {
  const { far, outlet } = await givenOutlet()
  far.pause()
  const sent = fillUp(outlet)
  let read = 0
  await new Promise<void>((done) =>
    far
      .on('data', (bytes) => {
        read += bytes.length
        if (read === 1 + sent * piece(0).length) done()
      })
      .resume(),
  )
  while (outlet.hasUnsent) await new Promise(setImmediate)
  expect(outlet.write(Buffer.from('more'))).toBe('left')
})

test('when the peer has left, the socket says why and is closed', async () => {
  const { near, far, outlet } = await givenOutlet()
  near.removeAllListeners('error')
  far.resetAndDestroy()
  await once(far, 'close')
  const failed = once(near, 'error')
  while (!near.destroyed) {
    outlet.write(piece(0))
    await new Promise(setImmediate)
  }
  const [error] = (await failed) as [NodeJS.ErrnoException]
  expect(error.code).toMatch(/^(?:EPIPE|ECONNRESET)$/)
})

test('when a socket is closed with something left to write, nothing of it is remembered', async () => {
  const { near, far, outlet } = await givenOutlet()
  far.pause()
  fillUp(outlet)
  near.destroy()
  await once(near, 'close')
  await new Promise(setImmediate)
  expect(outlet.hasUnsent).toBe(false)
})

test('what is no socket of the system is written to as any stream', () => {
  const stream = new PassThrough()
  expect(new Outlet(stream as unknown as Socket).write(Buffer.from('as ever'))).toBe('left')
  expect(String(stream.read())).toBe('as ever')
})
