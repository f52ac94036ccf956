// Sources of an answer in JSON: its text stays as it is, and clients with a place for sources get them there.

import { describe, expect, test } from 'vitest'
import type { Format } from '../../../src/lib/provider/wire-format.ts'
import { StreamTranslator, translateRequest } from '../../../src/lib/translate/translate.ts'
import { context, translateAnswer } from './given-translation.ts'

const FORM = '{"a":1}'
const cited = { url: 'https://a.example', title: 'A' }
const url_citation = { ...cited, start_index: 0, end_index: FORM.length }

const requests = {
  chat: {
    model: 'm',
    messages: [{ role: 'user', content: 'x' }],
    response_format: { type: 'json_object' },
  },
  responses: { model: 'm', input: 'x', text: { format: { type: 'json_object' } } },
  messages: {
    model: 'm',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'x' }],
    output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
  },
}

const answers = {
  chat: {
    choices: [
      {
        index: 0,
        message: { content: FORM, annotations: [{ type: 'url_citation', url_citation: cited }] },
        finish_reason: 'stop',
      },
    ],
  },
  messages: {
    content: [{ type: 'text', text: FORM, citations: [{ type: 'web_search_result_location', ...cited }] }],
    stop_reason: 'end_turn',
  },
  responses: {
    id: 'r',
    status: 'completed',
    output: [
      {
        type: 'message',
        content: [{ type: 'output_text', text: FORM, annotations: [{ type: 'url_citation', ...cited }] }],
      },
    ],
  },
}

const plan = (from: keyof typeof requests, to: Format, isStream = false) =>
  translateRequest(from, to, JSON.stringify({ ...requests[from], stream: isStream }), context).plan

describe.each([
  ['responses', 'chat'],
  ['responses', 'messages'],
  ['chat', 'messages'],
  ['chat', 'responses'],
] as const)('a client of %s, an account of %s', (from, to) => {
  test('the sources of a whole answer are annotations', () => {
    const text = JSON.stringify(translateAnswer(plan(from, to), answers[to]))
    const annotation =
      from === 'chat' ? { type: 'url_citation', url_citation } : { type: 'url_citation', ...url_citation }
    expect(text).toContain(`"annotations":[${JSON.stringify(annotation)}]`)
    expect(text).toContain(JSON.stringify(FORM))
    expect(text).not.toContain('Sources:')
  })
})

test('a client of Messages has no place for them', () => {
  const text = JSON.stringify(translateAnswer(plan('messages', 'chat'), answers.chat))
  expect(text).not.toContain('a.example')
})

test('a stream of Responses has an event for each source, before the end of its text', () => {
  const stream = new StreamTranslator(plan('responses', 'chat', true))
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`
  const { annotations } = answers.chat.choices[0]!.message
  const out = [chunk({ content: FORM }), chunk({ annotations }), chunk({}, 'stop'), 'data: [DONE]\n\n']
    .flatMap((event) => stream.push(event))
    .join('')
  const types = [...out.matchAll(/^event: (.*)$/gm)].map(([, type]) => type!)
  const at = types.indexOf('response.output_text.annotation.added')
  expect(at).toBeGreaterThan(types.indexOf('response.output_text.delta'))
  expect(at).toBeLessThan(types.indexOf('response.output_text.done'))
  expect(out.split(JSON.stringify({ type: 'url_citation', ...url_citation })).length).toBeGreaterThan(3)
})

test('a stream of chat completions has a chunk with the sources', () => {
  const stream = new StreamTranslator(plan('chat', 'messages', true))
  const events = [
    { type: 'message_start', message: {} },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: FORM } },
    { type: 'content_block_delta', index: 0, delta: { type: 'citations_delta', citation: cited } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { type: 'message_stop' },
  ]
  const out = events.flatMap((event) => stream.push(`data: ${JSON.stringify(event)}\n\n`)).join('')
  expect(out).toContain(`"delta":{"annotations":[${JSON.stringify({ type: 'url_citation', url_citation })}]}`)
})

test('a stream names a dropped call in a comment, because its header has gone', () => {
  const body = {
    model: 'm',
    stream: true,
    messages: [{ role: 'user', content: 'x' }],
    functions: [{ name: 'f', parameters: { type: 'object', properties: {} } }],
  }
  const { plan: asked } = translateRequest('chat', 'messages', JSON.stringify(body), context)
  const stream = new StreamTranslator(asked)
  const call = (index: number) => [
    {
      type: 'content_block_start',
      index,
      content_block: { type: 'tool_use', id: `t${index}`, name: 'f', input: {} },
    },
    { type: 'content_block_stop', index },
  ]
  const events = [{ type: 'message_start', message: {} }, ...call(0), ...call(1)]
  const out = events.flatMap((event) => stream.push(`data: ${JSON.stringify(event)}\n\n`)).join('')
  expect(out.match(/^: x-qwenctl-left-out: function_call$/gm)).toHaveLength(1)
})

test('a client of Gemini gets no comment, which its SDKs cannot read', () => {
  const body = { contents: [{ role: 'user', parts: [{ text: 'x' }] }] }
  const { plan: asked } = translateRequest('gemini', 'chat', JSON.stringify(body), {
    ...context,
    model: 'm',
    isStream: true,
  })
  const stream = new StreamTranslator({ ...asked, hasOnlyStubs: true })
  const call = { index: 0, id: 'c1', function: { name: 'f', arguments: '{}' } }
  const chunks = [
    { delta: { tool_calls: [call] } },
    { delta: { content: 'a' } },
    { delta: {}, finish_reason: 'stop' },
  ]
  const out = [...chunks.map((choice) => JSON.stringify({ choices: [{ index: 0, ...choice }] })), '[DONE]']
    .flatMap((data) => stream.push(`data: ${data}\n\n`))
    .join('')
  expect(out).toContain('"text":"a"')
  expect(out.split('\n').filter((line) => line !== '' && !line.startsWith('data: '))).toEqual([])
})
