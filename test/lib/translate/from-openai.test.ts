import { describe, expect, test } from 'vitest'
import { PIXEL, chatBody, leftOut, refusedField, translated } from './given-translation.ts'

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'the weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}
const call = (id: string, city: string) => ({
  id,
  type: 'function',
  function: { name: 'weather', arguments: JSON.stringify({ city }) },
})

function messages(...list: object[]) {
  return translated('openai', chatBody({ messages: list })).messages
}

describe('a chat completion as a Messages request', () => {
  test('a question with everything common in it', () => {
    const body = translated(
      'openai',
      chatBody({
        model: 'claude-sonnet-4-6',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
          { role: 'user', content: 'hi' },
        ],
        max_completion_tokens: 512,
        temperature: 0.2,
        top_p: 0.9,
        stop: 'END',
        stream: true,
        stream_options: { include_usage: true, include_obfuscation: false },
        tools: [weather],
        tool_choice: 'required',
        parallel_tool_calls: false,
        user: 'u-1',
        n: 1,
        logprobs: false,
        presence_penalty: 0,
        service_tier: 'default',
        prompt_cache_key: 'k',
      }),
    )
    expect(body).toEqual({
      model: 'claude-sonnet-4-6',
      max_tokens: 512,
      system: [
        { type: 'text', text: 'Be brief.' },
        { type: 'text', text: 'Be kind.' },
      ],
      messages: [{ role: 'user', content: 'hi' }],
      temperature: 0.2,
      stop_sequences: ['END'],
      tools: [
        {
          name: 'weather',
          description: 'the weather of a city',
          input_schema: weather.function.parameters,
        },
      ],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      metadata: { user_id: 'u-1' },
      service_tier: 'standard_only',
      stream: true,
    })
  })

  test('a round of two tool calls becomes one turn of results, with what the user adds', () => {
    const said = messages(
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: '',
        refusal: null,
        annotations: [],
        reasoning_content: 'unsigned',
        tool_calls: [call('call_1', 'Bern'), call('call_2', 'Ulm')],
      },
      { role: 'tool', tool_call_id: 'call_2', content: 'snow' },
      { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'rain' }] },
      { role: 'user', content: 'and?' },
    )
    expect(said).toEqual([
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Bern' } },
          { type: 'tool_use', id: 'call_2', name: 'weather', input: { city: 'Ulm' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: 'rain' },
          { type: 'tool_result', tool_use_id: 'call_2', content: 'snow' },
          { type: 'text', text: 'and?' },
        ],
      },
    ])
  })

  test.each([
    ['functions.weather:0', 'functions.weather:0', 'functions_weather_0', 'functions_weather_0_2'],
    ['', '', 'call', 'call_2'],
    ['a:b', 'a.b', 'a_b', 'a_b_2'],
  ])(
    'ids %j and %j are made ones that Anthropic takes, and results follow them',
    (first, second, one, two) => {
      const said = messages(
        { role: 'user', content: 'x' },
        { role: 'assistant', tool_calls: [call(first, 'Bern')] },
        { role: 'tool', tool_call_id: first, content: '1' },
        { role: 'assistant', tool_calls: [call(second, 'Ulm')] },
        { role: 'tool', tool_call_id: second, content: '2' },
      )
      expect(said).toMatchObject([
        {},
        { content: [{ id: one }] },
        { content: [{ tool_use_id: one, content: '1' }] },
        { content: [{ id: two }] },
        { content: [{ tool_use_id: two, content: '2' }] },
      ])
    },
  )

  test('images and files', () => {
    const said = messages({
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}`, detail: 'high' } },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
        { type: 'file', file: { filename: 'a.txt', file_data: 'data:text/plain;base64,w6TDtg==' } },
      ],
    })
    expect(said).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          {
            type: 'document',
            title: 'a.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
          },
          {
            type: 'document',
            title: 'a.txt',
            source: { type: 'text', media_type: 'text/plain', data: 'äö' },
          },
        ],
      },
    ])
  })

  test('messages in which nothing is said are left out', () => {
    const said = messages(
      { role: 'user', content: 'a' },
      { role: 'assistant', content: '' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '' },
          { type: 'text', text: 'b' },
        ],
      },
    )
    expect(said).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    ])
  })

  test('cache marks of either spelling become Anthropic’s', () => {
    const body = translated(
      'openai',
      chatBody({
        messages: [
          { role: 'system', content: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } },
          {
            role: 'user',
            content: [{ type: 'text', text: 'U', prompt_cache_breakpoint: { mode: 'explicit' } }],
          },
        ],
        tools: [{ ...weather, cache_control: { type: 'ephemeral' } }],
      }),
    )
    expect(body).toMatchObject({
      system: [{ text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [{ content: [{ text: 'U', cache_control: { type: 'ephemeral' } }] }],
      tools: [{ cache_control: { type: 'ephemeral' } }],
    })
  })

  test('thinking that Anthropic signed goes back to it, also in the pieces of a stream', () => {
    const said = messages(
      { role: 'user', content: 'x' },
      {
        role: 'assistant',
        content: 'y',
        reasoning_details: [
          { type: 'reasoning.text', text: 'so ', index: 0 },
          { type: 'reasoning.text', text: 'it is', index: 0 },
          { type: 'reasoning.text', signature: 'sig', index: 0 },
          { type: 'reasoning.encrypted', data: 'xx', index: 1 },
          { type: 'reasoning.text', text: 'unsigned', index: 2 },
        ],
      },
      { role: 'user', content: 'z' },
    )
    expect(said).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: 'so it is', signature: 'sig' },
          { type: 'redacted_thinking', data: 'xx' },
          { type: 'text', text: 'y' },
        ],
      },
      {},
    ])
  })

  test.each([
    ['claude-sonnet-4-5-20250929', {}, 32_000],
    ['claude-3-haiku-20240307', {}, 4096],
    ['kimi-k2', {}, 32_000],
    ['claude-3-haiku-20240307', { max_tokens: 5 }, 5],
    ['m', { max_tokens: 5, max_completion_tokens: 6 }, 6],
  ])('%s with %j gets max_tokens %i', (model, fields, wanted) => {
    expect(translated('openai', chatBody({ model, ...fields })).max_tokens).toBe(wanted)
  })

  const shown = { type: 'adaptive', display: 'summarized' }
  const enabled = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } })
  test.each([
    ['claude-sonnet-4-5', 'medium', 64_000, enabled(8192)],
    ['claude-opus-4-1-20250805', 'max', 32_000, enabled(16_000)],
    ['claude-3-7-sonnet-20250219', 'minimal', 8192, enabled(1024)],
    ['claude-haiku-4-5', 'high', 1500, enabled(1024)],
    ['glm-5', 'low', 8192, enabled(2048)],
    ['claude-opus-4-6', 'high', 100, { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }],
    ['claude-opus-4-10', 'low', 100, { thinking: shown, output_config: { effort: 'low' } }],
    ['anthropic/claude-opus-5', 'minimal', 100, { thinking: shown, output_config: { effort: 'low' } }],
    ['claude-opus-5', 'none', 100, { thinking: { type: 'disabled' } }],
  ])('%s is asked for effort %s within %i tokens by %j', (model, reasoning_effort, max_tokens, wanted) => {
    const { thinking, output_config } = translated(
      'openai',
      chatBody({ model, reasoning_effort, max_tokens }),
    )
    expect({ thinking, ...(output_config === undefined ? {} : { output_config }) }).toEqual(wanted)
  })

  test('in the middle of tool calls a budget is asked for only where signed thinking came back', () => {
    const round = (details: object[]) =>
      chatBody({
        model: 'claude-sonnet-4-5',
        reasoning_effort: 'low',
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', tool_calls: [call('c', 'Bern')], reasoning_details: details },
          { role: 'tool', tool_call_id: 'c', content: 'rain' },
        ],
      })
    expect(translated('openai', round([]))).not.toHaveProperty('thinking')
    const signed = [{ type: 'reasoning.text', text: 'so', signature: 'sig', index: 0 }]
    expect(translated('openai', round(signed))).toMatchObject(enabled(2048))
  })

  test('an answer by a schema, with what it is for', () => {
    const schema = { type: 'object', properties: {} }
    const { output_config } = translated(
      'openai',
      chatBody({
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', description: 'a thing', strict: true, schema },
        },
      }),
    )
    expect(output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: { ...schema, description: 'a thing', additionalProperties: false },
      },
    })
  })

  test.each([
    ['none', { type: 'none' }],
    ['auto', { type: 'auto' }],
    [
      { type: 'function', function: { name: 'weather' } },
      { type: 'tool', name: 'weather' },
    ],
  ])('tool_choice %j is %j', (tool_choice, wanted) => {
    expect(translated('openai', chatBody({ tools: [weather], tool_choice })).tool_choice).toEqual(wanted)
  })

  test('only the allowed tools are offered', () => {
    const other = { type: 'function', function: { name: 'time' } }
    const allowed_tools = { mode: 'required', tools: [{ type: 'function', function: { name: 'time' } }] }
    const body = translated(
      'openai',
      chatBody({ tools: [weather, other], tool_choice: { type: 'allowed_tools', allowed_tools } }),
    )
    expect(body).toMatchObject({ tool_choice: { type: 'any' } })
    expect(body.tools).toEqual([{ name: 'time', input_schema: { type: 'object', properties: {} } }])
  })
})

const said = (...list: object[]) => chatBody({ messages: [{ role: 'user', content: 'x' }, ...list] })
const part = (content: object) => chatBody({ messages: [{ role: 'user', content: [content] }] })

test.each([
  ['n', chatBody({ n: 2 })],
  ['logprobs', chatBody({ logprobs: true })],
  ['top_logprobs', chatBody({ top_logprobs: 3 })],
  ['logit_bias', chatBody({ logit_bias: { '50256': -100 } })],
  ['modalities', chatBody({ modalities: ['text', 'audio'] })],
  ['audio', chatBody({ audio: { voice: 'ash', format: 'wav' } })],
  ['moderation', chatBody({ moderation: { model: 'x' } })],
  ['web_search_options', chatBody({ web_search_options: {} })],
  ['tool_choice', chatBody({ tool_choice: 'required' })],
  ['messages[1].tool_call_id', said({ role: 'tool', tool_call_id: 7, content: 'x' })],
  ['messages[0].content[0]', part({ type: 'input_audio', input_audio: { data: '', format: 'wav' } })],
  ['messages[0].content[0].file.file_id', part({ type: 'file', file: { file_id: 'f' } })],
  ['messages[0].content[0]', part({ type: 'file', file: { file_data: 'data:application/zip;base64,YQ==' } })],
  [
    'messages[0].content[0].image_url.url',
    part({ type: 'image_url', image_url: { url: 'data:image/png,xx' } }),
  ],
])('a chat completion is refused for its %s', (field, body) => {
  expect(refusedField('openai', body)).toBe(field)
})

test.each([
  ['frequency_penalty', chatBody({ frequency_penalty: 0.5 })],
  ['presence_penalty', chatBody({ presence_penalty: -1 })],
  ['seed', chatBody({ seed: 0 })],
  ['temperature', chatBody({ temperature: 1.5 })],
  ['verbosity', chatBody({ verbosity: 'low' })],
  ['store', chatBody({ store: true })],
  ['service_tier', chatBody({ service_tier: 'flex' })],
  ['a_new_field', chatBody({ a_new_field: 0 })],
  ['toString', chatBody({ toString: 1 })],
  ['stream_options.chunk_size', chatBody({ stream: true, stream_options: { chunk_size: 1 } })],
  ['reasoning_effort', chatBody({ reasoning_effort: 'huge' })],
  ['reasoning_effort', chatBody({ model: 'claude-haiku-4-5', reasoning_effort: 'low', max_tokens: 500 })],
  ['messages.name', said({ role: 'user', name: 'ann', content: 'x' })],
])('a chat completion is sent without its %s', (field, body) => {
  expect(leftOut('openai', body)).toEqual([field])
})

test.each([
  ['a lone system prompt', [{ role: 'system', content: 'only' }], [{ role: 'user', content: 'only' }]],
  [
    'a last message of the assistant',
    [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'y' },
    ],
    [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'y' },
      { role: 'user', content: 'Continue.' },
    ],
  ],
  [
    'the calls and results of 2023',
    [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      { role: 'function', name: 'f', content: 'r' },
    ],
    [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'call', name: 'f', input: { a: 1 } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call', content: 'r' }] },
    ],
  ],
])('%s of a chat becomes messages', (_, messages, wanted) => {
  expect(translated('openai', chatBody({ messages })).messages).toEqual(wanted)
})

test('an answer in JSON without a schema is asked for in words', () => {
  const { system } = translated('openai', chatBody({ response_format: { type: 'json_object' } }))
  expect(system).toContain('JSON')
})

test.each([
  [{ temperature: 0.3, top_p: 1 }, { temperature: 0.3 }, []],
  [{ temperature: 0.3, top_p: 0.9 }, { temperature: 0.3 }, ['top_p']],
  [{ reasoning_effort: 'low', temperature: 0.3 }, {}, ['temperature']],
  [{ reasoning_effort: 'low', top_p: 0.5 }, {}, ['top_p']],
  [{ reasoning_effort: 'low', top_k: 5 }, {}, ['top_k']],
])('Claude samples by what it takes of %j', (fields, wanted, without) => {
  const body = chatBody({ model: 'claude-sonnet-4-6', ...fields })
  const { temperature, top_p, top_k } = translated('openai', body)
  expect({ temperature, top_p, top_k }).toEqual({ ...wanted })
  expect(leftOut('openai', body)).toEqual(without)
})

test('a forced tool is called without thinking', () => {
  const body = chatBody({ tools: [weather], tool_choice: 'required', reasoning_effort: 'low' })
  expect(translated('openai', body)).not.toHaveProperty('thinking')
  expect(leftOut('openai', body)).toEqual(['reasoning_effort'])
})
