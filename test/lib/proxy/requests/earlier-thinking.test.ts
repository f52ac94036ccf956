// Chat clients repeat the earlier thinking of a model, and the conversation moves between services. Each service takes
// its own field, and some refuse the others. The upstreams here refuse as the services do.

import { expect, test } from 'vitest'
import { chat, givenUpstream, json, type Answer } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

const thoughts = { reasoning_content: 'so', reasoning_details: [{ type: 'reasoning.text', text: 'so' }] }
const thinking = (said: string) => ({
  type: 'thinking',
  thinking: [{ type: 'text', text: said }],
  closed: true,
})
const text = { type: 'text', text: 'hm' }
const parts = { content: [thinking('so '), text, thinking('so')] }
const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"n":12345678901234567890}' } }
const ask = (model: string, ...turns: object[]) => ({
  model,
  messages: [{ role: 'user', content: 'hi' }, ...turns, { role: 'user', content: 'and now?' }],
})
const turn = (fields: object) => ({ role: 'assistant', content: 'hm', ...fields })

interface Kept {
  provider: string
  model: string
  sent: object
  kept: object
  leftOut?: string
}

const both = 'messages.reasoning_content, messages.reasoning_details'
const kinds: [string, Kept][] = [
  [
    'Cerebras, by its own name: proxysoul/Empryo#209',
    {
      provider: 'cerebras',
      model: 'qwen-3.8-27b',
      sent: { reasoning_content: 'so' },
      kept: { reasoning: 'so' },
    },
  ],
  [
    'Cerebras, with both names: QwenLM/qwen-code#11045',
    {
      provider: 'cerebras',
      model: 'gpt-oss-120b',
      sent: { reasoning: 'so', ...thoughts },
      kept: { reasoning: 'so' },
      leftOut: both,
    },
  ],
  [
    'a model of Groq that thinks: tensorzero/tensorzero#6353',
    {
      provider: 'groq',
      model: 'openai/gpt-oss-120b',
      sent: { reasoning_content: 'so' },
      kept: { reasoning: 'so' },
    },
  ],
  [
    'a model of Groq that does not: vercel/ai#8057',
    {
      provider: 'groq',
      model: 'llama-3.3-70b-versatile',
      sent: { reasoning: 'so' },
      kept: {},
      leftOut: 'messages.reasoning',
    },
  ],
  [
    'Mistral: BerriAI/litellm#30835',
    { provider: 'mistral', model: 'mistral-medium-3-5', sent: thoughts, kept: {}, leftOut: both },
  ],
  [
    'Gemini, which knows no such name: ComfyUI-NewBie-LLM-Formatter#3',
    { provider: 'gemini', model: 'gemini-3-flash', sent: thoughts, kept: {}, leftOut: both },
  ],
  [
    'a field that is null, which is not named',
    { provider: 'mistral', model: 'm', sent: { reasoning_content: null }, kept: {} },
  ],
  [
    'Groq, which gets no field that is null',
    { provider: 'groq', model: 'openai/gpt-oss-120b', sent: { reasoning_content: null }, kept: {} },
  ],
  [
    'DeepSeek after Mistral, which writes it as parts: vercel/ai#17930',
    { provider: 'deepseek', model: 'm', sent: parts, kept: { content: [text], reasoning_content: 'so so' } },
  ],
  [
    'Cerebras after Mistral',
    {
      provider: 'cerebras',
      model: 'gpt-oss-120b',
      sent: parts,
      kept: { content: [text], reasoning: 'so so' },
    },
  ],
  [
    'OpenAI after Mistral',
    {
      provider: 'openai',
      model: 'm',
      sent: parts,
      kept: { content: [text] },
      leftOut: 'messages.content.thinking',
    },
  ],
  [
    'Gemini after Mistral, without a text beside it',
    {
      provider: 'gemini',
      model: 'm',
      sent: { content: [thinking('so')] },
      kept: { content: '' },
      leftOut: 'messages.content.thinking',
    },
  ],
  ['Mistral itself, untouched', { provider: 'mistral', model: 'm', sent: parts, kept: parts }],
  ['a service that is not known, untouched', { provider: 'custom', model: 'm', sent: parts, kept: parts }],
  ['DeepSeek, untouched', { provider: 'deepseek', model: 'm', sent: thoughts, kept: thoughts }],
  ['OpenRouter, untouched', { provider: 'openrouter', model: 'm', sent: thoughts, kept: thoughts }],
]

test.each(kinds)('earlier thinking reaches %s', async (_, { provider, model, sent, kept, leftOut }) => {
  const upstream = await givenUpstream()
  const account = { name: 'a', provider, baseUrl: upstream.baseUrl }
  const proxy = await givenProxy({ accounts: [account] })
  upstream.always(chat('fine'))
  const more = turn({ tool_calls: [call] })
  const result = { role: 'tool', tool_call_id: 'c1', content: 'reasoning_content' }
  const reply = await proxy.post('/v1/chat/completions', ask(model, turn(sent), { ...more, ...sent }, result))
  expect(reply.status).toBe(200)
  expect(JSON.parse(upstream.last.body.toString())).toEqual(
    ask(model, turn(kept), { ...more, ...kept }, result),
  )
  expect(reply.headers['x-qwenctl-left-out']).toBe(leftOut)
})

/** Refuses a request with the field, and answers any other. */
const refusing =
  (field: string, status: number, error: object): Answer =>
  (upstreamCall) =>
    upstreamCall.seen.body.includes(`"${field}"`)
      ? json(status, error)(upstreamCall)
      : chat('fine')(upstreamCall)

test('a service that is not known gets the request once more without a field that it refuses, and no more later', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const detail = [{ type: 'extra_forbidden', loc: ['body', 'messages', 1, 'assistant', 'reasoning_content'] }]
  upstream.always(refusing('reasoning_content', 422, { object: 'error', detail }))
  for (const asked of [2, 3]) {
    const reply = await proxy.post('/v1/chat/completions', ask('m1', turn({ reasoning_content: 'so' })))
    expect(reply.status).toBe(200)
    expect(reply.headers['x-qwenctl-left-out']).toBe('messages.reasoning_content')
    expect(upstream.count()).toBe(asked)
  }
})

test('a refusal about another field passes to the client', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const error = { message: "Unsupported value: 'temperature' does not support 3 with this model." }
  upstream.next(json(400, { error }))
  const reply = await proxy.post('/v1/chat/completions', ask('m1', turn({ reasoning_content: 'so' })))
  expect(reply.status).toBe(400)
  expect(reply.json.error.message).toBe(error.message)
})
