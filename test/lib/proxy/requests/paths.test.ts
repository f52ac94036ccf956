// People paste base URLs with and without `/v1`, and with a slash at the end. Programs may send the whole address.

import { expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenApi } from '../../../support/servers/management-harness.ts'
import { QUESTION, givenProxy } from '../../../support/servers/proxy-harness.ts'

async function given() {
  const upstream = await givenUpstream()
  upstream.always(chat())
  return { upstream, proxy: await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl }) }
}

test.each([
  '/v1/v1/chat/completions',
  '/chat/completions',
  '/v1/chat/completions/',
  '//v1//chat/completions',
  '/openai/v1/chat/completions',
])('a request to %s reaches the endpoint, which the upstream has once', async (path) => {
  const { upstream, proxy } = await given()
  expect((await proxy.post(path, QUESTION)).status).toBe(200)
  expect(upstream.last.path).toBe('/v1/chat/completions')
})

test.each([
  ['/v1/v1/models', 200],
  ['/models/', 200],
  ['/v1/models//', 200],
  ['//health', 200],
  ['/v1/health/', 200],
  ['/ready/', 200],
  ['/v1', 404],
])('GET %s is %i', async (path, status) => {
  const upstream = await givenUpstream()
  upstream.always(json(200, { data: [{ id: 'm1' }] }))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  expect((await proxy.get(path)).status).toBe(status)
})

const asked = (target: string, host: string, body = JSON.stringify(QUESTION)) =>
  `POST ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const parseStatus = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])

test('a request with the whole address is served like one with the path', async () => {
  const { upstream, proxy } = await given()
  const { url } = proxy.running
  for (const target of [`${url}/v1/chat/completions`, `${url}//v1/v1/chat/completions/?x=1`])
    expect(parseStatus(await proxy.raw(asked(target, '127.0.0.1')))).toBe(200)
  expect(upstream.count()).toBe(2)
  const whole = (path: string) => `GET ${url}${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`
  expect(parseStatus(await proxy.raw(whole('/health')))).toBe(200)
  expect(parseStatus(await proxy.raw(whole('?x')))).toBe(404)
})

test('the host in the address counts, not the header', async () => {
  const { upstream, proxy } = await given()
  for (const authority of ['evil.example', '127.0.0.1@evil.example', 'evil.example:80']) {
    const answer = await proxy.raw(asked(`http://${authority}/v1/chat/completions`, '127.0.0.1'))
    expect(parseStatus(answer)).toBe(403)
    expect(answer).toContain('forbidden_host')
  }
  const good = await proxy.raw(asked(`${proxy.running.url}/v1/chat/completions`, 'evil.example'))
  expect(parseStatus(good)).toBe(200)
  // Two requests on one connection: the second is checked by its own address.
  const first = asked(`${proxy.running.url}/v1/chat/completions`, '127.0.0.1').replace('close', 'keep-alive')
  const both = await proxy.raw(first + asked('http://evil.example/v1/chat/completions', '127.0.0.1'))
  expect(both.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403'])
  expect(upstream.count()).toBe(2)
})

test('the interface takes the whole address too', async () => {
  const api = await givenApi()
  const { url } = api.proxy.running
  const ask = (head: string) =>
    api.proxy.raw(`GET ${url}/api HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${head}\r\n`)
  expect(parseStatus(await ask(''))).toBeLessThan(403)
})
