import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { givenProxy } from '../support/servers/proxy-harness.ts'

const SIMULATED = 'This reply is simulated by the qwenctl sandbox; no model has read your message.'

async function givenSandbox() {
  const proxy = await givenProxy({ accounts: [{ name: 'trial', provider: 'sandbox' }] })
  const origin = proxy.running.url
  return {
    proxy,
    openai: new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'any', maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: origin, apiKey: 'any', maxRetries: 0 }),
  }
}

test('when a client of the Responses API asks the sandbox, it gets a whole response and its usage is counted', async () => {
  const { proxy, openai } = await givenSandbox()
  const response = await openai.responses.create({ model: 'sandbox-small', input: 'hello' })
  expect(response).toMatchObject({ status: 'completed', output_text: SIMULATED })
  const today = (await proxy.quota()).trial?.today
  expect(today).toMatchObject({ requests: 1, outputTokens: response.usage?.output_tokens })
})

test('when it asks for a stream, the pieces make up the reply, the SDK sees it completed, and its usage is counted', async () => {
  const { proxy, openai } = await givenSandbox()
  const stream = openai.responses.stream({ model: 'sandbox-small', input: 'hello' })
  let text = ''
  stream.on('response.output_text.delta', ({ delta }) => (text += delta))
  const final = await stream.finalResponse()
  expect([text, final.output_text]).toEqual([SIMULATED, SIMULATED])
  const today = (await proxy.quota()).trial?.today
  expect(today).toMatchObject({ requests: 1, succeeded: 1, inputTokens: final.usage?.input_tokens })
})

test('when embeddings are asked for, the sandbox gives a vector that means nothing', async () => {
  const { openai } = await givenSandbox()
  const { data } = await openai.embeddings.create({
    model: 'sandbox-small',
    input: 'hello',
    encoding_format: 'float',
  })
  expect(data[0]?.embedding).toEqual([1, 0, 0, 0, 0, 0, 0, 0])
})

test('when tokens are to be counted, no request is used up', async () => {
  const { proxy, anthropic } = await givenSandbox()
  const messages = [{ role: 'user' as const, content: 'hello' }]
  const counted = await anthropic.messages.countTokens({ model: 'sandbox-small', messages })
  expect(counted.input_tokens).toBeGreaterThan(0)
  expect(await proxy.used()).toEqual({ trial: 0 })
})

test('when the tokens of a response are to be counted, the answer is an estimate and no request is used up', async () => {
  const { proxy } = await givenSandbox()
  const answer = await proxy.post('/v1/responses/input_tokens', { model: 'sandbox-small', input: 'hello' })
  expect([answer.status, answer.headers['x-qwenctl-estimated']]).toEqual([200, 'true'])
  expect(await proxy.used()).toEqual({ trial: 0 })
})

test.each(['moderations', 'rerank', 'completions', 'responses/compact'])(
  'when %s is asked for, no account is asked',
  async (path) => {
    const { proxy } = await givenSandbox()
    const answer = await proxy.post(`/v1/${path}`, { model: 'sandbox-small', input: 'hello' })
    expect([answer.status, answer.headers['x-qwenctl-error']]).toEqual([404, 'route_not_served'])
    expect(await proxy.used()).toEqual({ trial: 0 })
  },
)

test('when a picture is asked for, no account is asked: the sandbox draws none', async () => {
  const { proxy, openai } = await givenSandbox()
  const asked = openai.images.generate({ model: 'sandbox-small', prompt: 'a house' })
  await expect(asked).rejects.toMatchObject({ status: 404, code: 'unknown_url' })
  expect(await proxy.used()).toEqual({ trial: 0 })
})
