import { expect, test } from 'vitest'
import { givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

const response = (id: string) => ({
  id,
  object: 'response',
  status: 'completed',
  model: 'm1',
  output: [],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
})

async function given() {
  const upstream = await givenUpstream()
  const accounts = [{ name: 'a' }, { name: 'b' }]
  const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
  upstream.nextFor(makeKey('b'), json(200, response('resp_1')))
  await proxy.post('/v1/responses', { model: 'm1', input: 'hi', store: true }, { 'x-qwenctl-account': 'b' })
  return { upstream, proxy }
}

test.each([
  ['GET', '/v1/responses/resp_1'],
  ['GET', '/v1/responses/resp_1/input_items?limit=5'],
  ['DELETE', '/v1/responses/resp_1'],
  ['POST', '/v1/responses/resp_1/cancel'],
])('%s %s goes to the account that made the response', async (method, path) => {
  const { upstream, proxy } = await given()
  upstream.nextFor(makeKey('b'), json(200, response('resp_1')))
  const reply = await proxy.ask(method, path)
  expect(reply.json).toEqual(response('resp_1'))
  expect(upstream.last).toMatchObject({ method, path, key: makeKey('b') })
  const { b } = await proxy.quota()
  expect(b?.today.requests).toBe(1) // it uses no request of the account
})

test('an unknown response is refused by its name, and no account is asked', async () => {
  const { upstream, proxy } = await given()
  const reply = await proxy.get('/v1/responses/resp_2')
  expect(reply.status).toBe(404)
  expect(reply.json.error.message).toContain('resp_2')
  expect(upstream.count()).toBe(1)
  upstream.nextFor(makeKey('a'), json(404, { error: { message: "Response with id 'resp_2' not found." } }))
  const pinned = await proxy.get('/v1/responses/resp_2', { 'x-qwenctl-account': 'a' })
  expect(pinned.status).toBe(404)
  upstream.nextFor(makeKey('a'), json(200, response('resp_3')))
  expect((await proxy.post('/v1/responses', { model: 'm1', input: 'hi' })).status).toBe(200) // it still has the endpoint
})
