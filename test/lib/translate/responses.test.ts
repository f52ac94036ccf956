import { describe, expect, test } from 'vitest'
import { StreamTranslator, translateRequest } from '../../../src/lib/translate/translate.ts'
import { DONE, USAGE_CHUNK, call, chunk, finish, read } from './streams/given-stream.ts'
import { context, translateAnswer, translateBody } from './given-translation.ts'

const request = (fields: object = {}) => ({ model: 'm', input: 'hi', ...fields })
const toChat = (fields: object, provider = 'custom') =>
  translateBody('responses', 'chat', request(fields), { provider })
const toMessages = (fields: object) => translateBody('responses', 'messages', request(fields))

const shell = {
  type: 'function',
  name: 'shell',
  description: 'runs',
  strict: false,
  parameters: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
}
const patch = {
  type: 'custom',
  name: 'apply_patch',
  description: 'edits files',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
}
const group = { type: 'namespace', name: 'mcp__git', description: 'git', tools: [{ ...shell, name: 'log' }] }

describe('a Responses request as a chat completion', () => {
  test('instructions, messages and settings', () => {
    const { body, plan } = toChat({
      instructions: 'Be brief. Answer in JSON.',
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be kind.' }] },
        { role: 'user', content: 'hi' },
      ],
      max_output_tokens: 50,
      temperature: 0.5,
      reasoning: { effort: 'low', summary: 'auto' },
      text: { verbosity: 'low', format: { type: 'json_object' } },
      include: ['reasoning.encrypted_content'],
      store: false,
      prompt_cache_key: 'k',
    })
    expect(body).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief. Answer in JSON.' },
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'hi' },
      ],
      max_tokens: 50,
      temperature: 0.5,
      reasoning_effort: 'low',
      verbosity: 'low',
      response_format: { type: 'json_object' },
    })
    expect(plan.leftOut).toEqual(['prompt_cache_key'])
  })

  test('calls, results and thinking of one turn go together', () => {
    const { body } = toChat({
      input: [
        { role: 'user', content: 'go' },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'hm' }],
          encrypted_content: 'gAAA',
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Two calls.' }] },
        { type: 'function_call', call_id: 'a', name: 'shell', arguments: '{"command":"ls"}' },
        { type: 'custom_tool_call', call_id: 'b', name: 'apply_patch', input: '*** "x"' },
        { type: 'function_call_output', call_id: 'a', output: 'files' },
        { type: 'custom_tool_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'ok' }] },
      ],
      tools: [shell, patch],
    })
    expect(body.messages).toEqual([
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: 'Two calls.',
        reasoning_content: 'hm',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'shell', arguments: '{"command":"ls"}' } },
          {
            id: 'b',
            type: 'function',
            function: { name: 'apply_patch', arguments: '{"input":"*** \\"x\\""}' },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'files' },
      { role: 'tool', tool_call_id: 'b', content: 'ok' },
    ])
  })

  test('tools that OpenAI runs are left out beside others, and refused alone', () => {
    const { body, plan } = toChat({ tools: [shell, { type: 'web_search' }, group] })
    expect((body.tools as { function: { name: string } }[]).map((tool) => tool.function.name)).toEqual([
      'shell',
      'mcp__git__log',
    ])
    expect(plan.leftOut).toEqual(['tools.web_search'])
    expect(() => toChat({ tools: [{ type: 'web_search' }] })).toThrow('tools[0].type')
  })

  test.each(['previous_response_id', 'conversation', 'prompt'])('%s is refused by its name', (field) => {
    expect(() => toChat({ [field]: 'x_1' })).toThrow(`"${field}" cannot be translated`)
  })

  test('arguments and schemas stay as they were written', () => {
    const text = `{"model":"m","input":[{"role":"user","content":"x"},{"type":"function_call","call_id":"c","name":"f","arguments":"{\\"2\\":1,\\"1\\":12345678901234567890}"}],"tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"2":{"maximum":12345678901234567890},"1":{}}}}]}`
    const { body } = translateRequest('responses', 'messages', text, context)
    expect(body).toContain('{"2":1,"1":12345678901234567890}')
    expect(body).toContain('{"type":"object","properties":{"2":{"maximum":12345678901234567890},"1":{}}}')
  })
})

test('sealed thinking goes back to its own service only', () => {
  const input = (encrypted_content: string) => [
    { role: 'user', content: 'x' },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content },
    { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: 'r' },
  ]
  const sealed = (text: string) =>
    (toMessages({ input: input(text) }).body.messages as { content: unknown }[])[1]
  const use = { type: 'tool_use', id: 'c', name: 'f', input: {} }
  expect(sealed('gAAA')?.content).toEqual([use])
  expect(sealed('qwenctl.1.anthropic.signature.sig')?.content).toEqual([
    { type: 'thinking', thinking: 'hm', signature: 'sig' },
    use,
  ])
})

describe('an answer as a response', () => {
  const { plan } = toChat({ stream: true, tools: [shell, patch, group] })

  function stream(...chunks: string[]) {
    const translator = new StreamTranslator(plan)
    return read([...chunks.flatMap((text) => translator.push(text)), ...translator.end()].join(''))
  }

  test('its events come in order, with their numbers', () => {
    const said = stream(
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'hm' }),
      chunk({ content: 'Look' }),
      chunk({ content: 'ing.' }),
      call(0, '{"n"', { id: 'c1', name: 'mcp__git__log' }),
      call(0, ':1}'),
      call(1, '{"input":"a\\nb"}', { id: 'c2', name: 'apply_patch' }),
      finish('tool_calls'),
      USAGE_CHUNK,
      DONE,
    )
    expect(said.map(({ event }) => event)).toEqual(said.map(({ data }) => data.type))
    expect(said.map(({ data }) => data.sequence_number)).toEqual(said.map((_, index) => index))
    expect(said.map(({ event }) => event)).toEqual([
      ...['response.created', 'response.in_progress'],
      ...['response.output_item.added', 'response.reasoning_summary_part.added'],
      ...['response.reasoning_summary_text.delta', 'response.reasoning_summary_text.done'],
      ...['response.reasoning_summary_part.done', 'response.output_item.done'],
      ...['response.output_item.added', 'response.content_part.added'],
      ...['response.output_text.delta', 'response.output_text.delta', 'response.output_text.done'],
      ...['response.content_part.done', 'response.output_item.done'],
      ...['response.output_item.added', 'response.function_call_arguments.delta'],
      ...['response.function_call_arguments.delta', 'response.function_call_arguments.done'],
      'response.output_item.done',
      ...['response.output_item.added', 'response.custom_tool_call_input.delta'],
      ...['response.custom_tool_call_input.done', 'response.output_item.done'],
      'response.completed',
    ])
    const { response } = said.at(-1)!.data
    expect(response).toMatchObject({
      object: 'response',
      status: 'completed',
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
        { type: 'message', content: [{ type: 'output_text', text: 'Looking.' }] },
        { type: 'function_call', call_id: 'c1', namespace: 'mcp__git', name: 'log', arguments: '{"n":1}' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'apply_patch', input: 'a\nb' },
      ],
      usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
    })
  })

  test('a limit makes it incomplete, and a cut fails it', () => {
    const short = stream(chunk({ content: 'a' }), finish('length'), DONE).at(-1)!
    expect(short.data.response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    })
    const cut = stream(chunk({ content: 'a' }))
    expect(cut.slice(-2).map(({ event }) => event)).toEqual(['response.failed', 'error'])
    expect(cut.at(-2)!.data.response).toMatchObject({
      status: 'failed',
      error: { message: expect.any(String) },
    })
  })

  test('a whole answer has the same items', () => {
    const answer = translateAnswer(plan, {
      choices: [{ message: { role: 'assistant', content: 'x', refusal: null }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 2 } },
    })
    expect(answer).toMatchObject({
      id: 'resp_req_1',
      status: 'completed',
      output: [
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'x', annotations: [] }],
        },
      ],
      usage: {
        input_tokens: 7,
        input_tokens_details: { cached_tokens: 2 },
        output_tokens: 3,
        total_tokens: 10,
      },
      tools: [shell, patch, group],
    })
  })

  test('signed thinking travels in an envelope that only its maker gets back', () => {
    const said = translateAnswer(toMessages({}).plan, {
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig' },
        { type: 'text', text: 'x' },
      ],
      stop_reason: 'end_turn',
    })
    expect((said.output as object[])[0]).toMatchObject({
      summary: [{ text: 'hm' }],
      encrypted_content: 'qwenctl.1.anthropic.signature.sig',
    })
  })
})
