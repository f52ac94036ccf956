// A request without a model. qwenctl has no default model: an answer of another model than meant would mislead.
import { expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

const messages = [{ role: 'user', content: 'hi' }]

test.each([
  ['/v1/chat/completions', { messages }],
  ['/v1/completions', { prompt: 'hi' }],
  ['/v1/embeddings', { input: 'hi' }],
  ['/v1/responses', { input: 'hi' }],
  ['/v1/responses', { prompt: { id: 'pmpt_1' } }],
  ['/v1/responses/compact', { input: 'hi' }],
  ['/v1/responses/input_tokens', { input: 'hi' }],
  ['/v1/rerank', { query: 'hi', documents: ['a'] }],
  ['/v1/messages', { messages, max_tokens: 5 }],
  ['/v1/messages/count_tokens', { messages }],
  ['/v1beta/models/%20:generateContent', { contents: [] }],
  ['/v1beta/models/:generateContent', { contents: [] }],
  ['/models/:embedContent', { content: {} }],
  ['/api/chat', { messages }],
  ['/api/generate', { prompt: 'hi' }],
  ['/api/embed', { input: 'hi' }],
])(
  '%s with %j is refused by name, although an account is spent and another is pinned',
  async (path, body) => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['1/24h'] }],
      baseUrl: upstream.baseUrl,
    })
    expect((await proxy.chat()).status).toBe(200)
    for (const model of [undefined, null, '', ' \n']) {
      for (const headers of [{}, { 'x-qwenctl-account': 'a' }] as Record<string, string>[]) {
        const reply = await proxy.post(path, { ...body, ...(model !== undefined && { model }) }, headers)
        expect(reply.status).toBe(400)
        expect(reply.text).not.toMatch(/custom\/a|is out|retry/)
        expect(reply.text).toMatch(/names no model/)
      }
    }
    expect(upstream.count()).toBe(1)
  },
)

test.each([
  ['/v1/moderations', { input: 'hi' }],
  ['/v1/images/generations', { prompt: 'hi' }],
])('%s passes without a model, because services have a default', async (path, body) => {
  const upstream = await givenUpstream()
  upstream.always(json(200, { results: [], data: [] }))
  const proxy = await givenProxy({
    accounts: [{ name: 'a', limits: ['1/24h'] }],
    baseUrl: upstream.baseUrl,
  })
  expect((await proxy.post(path, body)).status).toBe(200)
  expect(JSON.parse(upstream.last.body.toString())).toEqual(body)
  const spent = await proxy.post(path, body)
  expect(spent.status).toBe(429)
  expect(spent.headers['x-qwenctl-error']).toBe('quota_exhausted')
})
