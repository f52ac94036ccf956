import { once } from 'node:events'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import {
  SocketWriter,
  WriteRequests,
} from '../../../../../src/lib/proxy/transport/fast/sockets/socket-writer.ts'
import { givenConnection } from './given-connection.ts'

/** A socket with an earlier write: the first write ever shows how Node writes. */
async function givenOutlet(): Promise<Awaited<ReturnType<typeof givenConnection>>> {
  const connection = await givenConnection()
  connection.near.on('error', () => undefined)
  connection.writer.write(Buffer.from('-'))
  return connection
}

/** From 26 on Node makes its write requests itself. */
const isKnownNode = Number.parseInt(process.versions.node, 10) < 26

const piece = (n: number) => Buffer.alloc(16_000, 97 + (n % 26))

/** Writes until the system takes no more; how many pieces that were. */
function fillUp(writer: SocketWriter): number {
  for (let n = 0; ; n++) if (writer.write(piece(n)) === 'buffered') return n + 1
}

test('what the system takes at once passes the stream by, and keeps its order with what does not', async () => {
  const { near, far, writer } = await givenOutlet()
  const throughStream: string[] = []
  const write = near.write.bind(near)
  near.write = (bytes: Buffer) => (throughStream.push(String(bytes)), write(bytes))
  expect(writer.write(Buffer.from('one '))).toBe('flushed')
  write('two ')
  expect(writer.write(Buffer.from('three'))).toBe('flushed')
  const through = isKnownNode ? [] : ['one ', 'three']
  expect([throughStream, writer.hasUnsent, writer.unsentBytes]).toEqual([through, false, 0])
  near.end()
  expect(Buffer.concat(await far.toArray()).toString()).toBe('-one two three')
})

test('what the system does not take waits, is known to wait, and comes before all that is written later', async () => {
  const { near, far, writer } = await givenOutlet()
  far.pause()
  let sent = fillUp(writer)
  expect([writer.hasUnsent, writer.unsentBytes > 0]).toEqual([true, true])
  for (let n = 0; n < 20; n++) writer.write(piece(sent++))
  expect(near.writableLength).toBeGreaterThan(10 * piece(0).length) // nothing more is put past the stream
  near.end()
  const got = Buffer.concat(await far.toArray())
  const all = Array.from({ length: sent }, (_, n) => piece(n))
  expect(got.equals(Buffer.concat([Buffer.from('-'), ...all]))).toBe(true)
  expect([writer.hasUnsent, writer.unsentBytes]).toEqual([false, 0])
})

test('when the peer reads again, what is written next passes the stream by again', async () => {
  const { far, writer } = await givenOutlet()
  far.pause()
  const sent = fillUp(writer)
  let read = 0
  await new Promise<void>((done) =>
    far
      .on('data', (bytes) => {
        read += bytes.length
        if (read === 1 + sent * piece(0).length) done()
      })
      .resume(),
  )
  while (writer.hasUnsent) await new Promise(setImmediate)
  expect(writer.write(Buffer.from('more'))).toBe('flushed')
})

test('when the peer has left, the socket says why and is closed', async () => {
  const { near, far, writer } = await givenOutlet()
  near.removeAllListeners('error')
  far.resetAndDestroy()
  await once(far, 'close')
  const failed = once(near, 'error')
  while (!near.destroyed) {
    writer.write(piece(0))
    await new Promise(setImmediate)
  }
  const [error] = (await failed) as [NodeJS.ErrnoException]
  expect(error.code).toMatch(/^(?:EPIPE|ECONNRESET)$/)
})

test('when a socket is closed with something left to write, nothing of it is remembered', async () => {
  const { near, far, writer } = await givenOutlet()
  far.pause()
  fillUp(writer)
  near.destroy()
  await once(near, 'close')
  await new Promise(setImmediate)
  expect(writer.hasUnsent).toBe(false)
})

test('what is no socket of the system is written to as any stream', () => {
  const stream = new PassThrough()
  expect(
    new SocketWriter(stream as unknown as Socket, new WriteRequests()).write(Buffer.from('as ever')),
  ).toBe('flushed')
  expect(String(stream.read())).toBe('as ever')
})

/** As Node's write requests: free (-1), until a handle has kept one for something. */
class Request {
  asyncId = -1
  getAsyncId = () => this.asyncId
}

/** A socket with a handle that treats each write as the list says. Its writers have seen no other socket. */
function givenFake(fates: ('takes' | 'keeps')[], madeByNode: () => unknown = () => new Request()) {
  const shared = new WriteRequests()
  const requests: unknown[] = []
  class Handle {
    writeQueueSize = 0 // also where it has kept a request: what was left of it may have gone at a second try
    writeBuffer(request: unknown): number {
      requests.push(request)
      if (fates.shift() === 'keeps' && request instanceof Request) request.asyncId = 7
      return 0
    }
  }
  const handle = new Handle()
  const streamed: string[] = []
  const socket = {
    _handle: handle,
    _writableState: { length: 0 },
    writable: true,
    writableLength: 0,
    write: (bytes: Buffer) => (streamed.push(String(bytes)), handle.writeBuffer(madeByNode())),
  }
  return { writer: () => new SocketWriter(socket as unknown as Socket, shared), requests, streamed }
}

test('a request that the handle has kept is never given to it again, also where nothing is left to write', async () => {
  const { writer, requests, streamed } = givenFake(['takes', 'takes', 'keeps', 'takes', 'takes'])
  const [one, other] = [writer(), writer()]
  expect(one.write(Buffer.from('by Node'))).toBe('flushed')
  expect([one.write(Buffer.from('a')), one.write(Buffer.from('b'))]).toEqual(['flushed', 'buffered'])
  expect([other.write(Buffer.from('c')), other.write(Buffer.from('d'))]).toEqual(['flushed', 'flushed'])
  expect(streamed).toEqual(['by Node'])
  expect(requests[1]).toBe(requests[2])
  expect(requests[3]).not.toBe(requests[2])
  expect(requests[4]).toBe(requests[3])
})

test.each([
  ['makes its requests itself, as Node 26 does', () => null],
  ['has requests that do not tell whether they are free', () => ({})],
])('where Node %s, everything goes through the stream', async (_, madeByNode) => {
  const { writer, streamed } = givenFake([], madeByNode)
  const one = writer()
  for (const text of ['a', 'b', 'c']) expect(one.write(Buffer.from(text))).toBe('flushed')
  expect(streamed).toEqual(['a', 'b', 'c'])
})
