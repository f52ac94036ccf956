import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ReadBuffer } from '../../../../../src/lib/proxy/transport/fast/sockets/read-buffer.ts'
import { SharedReads } from '../../../../../src/lib/proxy/transport/fast/sockets/shared-reads.ts'

/** A Node with other insides of its sockets. */
function withoutBuffers(socket: Socket): void {
  Object.defineProperty((socket as unknown as { _handle: object })._handle, 'useUserBuffer', {
    value: undefined,
  })
}

async function givenServer(
  onSocket: (socket: Socket) => void,
): Promise<{ open: () => Socket; server: Server }> {
  const server = createServer({ allowHalfOpen: true }, onSocket).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const clients: Socket[] = []
  onTestFinished(() => {
    for (const client of clients) client.destroy()
    server.close()
  })
  const open = () => {
    const client = connect(port, '127.0.0.1')
    clients.push(client)
    return client
  }
  return { open, server }
}

describe.each([
  ['that can share a buffer', () => undefined],
  ['whose insides are unknown', withoutBuffers],
])('a socket %s', (_what, prepare) => {
  test('gives its reader every byte, in order, and answers over the same connection', async () => {
    const { open } = await givenServer((accepted) => {
      prepare(accepted)
      const reads = new SharedReads(accepted, new ReadBuffer(), (bytes) =>
        reads.socket.write(bytes.toString().toUpperCase()),
      )
      reads.socket.on('end', () => reads.socket.end('.'))
    })
    const clients = [open(), open()]
    const texts = clients.map(() => '')
    for (const [index, client] of clients.entries())
      client.on('data', (bytes) => (texts[index] += bytes.toString()))
    for (const word of ['one ', 'two ', 'three']) {
      for (const client of clients) client.write(word)
      await Promise.all(clients.map((client) => once(client, 'data')))
    }
    for (const client of clients) client.end()
    await Promise.all(clients.map((client) => once(client, 'end')))
    expect(texts).toEqual(['ONE TWO THREE.', 'ONE TWO THREE.'])
  })

  test('is a stream once its reader has stopped, and begins with what was unread', async () => {
    const long = 'x'.repeat(300_000)
    let text = ''
    const { open } = await givenServer((accepted) => {
      prepare(accepted)
      const reads = new SharedReads(accepted, new ReadBuffer(), (bytes) => {
        reads.stop(bytes.subarray(2))
        reads.socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
        reads.socket.on('end', () => reads.socket.end())
        process.nextTick(() => reads.socket.resume())
      })
    })
    const client = open()
    client.write('abcd')
    client.end(long)
    client.resume()
    await once(client, 'end')
    expect([text.slice(0, 2), text.length, text.endsWith('x')]).toEqual(['cd', 300_002, true])
  })

  test('is one connection for its server, which closes when it has closed', async () => {
    const ended = Promise.withResolvers<void>()
    const { open, server } = await givenServer((accepted) => {
      prepare(accepted)
      const reads = new SharedReads(accepted, new ReadBuffer(), () => undefined)
      reads.socket.on('end', () => reads.socket.end())
      ended.resolve()
    })
    const client = open()
    await ended.promise
    const closed = once(server, 'close')
    server.close()
    expect(server.listening).toBe(false)
    client.end()
    client.resume()
    await closed
  })
})
