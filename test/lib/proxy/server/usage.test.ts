import { expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

test('a client key sees what is left of itself, and nothing of accounts', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'secretname' }], baseUrl: upstream.baseUrl })
  const open = await proxy.get('/v1/usage')
  expect([open.status, open.json.key, open.json.limits]).toEqual([200, null, []])
  const { secret } = await proxy.toolkit.keys.create({ name: 'ci', limits: ['5/day'], models: ['m1'] })
  const headers = { authorization: `Bearer ${secret}` }
  upstream.next(chat())
  await proxy.chat({}, headers)
  const reply = await proxy.get('/v1/usage', headers)
  expect(reply.json).toMatchObject({
    object: 'usage',
    key: 'ci',
    status: 'active',
    availableAt: null,
    expiresAt: null,
    models: ['m1'],
    limits: [{ metric: 'requests', window: 'day', max: 5, used: 1, remaining: 4 }],
  })
  expect(reply.text).not.toContain('secretname')
  expect(reply.text).not.toContain(secret)
  expect((await proxy.get('/v1/usage')).status).toBe(401)
  expect((await proxy.post('/v1/usage', {}, headers)).status).toBe(405)
})

test('count_tokens is estimated where no account has it, and says so', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const body = {
    model: 'm1',
    system: 'be kind',
    messages: [{ role: 'user', content: 'one two three four five' }],
  }
  const reply = await proxy.post('/v1/messages/count_tokens', body, { 'anthropic-version': '2023-06-01' })
  expect(reply.status).toBe(200)
  expect(reply.headers['x-qwenctl-estimated']).toBe('true')
  expect(reply.json.input_tokens).toBeGreaterThan(5)
  expect(reply.json.input_tokens).toBeLessThan(20)
})

const WORDS = 'one two three four five'
const picture = { inlineData: { mimeType: 'image/png', data: 'A'.repeat(90_000) } }

test.each([
  ['/v1/responses/input_tokens', { model: 'm1', instructions: 'be kind', input: WORDS }, 'input_tokens', 20],
  [
    '/v1/responses/input_tokens',
    { model: 'm1', input: [{ role: 'user', content: [{ type: 'input_text', text: WORDS }] }] },
    ...(['input_tokens', 20] as const),
  ],
  ['/v1beta/models/m1:countTokens', { contents: [{ parts: [{ text: WORDS }] }] }, 'totalTokens', 20],
  [
    '/v1beta/models/m1:countTokens',
    { generateContentRequest: { model: 'models/m1', contents: [{ parts: [{ text: WORDS }, picture] }] } },
    ...(['totalTokens', 3_000] as const),
  ],
])('%s is estimated too, in the form of its own API', async (path, body, member, most) => {
  const upstream = await givenUpstream()
  upstream.always(json(404, { error: { message: 'Not Found' } }))
  const proxy = await givenProxy({
    accounts: [{ name: 'a', limits: ['5/day'] }],
    baseUrl: upstream.baseUrl,
  })
  const reply = await proxy.post(path, body)
  expect([reply.status, reply.headers['x-qwenctl-estimated']]).toEqual([200, 'true'])
  const counted = (reply.json as unknown as Record<string, unknown>)[member]
  expect(counted).toBeGreaterThan(5)
  expect(counted).toBeLessThan(most)
  expect(await proxy.used()).toMatchObject({ a: 0 })
})
