// Random answers, and how a service of each format sends them: whole, or as a stream.

import fc from 'fast-check'
import type { Format } from '../../../src/lib/provider/wire-format.ts'
import { DONE, START, USAGE, block, call, chunk, finish, frame, stop } from './streams/given-stream.ts'

export const text = fc
  .array(fc.constantFrom('a', '"', '\\', '\n', '{', ':', 'data: ', 'ä', '🦊'), { minLength: 1, maxLength: 6 })
  .map((parts) => `x${parts.join('')}`)
/** Arguments as a model writes them: long numbers, keys in its own order. */
export const args = fc
  .array(
    fc.tuple(
      fc.constantFrom('2', '1', 'b'),
      fc.constantFrom('12345678901234567890', '1.50', '"z"', '{"9":1,"8":2}'),
    ),
    {
      maxLength: 3,
    },
  )
  .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`)

export const answer = fc.record({
  thinking: fc.option(text, { nil: null }),
  text: fc.option(text, { nil: null }),
  calls: fc.array(fc.record({ name: fc.constantFrom('f', 'g'), args }), { maxLength: 3 }),
  /** The places at which a service cuts its texts and arguments. */
  cuts: fc.array(fc.nat(40), { maxLength: 6 }),
})
export type Answer = typeof answer extends fc.Arbitrary<infer Value> ? Value : never

/** Cuts a text between its characters. */
function cutText(value: string | null, cuts: readonly number[]): string[] {
  if (value === null) return []
  const characters = [...value]
  const places = [...new Set(cuts.map((cut) => cut % characters.length))].sort((one, other) => one - other)
  return [0, ...places]
    .map((from, index) => characters.slice(from, places[index] ?? characters.length).join(''))
    .filter((piece) => piece !== '')
}

/** The pieces of all calls, one of each call in turn, as a service sends parallel calls. */
function interleave(calls: Answer['calls'], cuts: readonly number[]): string[] {
  const pieces = calls.map(({ args: input }) => cutText(input, cuts))
  const longest = Math.max(0, ...pieces.map(({ length }) => length))
  return Array.from({ length: longest }, (_, turn) =>
    pieces.flatMap((own, index) => {
      if (turn >= own.length) return []
      const begin = turn === 0 ? { id: `call_${index}`, name: calls[index]!.name } : {}
      return [call(index, own[turn]!, begin)]
    }),
  ).flat()
}

const streams: Readonly<Record<Format, (answer: Answer) => string>> = {
  chat: ({ thinking, text: words, calls, cuts }) => {
    const said = [
      chunk({ role: 'assistant', content: '' }),
      ...cutText(thinking, cuts).map((piece) => chunk({ reasoning_content: piece })),
      ...cutText(words, cuts).map((piece) => chunk({ content: piece })),
      ...interleave(calls, cuts),
    ]
    return `${said.join('')}${finish(calls.length > 0 ? 'tool_calls' : 'stop', { usage: USAGE })}${DONE}`
  },
  messages: ({ thinking, text: words, calls, cuts }) => {
    const blocks: [begun: object, deltas: object[]][] = []
    if (thinking !== null)
      blocks.push([
        { type: 'thinking', thinking: '' },
        cutText(thinking, cuts).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
      ])
    if (words !== null)
      blocks.push([
        { type: 'text', text: '' },
        cutText(words, cuts).map((piece) => ({ type: 'text_delta', text: piece })),
      ])
    calls.forEach(({ name, args: input }, index) => {
      const deltas = cutText(input, cuts).map((piece) => ({ type: 'input_json_delta', partial_json: piece }))
      blocks.push([{ type: 'tool_use', id: `call_${index}`, name, input: {} }, deltas])
    })
    const said = blocks.map(([begun, deltas], index) => block(index, begun, ...deltas)).join('')
    return `${START}${said}${stop(calls.length > 0 ? 'tool_use' : 'end_turn')}`
  },
  responses: (given) => {
    const output = buildItems(given)
    const event = (type: string, data: object) => `event: ${type}\n${frame({ type, ...data })}`
    const items = output.flatMap((item, output_index) => {
      const delta = buildDelta(item)
      return [
        event('response.output_item.added', { output_index, item: { ...item, content: [], arguments: '' } }),
        ...cutText(delta?.text ?? null, given.cuts).map((piece) =>
          event(delta!.type, { output_index, content_index: 0, delta: piece }),
        ),
        event('response.output_item.done', { output_index, item }),
      ]
    })
    const response = { id: 'resp_1', object: 'response', model: 'm', output: [] }
    const usage = { input_tokens: 7, output_tokens: 3, total_tokens: 10 }
    const end = { response: { ...response, status: 'completed', output, usage } }
    return [event('response.created', { response }), ...items, event('response.completed', end)].join('')
  },
  gemini: ({ thinking, text: words, calls, cuts }) => {
    const parts = [
      ...cutText(thinking, cuts).map((piece) => JSON.stringify({ text: piece, thought: true })),
      ...cutText(words, cuts).map((piece) => JSON.stringify({ text: piece })),
      ...calls.map(({ name, args: input }) => `{"functionCall":{"name":"${name}","args":${input}}}`),
    ]
    const line = (candidate: string) => `data: {"candidates":[${candidate}],"modelVersion":"m"}\n\n`
    const said = parts.map((part) => line(`{"content":{"role":"model","parts":[${part}]},"index":0}`))
    return `${said.join('')}${line('{"content":{"parts":[{"text":""}]},"finishReason":"STOP","index":0}')}`
  },
}

function buildItems({ thinking, text: words, calls }: Answer) {
  return [
    ...(thinking === null
      ? []
      : [{ type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: thinking }] }]),
    ...(words === null
      ? []
      : [
          {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            content: [{ type: 'output_text', text: words }],
          },
        ]),
    ...calls.map(({ name, args: input }, index) => ({
      type: 'function_call',
      id: `fc_${index}`,
      call_id: `call_${index}`,
      name,
      arguments: input,
    })),
  ]
}

/** Reasoning comes with its end alone here: some services send no pieces of it. */
function buildDelta(item: ReturnType<typeof buildItems>[number]): { type: string; text: string } | null {
  if (item.type === 'message' && 'content' in item && item.content !== undefined)
    return { type: 'response.output_text.delta', text: item.content[0]!.text }
  return 'arguments' in item ? { type: 'response.function_call_arguments.delta', text: item.arguments } : null
}

const wholes: Readonly<Record<Format, (answer: Answer) => string>> = {
  chat: ({ thinking, text: words, calls }) => {
    const tool_calls = calls.map(({ name, args: input }, index) => ({
      id: `call_${index}`,
      type: 'function',
      function: { name, arguments: input },
    }))
    const message = { role: 'assistant', content: words, reasoning_content: thinking, tool_calls }
    return JSON.stringify({
      choices: [{ message, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }],
      usage: USAGE,
    })
  },
  messages: ({ thinking, text: words, calls }) => {
    const blocks = [
      ...(thinking === null ? [] : [JSON.stringify({ type: 'thinking', thinking })]),
      ...(words === null ? [] : [JSON.stringify({ type: 'text', text: words })]),
      ...calls.map(
        ({ name, args: input }, index) =>
          `{"type":"tool_use","id":"call_${index}","name":"${name}","input":${input}}`,
      ),
    ]
    return `{"content":[${blocks.join(',')}],"stop_reason":"${calls.length > 0 ? 'tool_use' : 'end_turn'}","usage":{"input_tokens":1,"output_tokens":2}}`
  },
  responses: (given) =>
    JSON.stringify({ id: 'resp_1', object: 'response', status: 'completed', output: buildItems(given) }),
  gemini: ({ thinking, text: words, calls }) => {
    const parts = [
      ...(thinking === null ? [] : [JSON.stringify({ text: thinking, thought: true })]),
      ...(words === null ? [] : [JSON.stringify({ text: words })]),
      ...calls.map(({ name, args: input }) => `{"functionCall":{"name":"${name}","args":${input}}}`),
    ]
    return `{"candidates":[{"content":{"role":"model","parts":[${parts.join(',')}]},"finishReason":"STOP"}]}`
  },
}

/** The stream of a service. */
export function writeStream(format: Format, given: Answer): string {
  return streams[format](given)
}

/** The whole answer of a service. */
export function writeWhole(format: Format, given: Answer): string {
  return wholes[format](given)
}
