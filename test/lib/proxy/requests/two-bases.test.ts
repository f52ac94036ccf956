import { expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm1',
  stop_reason: 'end_turn',
  content: [{ type: 'text', text: 'hi' }],
  usage: { input_tokens: 1, output_tokens: 1 },
}

async function given() {
  const upstream = await givenUpstream()
  const anthropicBaseUrl = `${upstream.origin}/anthropic`
  const accounts = [{ name: 'a', provider: 'custom', anthropicBaseUrl }]
  return { upstream, proxy: await givenProxy({ accounts, baseUrl: upstream.baseUrl }) }
}

test('each dialect goes to its own base, untranslated', async () => {
  const { upstream, proxy } = await given()
  upstream.next(chat(), json(200, MESSAGE))
  expect((await proxy.chat()).status).toBe(200)
  expect(upstream.last.path).toBe('/v1/chat/completions')
  const body = { model: 'm1', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }
  expect((await proxy.ask('POST', '/v1/messages', { body })).json).toMatchObject(MESSAGE)
  expect(upstream.last.path).toBe('/anthropic/v1/messages')
})

test('the base is shown, changed and removed, and other providers have none', async () => {
  const { proxy } = await given()
  const { accounts } = proxy.toolkit
  const [shown] = await accounts.list()
  expect(shown?.anthropicBaseUrl).toMatch(/\/anthropic$/)
  expect((await accounts.set('a', { anthropicBaseUrl: null })).anthropicBaseUrl).toBeNull()
  await expect(accounts.set('a', { anthropicBaseUrl: 'nowhere' })).rejects.toThrow('is not a URL')
  const wanted = { name: 'b', provider: 'openai', secret: 'sk-0123456789abcdef0123456789abcdef' }
  await expect(
    accounts.add({ ...wanted, anthropicBaseUrl: 'https://api.example.com/anthropic' }),
  ).rejects.toThrow('no second base URL')
})
