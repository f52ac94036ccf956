import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import {
  SocketWriter,
  WriteRequests,
} from '../../../../../src/lib/proxy/transport/fast/sockets/socket-writer.ts'

const requests = new WriteRequests()

/** The two ends of one connection, until the test is over; `writer` writes into the near one. */
export async function givenConnection(): Promise<{ near: Socket; far: Socket; writer: SocketWriter }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], []]
  onTestFinished(() => {
    near.destroy()
    far.destroy()
    server.close()
  })
  return { near, far, writer: new SocketWriter(near, requests) }
}
