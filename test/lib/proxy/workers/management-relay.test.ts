import { request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { ManagementHandler } from '../../../../src/lib/proxy/server/management-seam.ts'
import { hostManagement } from '../../../../src/lib/proxy/workers/management-host.ts'
import { managementRelay } from '../../../../src/lib/proxy/workers/management-relay.ts'
import { givenProxy, until } from '../../../support/servers/proxy-harness.ts'

/** A proxy with its management in another process, as a worker has it. */
async function givenRelay(handler: ManagementHandler) {
  const host = await hostManagement(handler)
  onTestFinished(() => host.close())
  const proxy = await givenProxy({ settings: { management: managementRelay(host.address) } })
  return { host, proxy }
}

const echo: ManagementHandler = (req: IncomingMessage, res: ServerResponse, facts) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    res.writeHead(201, ['content-type', 'application/json', 'set-cookie', 'a=1', 'set-cookie', 'b=2'])
    const { method, url, headers } = req
    res.end(JSON.stringify({ method, url, headers, facts, body: Buffer.concat(chunks).toString('latin1') }))
  })
}

test('a request arrives as it was sent, with its sender, and the answer goes back as it is', async () => {
  const { proxy } = await givenRelay(echo)
  const body = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251))
  const headers = { authorization: 'Bearer token', 'x-own': 'value', 'x-qwenctl-relay-address': '1.2.3.4' }
  const reply = await proxy.post('/api/keys?x=%20', body, headers)
  expect(reply.status).toBe(201)
  expect(reply.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(reply.json).toMatchObject({ method: 'POST', url: '/api/keys?x=%20' })
  expect(reply.json.body === body.toString('latin1')).toBe(true)
  expect(reply.json.headers).toMatchObject({ authorization: 'Bearer token', 'x-own': 'value' })
  expect(Object.keys(reply.json.headers as object).filter((name) => name.includes('relay'))).toEqual([])
  const requestId = reply.headers['x-request-id']
  expect(reply.json.facts).toEqual({ requestId, remoteAddress: '127.0.0.1' })
  expect(reply.rawHeaders.filter((name) => name.toLowerCase() === 'x-request-id')).toHaveLength(1)
})

test('events come one by one, and the end of either side reaches the other', async () => {
  const streams: ServerResponse[] = []
  const { proxy } = await givenRelay((_, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.flushHeaders()
    streams.push(res)
  })
  const one = await proxy.open('/api/events', { method: 'GET' })
  streams[0]!.write('data: 1\n\n')
  await one.sees('data: 1')
  streams[0]!.write('data: 2\n\n')
  await one.sees('data: 2')
  one.leave()
  await until(() => streams[0]!.destroyed)
  const two = await proxy.open('/api/events', { method: 'GET' })
  streams[1]!.end('data: last\n\n')
  expect(await two.whole()).toMatchObject({ text: 'data: last\n\n', isCut: false })
  const three = await proxy.open('/api/events', { method: 'GET' })
  streams[2]!.destroy()
  expect((await three.whole()).isCut).toBe(true)
})

test('when management is gone, the client gets an error it can read', async () => {
  const { host, proxy } = await givenRelay(echo)
  host.close()
  const reply = await proxy.get('/api')
  expect(reply.status).toBe(503)
  expect(reply.json.error.code).toBe('shutting_down')
})

test.each([undefined, 'x', 'a'.repeat(43)])('without the secret (%s) no caller is heard', async (secret) => {
  const { host } = await givenRelay(echo)
  const status = await new Promise((resolve) => {
    const headers = secret === undefined ? {} : { 'x-qwenctl-relay-secret': secret }
    request(
      { host: '127.0.0.1', port: host.address.port, path: '/api', agent: false, headers },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    ).end()
  })
  expect(status).toBe(403)
})
