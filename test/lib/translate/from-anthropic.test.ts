import { describe, expect, test } from 'vitest'
import { PIXEL, leftOut, messagesBody, refusedField, translated } from './given-translation.ts'

const weather = {
  name: 'weather',
  description: 'the weather of a city',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

function messages(...list: object[]) {
  return translated('anthropic', messagesBody({ messages: list })).messages
}

describe('a Messages request as a chat completion', () => {
  test('a question with everything common in it', () => {
    const body = translated(
      'anthropic',
      messagesBody({
        model: 'qwen3-coder',
        max_tokens: 512,
        system: [
          { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
          { type: 'text', text: 'Be kind.' },
        ],
        temperature: 0.2,
        top_p: 0.9,
        stop_sequences: ['END'],
        stream: true,
        tools: [weather],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
        metadata: { user_id: 'u-1' },
        service_tier: 'standard_only',
      }),
    )
    expect(body).toEqual({
      model: 'qwen3-coder',
      messages: [
        { role: 'system', content: 'Be brief.\n\nBe kind.' },
        { role: 'user', content: 'hi' },
      ],
      max_tokens: 512,
      temperature: 0.2,
      top_p: 0.9,
      stop: ['END'],
      tools: [
        {
          type: 'function',
          function: {
            name: 'weather',
            description: 'the weather of a city',
            parameters: weather.input_schema,
          },
        },
      ],
      tool_choice: 'required',
      parallel_tool_calls: false,
      user: 'u-1',
      service_tier: 'default',
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  test('a round of two tool calls, one of which failed', () => {
    const said = messages(
      { role: 'user', content: 'weather in Bern and Ulm?' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'two calls', signature: 'sig' },
          { type: 'text', text: 'I ask.' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } },
          { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Ulm' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'go on' },
          { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'rain' }] },
          { type: 'tool_result', tool_use_id: 'toolu_2', content: 'no such city', is_error: true },
        ],
      },
    )
    expect(said).toEqual([
      { role: 'user', content: 'weather in Bern and Ulm?' },
      {
        role: 'assistant',
        content: 'I ask.',
        reasoning_content: 'two calls',
        tool_calls: [
          { id: 'toolu_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
          { id: 'toolu_2', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'rain' },
      { role: 'tool', tool_call_id: 'toolu_2', content: 'Error: no such city' },
      { role: 'user', content: 'go on' },
    ])
  })

  test('images and documents, in the question and in a result', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }
    const url = `data:image/png;base64,${PIXEL}`
    const said = messages(
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is this?' },
          image,
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          {
            type: 'document',
            title: 'Report',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
          },
          {
            type: 'document',
            title: 'Notes',
            source: { type: 'text', media_type: 'text/plain', data: 'one two' },
          },
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'shot', input: {} }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'here' }, image] },
        ],
      },
    )
    expect(said).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is this?' },
          { type: 'image_url', image_url: { url } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          {
            type: 'file',
            file: { filename: 'Report.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          },
          { type: 'text', text: 'Notes\n\none two' },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'shot', arguments: '{}' } }],
      },
      {
        role: 'tool',
        tool_call_id: 't1',
        content: 'here\n\n(1 attachments of this result follow in the next message)',
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Attachments of the result of tool call t1:' },
          { type: 'image_url', image_url: { url } },
        ],
      },
    ])
  })

  test("Claude Code's note to the billing does not reach another service", () => {
    const { messages } = translated(
      'anthropic',
      messagesBody({
        system: [
          { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1; cch=abc' },
          { type: 'text', text: 'You are an agent.' },
        ],
        metadata: { user_id: `user_${'a'.repeat(64)}_session_1` },
        context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      }),
    )
    expect(messages).toEqual([
      { role: 'system', content: 'You are an agent.' },
      { role: 'user', content: 'hi' },
    ])
  })

  test('examples of a tool go into its description', () => {
    const { tools } = translated(
      'anthropic',
      messagesBody({ tools: [{ ...weather, input_examples: [{ city: 'Bern' }] }] }),
    )
    expect(tools).toMatchObject([
      { function: { description: 'the weather of a city\n\nExamples of its input:\n{"city":"Bern"}' } },
    ])
  })

  test('an answer by a schema', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false }
    const format = { type: 'json_schema', schema }
    const wanted = { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } }
    expect(translated('anthropic', messagesBody({ output_config: { format } })).response_format).toEqual(
      wanted,
    )
    expect(translated('anthropic', messagesBody({ output_format: format })).response_format).toEqual(wanted)
  })

  test.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2048 } }, 'custom', { reasoning_effort: 'low' }],
    [{ thinking: { type: 'enabled', budget_tokens: 10_000 } }, 'custom', { reasoning_effort: 'medium' }],
    [{ thinking: { type: 'enabled', budget_tokens: 32_000 } }, 'openai', { reasoning_effort: 'high' }],
    [
      { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } },
      'openai',
      { reasoning_effort: 'xhigh' },
    ],
    [
      { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } },
      'groq',
      { reasoning_effort: 'high' },
    ],
    [{ thinking: { type: 'adaptive' } }, 'openai', {}],
    [{ thinking: { type: 'disabled' }, output_config: { effort: 'high' } }, 'openai', {}],
    [{ thinking: { type: 'enabled', budget_tokens: 4000 } }, 'mistral', {}],
    [
      { thinking: { type: 'enabled', budget_tokens: 4000 } },
      'qwen',
      { enable_thinking: true, thinking_budget: 4000 },
    ],
    [{ thinking: { type: 'adaptive' } }, 'qwen-oauth', { enable_thinking: true }],
    [{ thinking: { type: 'disabled' } }, 'qwen', { enable_thinking: false }],
    [{}, 'qwen', {}],
  ])('%j asks an account of %s for %j', (fields, provider, wanted) => {
    const body = translated('anthropic', messagesBody(fields), provider)
    const asked = Object.entries(body).filter(([key]) => /think|reason/.test(key))
    expect(Object.fromEntries(asked)).toEqual(wanted)
  })

  test.each([
    ['custom', { reasoning_content: 'so' }, 'max_tokens'],
    ['openai', {}, 'max_completion_tokens'],
    ['groq', {}, 'max_completion_tokens'],
    ['mistral', {}, 'max_tokens'],
    [
      'openrouter',
      {
        reasoning_details: [
          { type: 'reasoning.text', text: 'so', signature: 'sig', index: 0 },
          { type: 'reasoning.encrypted', data: 'xx', index: 1 },
        ],
      },
      'max_tokens',
    ],
  ])('what %s takes of thinking that comes back, and how it calls the limit', (provider, extra, limit) => {
    const content = [
      { type: 'thinking', thinking: 'so', signature: 'sig' },
      { type: 'redacted_thinking', data: 'xx' },
      { type: 'text', text: 'yes' },
    ]
    const list = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content },
      { role: 'user', content: 'b' },
    ]
    const body = translated('anthropic', messagesBody({ messages: list }), provider)
    expect((body.messages as object[])[1]).toEqual({ role: 'assistant', content: 'yes', ...extra })
    expect(body[limit]).toBe(100)
  })

  test('no user is sent where it is refused, or too long to be taken', () => {
    const short = messagesBody({ metadata: { user_id: 'u' } })
    const long = messagesBody({ metadata: { user_id: 'u'.repeat(65) } })
    expect(translated('anthropic', short, 'mistral')).not.toHaveProperty('user')
    expect(translated('anthropic', long, 'openai')).not.toHaveProperty('user')
  })

  test('a choice without tools says nothing, unless it forces one', () => {
    expect(translated('anthropic', messagesBody({ tool_choice: { type: 'auto' } }))).not.toHaveProperty(
      'tool_choice',
    )
    expect(refusedField('anthropic', messagesBody({ tool_choice: { type: 'any' } }))).toBe('tool_choice')
  })
})

const user = (content: unknown) => messagesBody({ messages: [{ role: 'user', content }] })

test.each([
  ['max_tokens', messagesBody({ max_tokens: undefined })],
  ['max_tokens', messagesBody({ max_tokens: 0 })],
  ['container', messagesBody({ container: 'c1' })],
  ['inference_geo', messagesBody({ inference_geo: 'eu' })],
  ['mcp_servers', messagesBody({ mcp_servers: [{ url: 'x' }] })],
  ['thinking.type', messagesBody({ thinking: { type: 'of_tomorrow' } })],
  ['tools[0].type', messagesBody({ tools: [{ type: 'web_search_20260318', name: 'web_search' }] })],
  [
    'tools[0].allowed_callers',
    messagesBody({ tools: [{ ...weather, allowed_callers: ['code_execution_20260521'] }] }),
  ],
  ['messages', messagesBody({ messages: 'hi' })],
  ['messages', messagesBody({ messages: [] })],
  ['messages[0].role', messagesBody({ messages: [{ role: 'robot', content: 'hi' }] })],
  ['messages[0].content[0].source', user([{ type: 'image', source: { type: 'file', file_id: 'f' } }])],
  ['messages[0].content[0].source', user([{ type: 'document', source: { type: 'url', url: 'https://x' } }])],
  [
    'messages[0].content[0].citations',
    user([{ type: 'document', citations: { enabled: true }, source: { type: 'text', data: 'x' } }]),
  ],
  [
    'messages[0].content[1]',
    user([
      { type: 'text', text: 'x' },
      { type: 'container_upload', file_id: 'f' },
    ]),
  ],
  ['messages[0].content[0].text', user([{ type: 'text' }])],
  ['system', messagesBody({ system: [{ type: 'image', source: { type: 'url', url: 'https://x' } }] })],
])('a Messages request is refused for its %s', (field, body) => {
  expect(refusedField('anthropic', body)).toBe(field)
})

test.each([
  ['top_k', messagesBody({ top_k: 40 })],
  ['speed', messagesBody({ speed: 'fast' })],
  ['context_management', messagesBody({ context_management: { edits: [{ type: 'compact_20260112' }] } })],
  ['a_new_field', messagesBody({ a_new_field: 1 })],
  ['constructor', messagesBody({ constructor: 1 })],
  ['service_tier', messagesBody({ service_tier: 'batch' })],
  ['output_config.task_budget', messagesBody({ output_config: { task_budget: {} } })],
  ['messages.name', messagesBody({ messages: [{ role: 'user', content: 'hi', name: 'x' }] })],
])('a Messages request is sent without its %s', (field, body) => {
  expect(leftOut('anthropic', body)).toEqual([field])
})

test('a Messages request that ends with the assistant lets the user continue', () => {
  const messages = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'The answer is (' },
  ]
  expect(translated('anthropic', messagesBody({ messages })).messages).toEqual([
    ...messages,
    { role: 'user', content: 'Continue.' },
  ])
})
