// Requests from public bug reports: a service would refuse them, or answer something else than the client asked for.

import { describe, expect, test } from 'vitest'
import { chatBody, leftOut, messagesBody, PIXEL, translateBody, translated } from '../given-translation.ts'

type Json = Record<string, unknown>

const JPEG = '/9j/4AAQSkZJRgABAQ'

test.each<[string, object, object]>([
  ['-1 for "no limit"', { max_tokens: -1 }, { max_tokens: 32_000 }],
  [
    "DeepSeek's thinking with an effort",
    { thinking: { type: 'enabled' }, reasoning_effort: 'high' },
    { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
  ],
  ["OpenRouter's switch", { reasoning: { enabled: false } }, { thinking: { type: 'disabled' } }],
  ["DashScope's switch", { enable_thinking: false }, { thinking: { type: 'disabled' } }],
  ["vLLM's switch", { chat_template_kwargs: { enable_thinking: true } }, { thinking: { type: 'adaptive' } }],
  [
    "DashScope's budget",
    { enable_thinking: true, thinking_budget: 20_000 },
    { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
  ],
])('a chat client asks for thinking and length by %s', (_, fields, wanted) => {
  const body = chatBody({ model: 'claude-sonnet-4-6', ...fields })
  expect(translated('openai', body)).toMatchObject(wanted)
  expect(leftOut('openai', body)).toEqual([])
})

test('an effort of a chat client holds beside a switch of another service', () => {
  const fields = { thinking: { type: 'enabled' }, reasoning_effort: 'none' }
  const { body } = translateBody('chat', 'responses', chatBody(fields))
  expect(body.reasoning).toMatchObject({ effort: 'none' })
})

test('a client that excludes reasoning gets none', () => {
  const { plan } = translateBody(
    'chat',
    'messages',
    chatBody({ reasoning: { effort: 'low', exclude: true } }),
  )
  expect(plan.showsThinking).toBe(false)
})

test.each(['claude-opus-4-7', 'claude-opus-5', 'claude-fable-5-1', 'anthropic/claude-opus-4-8'])(
  '%s takes no sampling parameters',
  (model) => {
    const body = chatBody({ model, temperature: 0.3, top_p: 0.9, top_k: 4 })
    const sent = translated('openai', body)
    expect(sent).not.toHaveProperty('temperature')
    expect(sent).not.toHaveProperty('top_p')
    expect(sent).not.toHaveProperty('top_k')
    expect(leftOut('openai', body)).toEqual(['temperature', 'top_p', 'top_k'])
  },
)

test.each(['claude-sonnet-4-6', 'claude-sonnet-4-5-20250929', 'claude-3-haiku-20240307'])(
  '%s takes a temperature',
  (model) => {
    expect(translated('openai', chatBody({ model, temperature: 0.3 }))).toMatchObject({ temperature: 0.3 })
  },
)

test.each(['claude-sonnet-4.5', 'anthropic/claude-haiku-4.5'])(
  '%s, as routers write it, thinks with a budget',
  (model) => {
    const sent = translated('openai', chatBody({ model, reasoning_effort: 'low' }))
    expect(sent.thinking).toEqual({ type: 'enabled', budget_tokens: 2048 })
  },
)

describe('an image with a wrong type', () => {
  const types = (body: Json): unknown[] =>
    [
      ...JSON.stringify(body).matchAll(/"media_type":"([^"]+)"|data:([^;"]+);base64|"mimeType":"([^"]+)"/g),
    ].map(([, ...found]) => found.find((each) => each !== undefined))
  const image = (url: string) => ({ type: 'image_url', image_url: { url } })

  test('gets the type of its bytes, from a chat client', () => {
    const content = [image(`data:image/jpg;base64,${JPEG}`), image(`data:image/jpeg;base64,${PIXEL}`)]
    const body = translated('openai', chatBody({ messages: [{ role: 'user', content }] }))
    expect(types(body)).toEqual(['image/jpeg', 'image/png'])
  })

  test.each(['chat', 'responses', 'gemini'] as const)('gets the type of its bytes, for %s', (to) => {
    const source = { type: 'base64', media_type: 'image/png', data: JPEG }
    const content = [{ type: 'image', source }]
    const { body } = translateBody('messages', to, messagesBody({ messages: [{ role: 'user', content }] }))
    expect(types(body)).toEqual(['image/jpeg'])
  })

  test('keeps a type with unknown bytes', () => {
    const parts = [{ inlineData: { mimeType: 'image/heic', data: 'AAAA' } }]
    const { body } = translateBody('gemini', 'chat', { contents: [{ parts }] }, { model: 'm' })
    expect(types(body)).toEqual(['image/heic'])
  })
})

test('a check of one token has the length that Responses take', () => {
  const { body } = translateBody('messages', 'responses', messagesBody({ max_tokens: 1 }))
  expect(body.max_output_tokens).toBe(16)
})

test.each([
  ['gemini-2.5-flash', { thinking: { type: 'enabled', budget_tokens: 31_999 } }, 24_576],
  ['gemini-2.5-pro', { thinking: { type: 'enabled', budget_tokens: 60_000 } }, 32_768],
  ['gemini-2.5-flash-lite', { reasoning: { max_tokens: 100 } }, 512],
  ['gemini-2.5-flash', { reasoning_effort: 'none' }, 0],
  ['gemini-2.5-pro', { reasoning_effort: 'none' }, 128],
  ['another-model', { reasoning_effort: 'max' }, 32_000],
])('%s thinks within its budgets by %j', (model, fields, thinkingBudget) => {
  const { body } = translateBody('chat', 'gemini', chatBody({ model, ...fields }))
  expect(body.generationConfig).toMatchObject({ thinkingConfig: { thinkingBudget } })
})

test.each([
  ['gemini-3-pro-preview', { reasoning_effort: 'none' }, 'low'],
  ['gemini-3.1-flash-lite', { reasoning_effort: 'max' }, 'high'],
  ['gemini-3.8-flash', { reasoning_effort: 'minimal' }, 'low'],
])('%s thinks by its levels, with %j', (model, fields, thinkingLevel) => {
  const { body } = translateBody('chat', 'gemini', chatBody({ model, ...fields }))
  expect(body.generationConfig).toMatchObject({ thinkingConfig: { thinkingLevel } })
  expect(JSON.stringify(body)).not.toContain('thinkingBudget')
})

test('a name that Gemini refuses gets a stand-in, and comes back', () => {
  const tools = [{ type: 'function', function: { name: '2fa__code', parameters: {} } }]
  const { body, plan } = translateBody('chat', 'gemini', chatBody({ tools }))
  expect(JSON.stringify(body)).toContain('"name":"_2fa__code"')
  expect(plan.tools.get('_2fa__code')).toMatchObject({ name: '2fa__code' })
})

test('a choice of words becomes an instruction where only Google has it', () => {
  const generationConfig = {
    responseMimeType: 'text/x.enum',
    responseSchema: { type: 'STRING', enum: ['A', 'B'] },
  }
  const { body } = translateBody(
    'gemini',
    'chat',
    { contents: [{ parts: [{ text: 'x' }] }], generationConfig },
    {
      model: 'm',
    },
  )
  expect(body.messages).toMatchObject([{ role: 'system', content: expect.stringContaining('"A", "B"') }, {}])
  expect(body).not.toHaveProperty('response_format')
})

test.each(['openrouter', 'qwen'])('cache marks of a Messages client reach %s', (provider) => {
  const cache_control = { type: 'ephemeral' }
  const body = messagesBody({
    system: [{ type: 'text', text: 'A', cache_control }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'B', cache_control }] }],
  })
  expect(translateBody('messages', 'chat', body, { provider }).body.messages).toEqual([
    { role: 'system', content: [{ type: 'text', text: 'A', cache_control }] },
    { role: 'user', content: [{ type: 'text', text: 'B', cache_control }] },
  ])
  const plain = translateBody('messages', 'chat', body).body.messages
  expect(plain).toEqual([
    { role: 'system', content: 'A' },
    { role: 'user', content: 'B' },
  ])
})

describe('calls and results that do not match', () => {
  const call = (...ids: string[]) => ({
    role: 'assistant',
    content: null,
    tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })),
  })
  const result = (id: string, content = `result ${id}`) => ({ role: 'tool', tool_call_id: id, content })
  const user = (content: string) => ({ role: 'user', content })
  const send = (...messages: object[]) =>
    translateBody('chat', 'messages', chatBody({ messages })).body as { messages: Json[] }

  /** The content of the user's messages, in short. */
  const told = (...messages: object[]) =>
    send(...messages).messages.map(({ role, content }) =>
      typeof content === 'string'
        ? `${String(role)}: ${content}`
        : `${String(role)}: ${(content as Json[])
            .map(({ type, id, tool_use_id, text }) => String(id ?? tool_use_id ?? text ?? type))
            .join(' | ')}`,
    )

  test('an unanswered call gets a failed result', () => {
    expect(told(user('go'), call('a', 'b'), result('a'), user('next'))).toEqual([
      'user: go',
      'assistant: a | b',
      'user: b | a | next',
    ])
    const { messages } = send(user('go'), call('a'), user('next'))
    expect(messages[2]!.content).toMatchObject([
      { type: 'tool_result', tool_use_id: 'a', is_error: true },
      {},
    ])
  })

  test('a call at the end gets one too', () => {
    expect(told(user('go'), call('a'))).toEqual(['user: go', 'assistant: a', 'user: a'])
  })

  test('a result without its call becomes text', () => {
    expect(told(result('a'), user('next'))).toEqual([
      'user: The result of an earlier call: | result a | next',
    ])
  })

  test('a late result moves to its call', () => {
    const late = told(
      user('go'),
      call('a', 'b'),
      result('a'),
      { role: 'assistant', content: 'wait' },
      result('b'),
    )
    expect(late.slice(0, 4)).toEqual(['user: go', 'assistant: a | b', 'user: b | a', 'assistant: wait'])
  })

  test('a result with another id belongs to the call without one', () => {
    expect(told(user('go'), call('call_1'), result('1'))).toEqual([
      'user: go',
      'assistant: call_1',
      'user: call_1',
    ])
  })

  test('the same id in each round belongs to its own round', () => {
    const { body } = translateBody(
      'chat',
      'responses',
      chatBody({
        messages: [user('go'), call('f:0'), result('f:0', 'one'), call('f:0'), result('f:0', 'two')],
      }),
    )
    expect(
      (body.input as Json[]).filter(({ output }) => output !== undefined).map(({ output }) => output),
    ).toEqual(['one', 'two'])
  })
})

test.each(['chat', 'responses'] as const)(
  'the JSON mode of Gemini has the word that OpenAI wants, on %s',
  (to) => {
    const send = (text: string) =>
      JSON.stringify(
        translateBody(
          'gemini',
          to,
          { contents: [{ parts: [{ text }] }], generationConfig: { responseMimeType: 'application/json' } },
          { model: 'm' },
        ).body,
      )
    expect(send('list them')).toContain('Answer in JSON.')
    expect(send('list them as json')).not.toContain('Answer in JSON.')
  },
)

test('the default temperature is not sent to Responses, because thinking models refuse it', () => {
  const { body } = translateBody('messages', 'responses', messagesBody({ temperature: 1, top_p: 1 }))
  expect(body).not.toHaveProperty('temperature')
  expect(body).not.toHaveProperty('top_p')
  const other = translateBody('messages', 'responses', messagesBody({ temperature: 0.5 })).body
  expect(other).toMatchObject({ temperature: 0.5 })
})

test('commands of a shell of Codex become text', () => {
  const input = [
    { role: 'user', content: 'go' },
    { type: 'local_shell_call', call_id: 'c', action: { type: 'exec', command: ['ls'] } },
    { type: 'local_shell_call_output', call_id: 'c', output: 'a.txt' },
    { role: 'user', content: 'next' },
  ]
  const { body } = translateBody('responses', 'chat', { model: 'm', input })
  expect(body.messages).toMatchObject([
    {},
    { role: 'assistant', content: '(Ran this command: ["ls"])(Its output: a.txt)' },
    { role: 'user', content: 'next' },
  ])
})

describe('a tool with a choice as its schema', () => {
  const parameters = {
    type: 'object',
    properties: { id: { type: 'string' } },
    required: ['id'],
    anyOf: [
      {
        properties: { kind: { const: 'x' }, a: { type: 'string' }, b: { type: 'string' } },
        required: ['a', 'b'],
      },
      { properties: { kind: { const: 'y' }, a: { type: 'string' }, c: { type: 'number' } }, required: ['a'] },
    ],
  }
  const flat = {
    type: 'object',
    properties: {
      id: { type: 'string' },
      kind: { anyOf: [{ const: 'x' }, { const: 'y' }] },
      a: { type: 'string' },
      b: { type: 'string' },
      c: { type: 'number' },
    },
    required: ['id', 'a'],
  }
  const tools = [{ type: 'function', function: { name: 'f', parameters } }]

  test('is one object for services that refuse a choice', () => {
    expect(translateBody('chat', 'messages', chatBody({ tools })).body.tools).toMatchObject([
      { input_schema: flat },
    ])
    expect(translateBody('chat', 'responses', chatBody({ tools })).body.tools).toMatchObject([
      { parameters: flat },
    ])
    const own = messagesBody({ tools: [{ name: 'f', input_schema: parameters }] })
    expect(translateBody('messages', 'chat', own, { provider: 'openai' }).body.tools).toMatchObject([
      { function: { parameters: flat } },
    ])
  })

  test('stays as it is for others', () => {
    const own = messagesBody({ tools: [{ name: 'f', input_schema: parameters }] })
    expect(translateBody('messages', 'chat', own).body.tools).toEqual([
      { type: 'function', function: { name: 'f', parameters } },
    ])
  })
})

test('a message of the Messages API may change the effort', () => {
  const messages = [
    { role: 'user', content: 'hi' },
    { role: 'system', content: [], output_config: { effort: 'high' } },
    { role: 'user', content: 'go' },
  ]
  const { body, plan } = translateBody(
    'messages',
    'chat',
    messagesBody({ messages, output_config: { effort: 'low' } }),
  )
  expect(body.reasoning_effort).toBe('high')
  expect(plan.leftOut).toEqual([])
})

test.each([
  ['candidateCount', { candidateCount: 2 }],
  ['responseLogprobs', { responseLogprobs: true, logprobs: 3 }],
])('%s is refused, since a translated answer would lose what it asks for', (field, generationConfig) => {
  const body = { contents: [{ parts: [{ text: 'hi' }] }], generationConfig }
  for (const to of ['chat', 'messages', 'responses'] as const)
    expect(() => translateBody('gemini', to, body, { model: 'm' })).toThrow(field)
})
