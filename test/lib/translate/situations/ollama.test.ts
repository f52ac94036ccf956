import { describe, expect, test } from 'vitest'
import { isQwenctlError } from '../../../../src/lib/base/errors.ts'
import { toOllama } from '../../../../src/lib/translate/ollama/ollama-answer.ts'
import { fromOllama, type OllamaRoute } from '../../../../src/lib/translate/ollama/ollama-request.ts'
import { fitOllamaRequest } from '../../../../src/lib/translate/ollama/fit-request.ts'
import { OllamaStream } from '../../../../src/lib/translate/ollama/ollama-stream.ts'

const asked = (fields: object, route: OllamaRoute = 'chat') =>
  fromOllama(route, { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields })
const times = { beganAt: 0, firstAt: 0, now: 0 }

describe('a request of Ollama', () => {
  test.each<[string, string, object, object]>([
    ['no thinking', 'odysseus-dev/odysseus#5503', { think: false }, { reasoning_effort: 'none' }],
    [
      'thinking',
      'https://docs.ollama.com/capabilities/thinking',
      { think: true },
      { reasoning_effort: 'medium' },
    ],
    [
      'a level',
      'https://docs.ollama.com/capabilities/thinking',
      { think: 'low' },
      { reasoning_effort: 'low' },
    ],
    [
      'probabilities',
      'ollama/ollama-python#601',
      { logprobs: true, top_logprobs: 3 },
      { logprobs: true, top_logprobs: 3 },
    ],
    [
      'its thinking comes back',
      'https://docs.ollama.com/capabilities/thinking',
      {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'b', thinking: 'c' },
        ],
      },
      { messages: [{}, { role: 'assistant', content: 'b', reasoning_content: 'c' }] },
    ],
    [
      'a picture in the result of a tool',
      'ollama/ollama docs/api.md: images of a message',
      {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: {} } }] },
          { role: 'tool', tool_name: 'f', content: 'see', images: ['iVBORw0KGgo='] },
        ],
      },
      {
        messages: [
          {},
          {},
          { role: 'tool', content: 'see' },
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
          },
        ],
      },
    ],
  ])('%s (%s)', (_, __, fields, sent) => {
    expect(asked(fields).body).toMatchObject(sent)
  })

  test.each([null, 'null', ''])(
    'earlier arguments %j are an empty object (langroid/langroid#988)',
    (input) => {
      const tool_calls = [{ function: { name: 'f', arguments: input } }]
      const { body } = asked({ messages: [{ role: 'assistant', content: '', tool_calls }] })
      expect(body).toMatchObject({ messages: [{ tool_calls: [{ function: { arguments: '{}' } }] }] })
    },
  )

  test('a text to fill in is refused by name, since no chat has it (ollama/ollama docs/api.md: suffix)', () => {
    try {
      fromOllama('generate', { model: 'm', prompt: 'a', suffix: 'b' })
      expect.unreachable()
    } catch (error) {
      if (!isQwenctlError(error)) throw error
      expect(error.details.field).toBe('suffix')
    }
  })
})

test.each([[0], ['0'], ['0s']])(
  'keep_alive of %j unloads a model (ollama/ollama docs/api.md)',
  (keep_alive) => {
    const { plan } = fromOllama('chat', { model: 'm', messages: [], keep_alive })
    expect(plan).toMatchObject({ isLoad: true, isUnload: true })
    const answer = { choices: [{ message: { content: '' }, finish_reason: 'unload' }] }
    expect(toOllama(plan, answer, times)).toMatchObject({ done_reason: 'unload' })
  },
)

describe('thinking of an Ollama client, for an account of chat completions', () => {
  const fit = (provider: string, fields: object) => {
    const leftOut: string[] = []
    const text = JSON.stringify(asked(fields).body)
    const fitted = fitOllamaRequest(text, provider, (field) => void leftOut.push(field))
    return { body: JSON.parse(fitted) as Record<string, unknown>, leftOut }
  }
  const talk = {
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b', thinking: 'c' },
      { role: 'user', content: 'd' },
    ],
  }

  test.each<[string, string, unknown, object, string[]]>([
    ['openai', 'gpt-4o-mini', false, {}, []],
    ['openai', 'gpt-4o-mini', true, {}, ['think']],
    ['openai', 'gpt-5', false, { reasoning_effort: 'minimal' }, []],
    ['groq', 'qwen/qwen3-32b', 'high', { reasoning_effort: 'default' }, []],
    ['ollama', 'qwen3.5:9b', false, { reasoning_effort: 'none' }, []],
    ['deepseek', 'deepseek-v4', false, { thinking: { type: 'disabled' } }, []],
    ['qwen', 'qwen3-max', false, { enable_thinking: false }, []],
  ])('%s %s: think %j', (provider, model, think, sent, leftOut) => {
    const { body, leftOut: named } = fit(provider, { model, think })
    expect(body).toEqual({
      model,
      messages: body.messages,
      stream: true,
      stream_options: body.stream_options,
      ...sent,
    })
    expect(named).toEqual(leftOut)
  })

  test.each<[string, object]>([
    ['groq', {}],
    ['openai', {}],
    ['vllm', { reasoning_content: 'c' }],
    ['openrouter', { reasoning_details: [{ type: 'reasoning.text', text: 'c', index: 0 }] }],
  ])('%s: what the model thought before (janhq/jan#8136)', (provider, more) => {
    const messages = fit(provider, talk).body.messages as unknown[]
    expect(messages[1]).toEqual({ role: 'assistant', content: 'b', ...more })
  })

  test('cerebras: what the model thought before is a part of its text', () => {
    const said = (model: string) => (fit('cerebras', { model, ...talk }).body.messages as unknown[])[1]
    expect(said('zai-glm-4.7')).toEqual({ role: 'assistant', content: '<think>c</think>b' })
    expect(said('gpt-oss-120b')).toEqual({ role: 'assistant', content: 'c b' })
  })

  test('an empty field for turns without thinking (NousResearch/hermes-agent#15228)', () => {
    const { messages } = fit('deepseek', {
      model: 'deepseek-v4',
      messages: [...talk.messages, { role: 'assistant', content: 'e' }, { role: 'user', content: 'f' }],
    }).body
    expect(messages).toEqual([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b', reasoning_content: 'c' },
      { role: 'user', content: 'd' },
      { role: 'assistant', content: 'e', reasoning_content: '' },
      { role: 'user', content: 'f' },
    ])
  })

  test('top_k goes to services that take it, and is named elsewhere (https://docs.ollama.com/modelfile: top_k)', () => {
    const asked = { options: { top_k: 5 } }
    expect(fit('vllm', asked)).toMatchObject({ body: { top_k: 5 }, leftOut: [] })
    const openai = fit('openai', asked)
    expect(openai.leftOut).toEqual(['options.top_k'])
    expect(openai.body).not.toHaveProperty('top_k')
  })

  test('a request without thinking keeps its text', () => {
    const text = '{ "model": "m", "seed": 12345678901234567890 }'
    expect(fitOllamaRequest(text, 'groq', () => {})).toBe(text)
  })
})

describe('an answer for Ollama', () => {
  const { plan } = asked({})
  const logprobs = { content: [{ token: 'x', logprob: -0.1, bytes: [120], top_logprobs: [] }] }

  test('a refusal is passed on', () => {
    const message = { role: 'assistant', content: null, refusal: 'I cannot.' }
    const answer = { choices: [{ message, finish_reason: 'stop' }] }
    expect(toOllama(plan, answer, times)).toMatchObject({ message: { content: 'I cannot.' } })
  })

  test('a refusal is passed on in a stream', () => {
    const stream = new OllamaStream(plan, 0, () => 0)
    const chunk = (delta: object, finish_reason: string | null) =>
      Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`)
    const text = stream.push(chunk({ refusal: 'No.' }, null)) + stream.push(chunk({}, 'stop')) + stream.end()
    expect(text).toContain('"content":"No."')
    expect(text).toContain('"done":true')
  })

  test('probabilities are passed on (ollama/ollama-python#601)', () => {
    const answer = { choices: [{ message: { content: 'x' }, logprobs, finish_reason: 'stop' }] }
    expect(toOllama(plan, answer, times)).toMatchObject({ logprobs: [{ token: 'x', logprob: -0.1 }] })
  })
})
