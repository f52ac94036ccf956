// Requests that an upstream refuses although its client did nothing wrong, or can do something about it.

import { describe, expect, test } from 'vitest'
import type { FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy } from '../../../support/servers/proxy-harness.ts'
import type { GivenProxy, TestProxy } from '../../../support/servers/proxy-harness.ts'

const VERSION = { 'anthropic-version': '2023-06-01' }
const ASKED = { model: 'm1', max_tokens: 64, messages: [{ role: 'user', content: 'hi' }] }

async function given(more: Partial<GivenProxy> = {}): Promise<{ upstream: FakeUpstream; proxy: TestProxy }> {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl, ...more })
  return { upstream, proxy }
}

const overflows: [string, object][] = [
  [
    'OpenAI',
    {
      error: {
        message:
          "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded',
      },
    },
  ],
  [
    'Responses',
    {
      error: {
        message:
          'Your input exceeds the context window of this model. Please adjust your input and try again.',
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      },
    },
  ],
  [
    'vLLM',
    {
      object: 'error',
      message: "This model's maximum context length is 32768 tokens. However, you requested 40000 tokens.",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
  ],
  [
    'Gemini',
    [
      {
        error: {
          code: 400,
          message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
          status: 'INVALID_ARGUMENT',
        },
      },
    ],
  ],
  [
    'Copilot',
    {
      error: {
        message: 'prompt token count of 74490 exceeds the limit of 72000',
        code: 'model_max_prompt_tokens_exceeded',
      },
    },
  ],
  [
    'DashScope',
    {
      error: {
        message: '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]',
        type: 'invalid_request_error',
        code: 'invalid_parameter_error',
      },
    },
  ],
  [
    'llama.cpp',
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size, try increasing it',
        type: 'exceed_context_size_error',
      },
    },
  ],
  [
    'Anthropic',
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 213462 tokens > 200000 maximum' },
    },
  ],
  [
    'Anthropic with max_tokens',
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
      },
    },
  ],
  [
    'xAI',
    {
      error: {
        message: "This model's maximum prompt length is 131072 but the request contains 537812 tokens",
        type: 'invalid_request_error',
      },
    },
  ],
  [
    'Moonshot',
    {
      error: {
        message: 'Invalid request: Your request exceeded model token limit: 131072',
        type: 'invalid_request_error',
      },
    },
  ],
]

describe('a request that is too long, in the words of', () => {
  test.each(overflows)('%s, is refused in words that each client acts on', async (_, body) => {
    const { upstream, proxy } = await given()
    upstream.always(json(400, body))
    const said = await proxy.chat()
    expect([said.status, said.json.error.code]).toEqual([400, 'context_length_exceeded'])
    expect(said.json.error.message).toMatch(/maximum context length is \d|context length exceeded/i)
    const responses = await proxy.post('/v1/responses', { model: 'm1', input: 'hi' })
    expect([responses.status, responses.json.error.code]).toEqual([400, 'context_length_exceeded'])
    const message = await proxy.post('/v1/messages', ASKED, VERSION)
    expect(message.status).toBe(400)
    expect(message.json).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
    expect(message.json.error.message).toMatch(/prompt is too long/i)
  })

  test('a service, leads to the next model of an alias that has room', async () => {
    const { upstream, proxy } = await given({
      accounts: [{ name: 'a' }, { name: 'b' }],
      config: 'aliases:\n  big: [custom/m1, custom/m2]\n',
    })
    const tooLong = json(400, overflows[0]![1])
    upstream.next(tooLong, chat('from m2'))
    const reply = await proxy.chat({ model: 'big' })
    expect(reply.status).toBe(200)
    expect(
      upstream.requests.map(({ body }) => (JSON.parse(body.toString()) as { model: string }).model),
    ).toEqual(['m1', 'm2'])
    upstream.next(tooLong, tooLong)
    expect((await proxy.chat({ model: 'big' })).json.error.code).toBe('context_length_exceeded')
  })

  test('another fault, stays as the upstream wrote it', async () => {
    const { upstream, proxy } = await given()
    const body = {
      error: { message: 'messages[0].role must be one of user', type: 'invalid_request_error', code: 'x' },
    }
    upstream.next(json(400, body))
    expect((await proxy.chat()).text).toBe(JSON.stringify(body))
  })
})

describe('a parameter that the client never wrote', () => {
  const refused = json(400, {
    error: {
      message: "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
      type: 'invalid_request_error',
      param: 'reasoning_effort',
      code: 'unsupported_parameter',
    },
  })
  const thinking = { ...ASKED, thinking: { type: 'enabled', budget_tokens: 4096 }, max_tokens: 8192 }
  const efforts = (upstream: FakeUpstream) =>
    upstream.requests.map(({ body }) => body.toString().includes('"reasoning_effort"'))

  test('is left out once it is refused, and from then on', async () => {
    const { upstream, proxy } = await given()
    upstream.next(refused, chat(), chat())
    const replies = [
      await proxy.post('/v1/messages', thinking, VERSION),
      await proxy.post('/v1/messages', thinking, VERSION),
    ]
    for (const { status, headers } of replies)
      expect([status, headers['x-qwenctl-left-out']]).toEqual([200, 'reasoning_effort'])
    expect(efforts(upstream)).toEqual([true, false, false])
  })

  test('is asked about once: a second refusal reaches the client', async () => {
    const { upstream, proxy } = await given()
    upstream.next(refused, refused)
    expect((await proxy.post('/v1/messages', thinking, VERSION)).status).toBe(400)
    expect(upstream.count()).toBe(2)
  })

  test('is not one of another name that changes what the answer is', async () => {
    const { upstream, proxy } = await given()
    upstream.always(json(400, { error: { message: "Unsupported parameter: 'stop' is not supported." } }))
    const asked = { ...ASKED, stop_sequences: ['END'] }
    expect((await proxy.post('/v1/messages', asked, VERSION)).status).toBe(400)
    expect(upstream.count()).toBe(1)
  })

  test('is left out after another one', async () => {
    const { upstream, proxy } = await given()
    const other = json(400, { error: { message: "Unrecognized request argument supplied: 'tool_stream'" } })
    upstream.next(refused, other)
    expect((await proxy.post('/v1/messages', thinking, VERSION)).status).toBe(400)
    expect(upstream.count()).toBe(2) // it is not in the request
  })

  test('is another matter than one that it wrote', async () => {
    const { upstream, proxy } = await given()
    upstream.next(refused)
    expect((await proxy.chat({ reasoning_effort: 'high' })).status).toBe(400)
    expect(upstream.count()).toBe(1)
  })
})

describe('sealed thinking that an account cannot open', () => {
  const refused = json(400, {
    type: 'error',
    error: {
      type: 'invalid_request_error',
      message: 'messages.1.content.0: Invalid `signature` in `thinking` block',
    },
  })
  const message = json(200, {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-6',
    content: [{ type: 'text', text: 'ok' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  })
  const detail = {
    type: 'reasoning.text',
    text: 'so',
    signature: 'c2VhbA==',
    format: 'anthropic-claude-v1',
    index: 0,
  }
  const question = { model: 'claude-sonnet-4-6', reasoning_effort: 'high' }
  const history = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'yes', reasoning_details: [detail] },
    { role: 'user', content: 'more' },
  ]

  test('is left out, and the account still thinks, then and later', async () => {
    const upstream = await givenUpstream()
    const baseUrl = `${upstream.origin}/anthropic`
    const proxy = await givenProxy({ accounts: [{ name: 'claude', limits: ['9/day'] }], baseUrl })
    upstream.next(refused, message, message)
    expect((await proxy.chat({ ...question, messages: history })).status).toBe(200)
    expect((await proxy.chat({ ...question, messages: history.slice(0, 1) })).status).toBe(200)
    const sent = upstream.requests.map(({ body }) => body.toString())
    expect(sent.map((body) => body.includes('c2VhbA=='))).toEqual([true, false, false])
    for (const body of sent) expect(JSON.parse(body)).toMatchObject({ thinking: { type: 'adaptive' } })
    expect(await proxy.used()).toMatchObject({ claude: 3 }) // each attempt has its own reservation
  })

  test('is the reason only if the request has some', async () => {
    const { upstream, proxy } = await given()
    upstream.always(
      json(400, { error: { message: 'include: reasoning.encrypted_content is not supported' } }),
    )
    const asked = { model: 'm1', input: 'hi', include: ['reasoning.encrypted_content'] }
    expect((await proxy.post('/v1/responses', asked)).status).toBe(400)
    expect(upstream.count()).toBe(1)
  })
})

test('a request that only its own format can express waits for such an account, as a 429', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: [
      { name: 'chat', baseUrl: upstream.baseUrl },
      { name: 'claude', baseUrl: `${upstream.origin}/anthropic` },
    ],
  })
  upstream.next(
    json(
      429,
      { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } },
      { 'retry-after': '30' },
    ),
  )
  const asked = { ...QUESTION, n: 2 }
  for (const _ of [1, 2]) {
    const reply = await proxy.post('/v1/chat/completions', asked)
    expect([reply.status, reply.json.error.code]).toEqual([429, 'rate_limit_exceeded'])
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(20)
  }
  expect(upstream.count()).toBe(1)
})

test('a request that no account can express is refused by the name of its field', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'claude', baseUrl: `${upstream.origin}/anthropic` }] })
  const reply = await proxy.chat({ n: 2 })
  expect(reply.status).toBe(400)
  expect(reply.json.error.message).toContain('"n"')
})

test.each<Record<string, string>>([{}, { 'x-qwenctl-wait': '1s' }])(
  'so is the request at which its only account turns out to lack the endpoint, with %o',
  async (headers) => {
    const upstream = await givenUpstream()
    upstream.always(json(404, { error: { message: 'Not Found' } }))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const asked = { model: 'm1', input: 'hi', tools: [{ type: 'web_search' }] }
    for (const _ of [1, 2]) {
      const reply = await proxy.post('/v1/responses', asked, headers)
      expect([reply.status, reply.headers['x-qwenctl-error']]).toEqual([400, 'invalid_request'])
      expect(reply.json.error.message).toContain('"tools[0].type"')
    }
    expect(upstream.count()).toBe(1)
  },
)

test("a request in Gemini's format that cannot be translated is refused at once, not told to wait", async () => {
  const { upstream, proxy } = await given()
  for (const method of ['generateContent', 'streamGenerateContent']) {
    const reply = await proxy.post(`/v1beta/models/m1:${method}`, { contents: [] })
    expect(reply.status).toBe(400)
    expect(reply.text).toContain('contents')
  }
  expect(upstream.count()).toBe(0)
})
