// Translated requests with hints and lengths that were written for the models of another format.

import { describe, expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

const VERSION = { 'anthropic-version': '2023-06-01' }
const ASKED = { model: 'm1', max_tokens: 32_000, messages: [{ role: 'user', content: 'hi' }] }
/** The account has no chat completions, so it is asked by Responses. */
const missing = json(404, { error: { message: 'Invalid URL (POST /v1/chat/completions)' } })
const refusal = (message: string) => json(400, { error: { message, type: 'invalid_request_error' } })

async function given() {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const ask = (more: object = {}) => proxy.post('/v1/messages', { ...ASKED, ...more }, VERSION)
  const sent = () =>
    upstream.requests.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>)
  return { upstream, ask, sent }
}

describe('an answer that may be shorter than asked', () => {
  test('is asked for once more, with the length that the model takes', async () => {
    const { upstream, ask, sent } = await given()
    upstream.next(refusal('Invalid max_tokens value, the valid range of max_tokens is [1, 8192]'), chat())
    const reply = await ask()
    expect(reply.status).toBe(200)
    expect(reply.headers['x-qwenctl-left-out']).toBe('max_tokens')
    expect(sent().map(({ max_tokens }) => max_tokens)).toEqual([32_000, 8192])
  })

  test('is asked for with that length from then on', async () => {
    const { upstream, ask, sent } = await given()
    upstream.next(refusal('the valid range of max_tokens is [1, 8192]'), chat(), chat(), chat())
    await ask()
    await ask()
    await ask({ max_tokens: 100 })
    expect(sent().map(({ max_tokens }) => max_tokens)).toEqual([32_000, 8192, 8192, 100])
  })

  test('is refused if the second refusal says the same', async () => {
    const { upstream, ask } = await given()
    const said = refusal('the valid range of max_tokens is [1, 8192]')
    upstream.next(said, said)
    expect((await ask()).status).toBe(400)
    expect(upstream.requests).toHaveLength(2)
  })
})

describe('a hint that the model does not take', () => {
  test('is left out, one after the other, and named', async () => {
    const { upstream, ask, sent } = await given()
    upstream.next(
      refusal(
        "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
      ),
      refusal("Unsupported parameter: 'top_p' is not supported with this model."),
      chat(),
      chat(),
    )
    const reply = await ask({ temperature: 0.2, top_p: 0.5 })
    expect(reply.status).toBe(200)
    expect(reply.headers['x-qwenctl-left-out']).toBe('temperature, top_p')
    await ask({ temperature: 0.2, top_p: 0.5 })
    expect(sent().at(-1)).not.toHaveProperty('temperature')
    expect(sent().at(-1)).not.toHaveProperty('top_p')
    expect(upstream.requests).toHaveLength(4)
  })

  test('keeps its refusal if the client wrote it in the same format', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    upstream.next(refusal("Unsupported value: 'temperature' does not support 0.2 with this model."))
    const reply = await proxy.post('/v1/chat/completions', {
      model: 'm1',
      temperature: 0.2,
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(reply.status).toBe(400)
    expect(upstream.requests).toHaveLength(1)
  })
})

test('a model that knows the length by its newer name gets that name', async () => {
  const { upstream, ask, sent } = await given()
  upstream.next(
    refusal(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
    chat(),
  )
  expect((await ask()).status).toBe(200)
  expect(sent().at(-1)).toMatchObject({ max_completion_tokens: 32_000 })
  expect(sent().at(-1)).not.toHaveProperty('max_tokens')
})

test('an organisation that is not verified answers without the summary of its thinking', async () => {
  const { upstream, ask, sent } = await given()
  const message = 'Your organization must be verified to generate reasoning summaries.'
  const error = {
    message,
    type: 'invalid_request_error',
    param: 'reasoning.summary',
    code: 'unsupported_value',
  }
  const output = [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] }]
  const answer = json(200, { id: 'r', object: 'response', status: 'completed', model: 'm1', output })
  upstream.next(missing, json(400, { error }), answer, answer)
  const thinking = { type: 'enabled', budget_tokens: 9000 }
  const reply = await ask({ thinking })
  expect(reply.status).toBe(200)
  expect(reply.headers['x-qwenctl-left-out']).toContain('reasoning.summary')
  await ask({ thinking })
  const asked = sent().map(({ reasoning }) => reasoning)
  expect(asked.filter((reasoning) => reasoning !== undefined)).toEqual([
    { effort: 'medium', summary: 'auto' },
    { effort: 'medium' },
    { effort: 'medium' },
  ])
})
