import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { createServer as createPlainServer, type AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { ask, givenPool, post } from './scripted-upstream.ts'

const file = (name: string) => readFileSync(new URL(name, import.meta.url))
/** A self-signed certificate for localhost, 127.0.0.1 and ::1, valid until 2126. */
const ca = file('localhost-certificate.pem')

interface Seen {
  servername: string | false | null
  alpn: string | false | null
  resumed: boolean
}

async function tlsUpstream(): Promise<{ port: number; seen: Seen[]; server: Server }> {
  const seen: Seen[] = []
  const options = { key: file('localhost-key.pem'), cert: ca, ALPNProtocols: ['h2', 'http/1.1'] }
  const server = createServer(options, (request, response) => {
    if (request.url === '/') void request.pipe(response)
  })
  server.on('secureConnection', (socket: TLSSocket & { servername?: string | false }) =>
    seen.push({
      servername: socket.servername ?? null,
      alpn: socket.alpnProtocol,
      resumed: socket.isSessionReused(),
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, seen, server }
}

test('over TLS, names the server, agrees on HTTP/1.1 and carries any size both ways on one connection', async () => {
  const { port, seen } = await tlsUpstream()
  const pool = givenPool({ ca })
  for (const size of [3, 3_000_000]) {
    const body = Buffer.alloc(size, 'abc')
    const answer = await ask(pool, `https://localhost:${port}`, post(body))
    expect(answer.error).toBeNull()
    expect(answer.body === body.toString('latin1')).toBe(true)
  }
  expect(seen).toEqual([{ servername: 'localhost', alpn: 'http/1.1', resumed: false }])
})

test('when it connects again, resumes the TLS session', async () => {
  const { port, seen } = await tlsUpstream()
  const pool = givenPool({ ca, maxIdlePerOrigin: 0 })
  for (let i = 0; i < 3; i++) expect((await ask(pool, `https://localhost:${port}`, post('x'))).body).toBe('x')
  expect(seen.map(({ resumed }) => resumed)).toEqual([false, true, true])
})

test('when a connection failed, does not offer the TLS session again that may be why', async () => {
  const { port, seen, server } = await tlsUpstream()
  const pool = givenPool({ ca, maxIdlePerOrigin: 0 })
  await ask(pool, `https://localhost:${port}`, post('x'))
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  expect((await ask(pool, `https://localhost:${port}`, post('x'))).error).toMatchObject({
    kind: 'unreachable',
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  expect((await ask(pool, `https://localhost:${port}`, post('x'))).body).toBe('x')
  expect(seen.map(({ resumed }) => resumed)).toEqual([false, false])
})

test('when the address is a number, names no server and still checks the certificate', async () => {
  const { port, seen } = await tlsUpstream()
  expect((await ask(givenPool({ ca }), `https://127.0.0.1:${port}`, post('x'))).body).toBe('x')
  expect(seen[0]).toMatchObject({ servername: false })
})

test('when the certificate is not trusted, sends nothing and says why', async () => {
  const { port } = await tlsUpstream()
  const pool = givenPool()
  const { error } = await ask(pool, `https://localhost:${port}`, post('x'))
  expect(error).toMatchObject({ kind: 'unreachable', requestSent: false })
  expect(error?.message).toMatch(
    /^https:\/\/localhost:\d+: cannot be reached: its certificate is self-signed/,
  )
  expect(pool.stats.open).toBe(0)
})

test('when the certificate is for another name, says so', async () => {
  const { port } = await tlsUpstream()
  const lookup = (_host: string, options: { all?: boolean }, callback: (...args: unknown[]) => void) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4)
  const { error } = await ask(
    givenPool({ ca, lookup: lookup as never }),
    `https://other.test:${port}`,
    post('x'),
  )
  expect(error?.message).toContain('its certificate is for another host name')
})

test('when the other end does not speak TLS, is unreachable', async () => {
  const plain = createPlainServer((socket) =>
    socket.on('error', () => undefined).end('HTTP/1.1 400 Bad\r\n\r\n'),
  )
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void plain.close())
  const { port } = plain.address() as AddressInfo
  const { error } = await ask(givenPool({ ca }), `https://localhost:${port}`, post('x'))
  expect(error).toMatchObject({ kind: 'unreachable', requestSent: false })
})
