import { expect, test } from 'vitest'
import { chat, givenUpstream } from '../../../support/fake-upstream.ts'
import { givenProxy } from '../../../support/proxy-harness.ts'

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
    ...{ object: 'usage', key: 'ci', status: 'active', availableAt: null, expiresAt: null, models: ['m1'] },
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
