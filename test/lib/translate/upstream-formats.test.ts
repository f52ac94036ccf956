// Requests for services that speak only Responses or only Gemini, and what is special in their answers.

import { describe, expect, test } from 'vitest'
import { scrubRequest } from '../../../src/lib/translate/translate.ts'
import { frame, translate } from './streams/given-stream.ts'
import { PIXEL, translateAnswer, translateBody } from './given-translation.ts'

const IMAGE = `data:image/png;base64,${PIXEL}`
const schema = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }
const tool = { type: 'function', function: { name: 'read', description: 'reads', parameters: schema } }
const call = { id: 'c 1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } }
const history = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'look' },
      { type: 'image_url', image_url: { url: IMAGE } },
    ],
  },
  { role: 'assistant', content: 'I look.', tool_calls: [call] },
  { role: 'tool', tool_call_id: 'c 1', content: 'a file' },
]

describe('a chat completion as a request of Responses', () => {
  test('with a history, tools and settings', () => {
    const { body, path, plan } = translateBody('chat', 'responses', {
      model: 'm',
      messages: history,
      tools: [tool],
      tool_choice: 'required',
      parallel_tool_calls: false,
      max_tokens: 50,
      reasoning_effort: 'max',
      stop: ['END'],
      verbosity: 'low',
      seed: 1,
    })
    expect(path).toBe('/responses')
    expect(body).toEqual({
      model: 'm',
      instructions: 'Be brief.',
      input: [
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'look' },
            { type: 'input_image', image_url: IMAGE, detail: 'auto' },
          ],
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
        { type: 'function_call', call_id: 'c_1', name: 'read', arguments: '{"path":"a"}' },
        { type: 'function_call_output', call_id: 'c_1', output: 'a file' },
      ],
      max_output_tokens: 50,
      reasoning: { effort: 'xhigh' },
      text: { verbosity: 'low' },
      tools: [{ type: 'function', name: 'read', description: 'reads', parameters: schema, strict: false }],
      tool_choice: 'required',
      parallel_tool_calls: false,
      include: ['reasoning.encrypted_content'],
      store: false,
    })
    expect(plan.leftOut).toEqual(['seed', 'stop'])
  })

  test('sealed reasoning comes back from a client of Messages', () => {
    const plan = translateBody('messages', 'responses', {
      model: 'm',
      max_tokens: 9,
      thinking: { type: 'enabled', budget_tokens: 2048 },
      messages: [{ role: 'user', content: 'hi' }],
    }).plan
    const sealed = {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content: 'SEALED',
    }
    const message = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] }
    const answer = translateAnswer(plan, {
      object: 'response',
      status: 'completed',
      output: [sealed, message],
    })
    const { body } = translateBody('messages', 'responses', {
      model: 'm',
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: answer.content },
        { role: 'user', content: 'more' },
      ],
    })
    expect((body.input as object[])[1]).toEqual({
      type: 'reasoning',
      encrypted_content: 'SEALED',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
    })
    expect(body.include).toEqual(['reasoning.encrypted_content'])
  })
})

describe('a chat completion as a request of Gemini', () => {
  test('with a history, tools and settings', () => {
    const { body, path, plan } = translateBody(
      'chat',
      'gemini',
      {
        model: 'a/b c',
        messages: history,
        tools: [tool],
        stream: true,
        temperature: 0.5,
        max_tokens: 50,
        reasoning_effort: 'low',
        stop: ['END'],
        seed: 1,
        verbosity: 'low',
        tool_choice: { type: 'function', function: { name: 'read' } },
      },
      { provider: 'gemini' },
    )
    expect(path).toBe('/models/a/b%20c:streamGenerateContent?alt=sse')
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        {
          role: 'user',
          parts: [{ text: 'look' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }],
        },
        {
          role: 'model',
          parts: [
            { text: 'I look.' },
            {
              functionCall: { id: 'c_1', name: 'read', args: { path: 'a' } },
              thoughtSignature: 'skip_thought_signature_validator',
            },
          ],
        },
        {
          role: 'user',
          parts: [{ functionResponse: { id: 'c_1', name: 'read', response: { output: 'a file' } } }],
        },
      ],
      generationConfig: {
        temperature: 0.5,
        maxOutputTokens: 50,
        stopSequences: ['END'],
        seed: 1,
        thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 },
      },
      tools: [
        { functionDeclarations: [{ name: 'read', description: 'reads', parametersJsonSchema: schema }] },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['read'] } },
    })
    expect(plan.leftOut).toEqual(['verbosity'])
  })

  test('the signature of a call comes back from a client of Messages', () => {
    const asked = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }
    const { plan } = translateBody('messages', 'gemini', asked)
    const functionCall = { name: 'read', args: {} }
    const answer = translateAnswer(plan, {
      candidates: [
        { content: { parts: [{ functionCall, thoughtSignature: 'SIGNED' }] }, finishReason: 'STOP' },
      ],
    })
    const { body } = translateBody('messages', 'gemini', {
      ...asked,
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: answer.content },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: (answer.content as { id: string }[]).at(-1)!.id,
              content: 'x',
            },
          ],
        },
      ],
    })
    const [, model] = body.contents as { parts: object[] }[]
    expect(model!.parts).toMatchObject([{ functionCall: { name: 'read' }, thoughtSignature: 'SIGNED' }])
  })
})

test('arguments that are no object reach a service that takes only objects', () => {
  const broken = { ...call, function: { name: 'read', arguments: '{"path":' } }
  const messages = [{ role: 'user', content: 'hi' }, { role: 'assistant', tool_calls: [broken] }, history[3]!]
  const inputs = (['messages', 'gemini'] as const).map((to) =>
    JSON.stringify(translateBody('chat', to, { model: 'm', messages }).body),
  )
  for (const input of inputs) expect(input).toContain(JSON.stringify({ arguments: '{"path":' }))
})

describe('an answer of Responses', () => {
  const { plan } = translateBody('chat', 'responses', {
    model: 'm',
    messages: history.slice(1, 2),
    stream: true,
  })
  const event = (type: string, data: object) => frame({ type, ...data })
  const message = (text: string) => ({ type: 'message', content: [{ type: 'output_text', text }] })

  test('with items that run beside each other comes in order', () => {
    const delta = (output_index: number, text: string) =>
      event('response.output_text.delta', { output_index, content_index: 0, delta: text })
    const { said, isComplete } = translate(plan, [
      event('response.created', { response: { id: 'r1' } }),
      event('response.output_item.added', { output_index: 0, item: { type: 'message' } }),
      event('response.output_item.added', { output_index: 1, item: { type: 'message' } }),
      ...[delta(0, 'a'), delta(1, 'c'), delta(0, 'b')],
      event('response.output_item.done', { output_index: 1, item: message('cd') }),
      event('response.output_item.done', { output_index: 0, item: message('ab') }),
      event('response.completed', {
        response: { status: 'completed', output: [message('ab'), message('cd')] },
      }),
    ])
    expect(isComplete).toBe(true)
    expect(said.map(({ data }) => data.choices?.[0]?.delta?.content ?? '').join('')).toBe('abcd')
  })

  test('that fails is an error with its words', () => {
    const { said, hasFailed } = translate(plan, [
      event('response.created', { response: { id: 'r1' } }),
      event('response.failed', {
        response: { status: 'failed', error: { code: 'server_error', message: 'It broke.' } },
      }),
    ])
    expect(hasFailed).toBe(true)
    expect(said.at(-1)!.data.error.message).toBe('It broke.')
  })

  test('that ran out of tokens says so', () => {
    const answer = translateAnswer(
      { ...plan, isStream: false },
      {
        object: 'response',
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [message('half')],
        usage: { input_tokens: 9, output_tokens: 4 },
      },
    )
    expect(answer).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      usage: { prompt_tokens: 9, completion_tokens: 4 },
    })
  })
})

describe('an answer of Gemini', () => {
  const { plan } = translateBody('chat', 'gemini', { model: 'm', messages: history.slice(1, 2) })

  test('that was blocked is a content filter', () => {
    const answer = translateAnswer(plan, { promptFeedback: { blockReason: 'SAFETY' } })
    expect(answer).toMatchObject({ choices: [{ finish_reason: 'content_filter' }] })
  })

  test('counts thinking as output', () => {
    const usageMetadata = {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 3,
      thoughtsTokenCount: 2,
    }
    const answer = translateAnswer(plan, {
      candidates: [{ content: { parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
      usageMetadata,
    })
    expect(answer.usage).toMatchObject({
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4 },
    })
  })
})

describe('a Gemini request for a Gemini service', () => {
  const scrub = (...parts: object[]) => {
    const text = JSON.stringify({
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        { role: 'model', parts },
      ],
    })
    const out = scrubRequest('gemini', text, { provider: 'gemini', dropsAll: false })
    return out === null ? null : (JSON.parse(out) as { contents: { parts: object[] }[] }).contents[1]!.parts
  }
  const functionCall = { name: 'f', args: {} }

  test('stays as it is with its own signatures', () => {
    expect(scrub({ functionCall, thoughtSignature: 'own' }, { functionCall })).toBeNull()
  })

  test("gets Google's mark for the call of another service", () => {
    const mark = { functionCall, thoughtSignature: 'skip_thought_signature_validator' }
    expect(scrub({ functionCall }, { functionCall })).toEqual([mark, { functionCall }])
    expect(scrub({ functionCall, thoughtSignature: 'qwenctl.1.anthropic.data.x' })).toEqual([mark])
  })

  test('loses the thinking that another service sealed', () => {
    const thought = { text: 'hm', thought: true, thoughtSignature: 'qwenctl.1.anthropic.signature.x' }
    expect(scrub(thought, { text: 'hi' })).toEqual([{ text: 'hi' }])
  })
})
