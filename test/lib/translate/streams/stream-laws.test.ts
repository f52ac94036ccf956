import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StreamTranslator } from '../../../../src/lib/translate/translate.ts'
import {
  DONE,
  START,
  USAGE,
  block,
  call,
  chunk,
  readContent,
  event,
  finish,
  read,
  stop,
  translate,
} from './given-stream.ts'
import type { Parsed, Said } from './given-stream.ts'
import { PIXEL, makePlan, translateAnswer, translated } from '../given-translation.ts'

const toMessages = makePlan('anthropic', { isStream: true })
const toChat = makePlan('openai', { isStream: true })

// Text with what is special in JSON, UTF-8 and event streams.
const text = fc
  .array(fc.constantFrom('a', ' ', '"', '\\', '\n', '\r', '{', '}', ':', 'data: ', 'ä', '語', '🦊'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''))
const input = fc.dictionary(fc.constantFrom('a', 'b', 'ö'), fc.oneof(text, fc.integer(), fc.array(text)), {
  maxKeys: 3,
})

/** Cuts `value` at places that `cuts` chooses. */
function pieces(value: string, cuts: number[]): string[] {
  const at = [...new Set(cuts.map((cut) => cut % (value.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, index) => value.slice(from, at[index] ?? value.length))
}
const cuts = fc.array(fc.nat(200), { maxLength: 4 })

/** An answer of the kind that both formats can say: thinking, text, calls. */
const answer = fc.record({
  thinking: fc.option(text, { nil: null }),
  text: fc.option(text, { nil: null }),
  calls: fc.array(fc.record({ name: fc.constantFrom('f', 'g'), input }), { maxLength: 3 }),
  cuts,
  /** Which call says its next piece. */
  turns: fc.array(fc.nat(2), { maxLength: 12 }),
})
type Answer = typeof answer extends fc.Arbitrary<infer Value> ? Value : never

/** A stream, and the part of it that says that it is over. */
interface Stream {
  body: string
  end: string
}

function writeChunks({ thinking, text, calls, cuts, turns }: Answer): Stream {
  const said = pieces(thinking ?? '', cuts).map((piece) => chunk({ reasoning_content: piece }))
  said.push(...pieces(text ?? '', cuts).map((piece) => chunk({ content: piece })))
  const waiting = calls.map(({ name, input }, index) => {
    const begin = call(index, '', { id: `call_${index}`, name })
    return [begin, ...pieces(JSON.stringify(input), cuts).map((piece) => call(index, piece))]
  })
  const take = (index: number) => said.push(...(waiting[index]?.splice(0, 1) ?? []))
  for (const turn of turns) take(turn)
  waiting.forEach((rest) => said.push(...rest))
  const end = finish(calls.length > 0 ? 'tool_calls' : 'stop', { usage: USAGE })
  return { body: said.join(''), end: end + DONE }
}

function writeCompletion({ thinking, text, calls }: Answer): object {
  const tool_calls = calls.map(({ name, input }, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  const message = { role: 'assistant', content: text, reasoning_content: thinking, tool_calls }
  const choice = { index: 0, message, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }
  return { id: 'c1', model: 'gpt-x', choices: [choice], usage: USAGE }
}

/** The calls in the order in which a stream began them. */
function inOrder(answer: Answer): Answer {
  const began = [...new Set(answer.turns.filter((turn) => turn < answer.calls.length))]
  const order = [...began, ...answer.calls.keys()].filter((at, index, all) => all.indexOf(at) === index)
  return { ...answer, calls: order.map((at) => answer.calls[at]!) }
}

function writeEvents({ thinking, text, calls, cuts }: Answer): Stream {
  const blocks: ((index: number) => string)[] = []
  if (thinking !== null) {
    const deltas = pieces(thinking, cuts).map((piece) => ({ type: 'thinking_delta', thinking: piece }))
    const signed = { type: 'signature_delta', signature: 'sig' }
    blocks.push((index) => block(index, { type: 'thinking', thinking: '', signature: '' }, ...deltas, signed))
  }
  if (text !== null) {
    const deltas = pieces(text, cuts).map((piece) => ({ type: 'text_delta', text: piece }))
    blocks.push((index) => block(index, { type: 'text', text: '' }, ...deltas))
  }
  for (const [at, { name, input }] of calls.entries()) {
    const deltas = pieces(JSON.stringify(input), cuts).map((piece) => ({
      type: 'input_json_delta',
      partial_json: piece,
    }))
    blocks.push((index) => block(index, { type: 'tool_use', id: `t${at}`, name, input: {} }, ...deltas))
  }
  const said = blocks.map((say, index) => say(index)).join(event('ping'))
  return { body: START + said, end: stop(calls.length > 0 ? 'tool_use' : 'end_turn') }
}

function joinWhole({ body, end }: Stream): string {
  return body + end
}

/** The content that a client of chat completions has in the end. */
function gathered(said: Said[]): Parsed {
  const message: Parsed = { role: 'assistant', content: null, tool_calls: [] }
  let finish_reason: string | null = null
  for (const { data } of said) {
    const choice = data === '[DONE]' ? undefined : data.choices[0]
    if (choice === undefined) continue
    finish_reason = choice.finish_reason ?? finish_reason
    const { content, reasoning_content, reasoning_details, tool_calls } = choice.delta
    if (typeof content === 'string') message.content = (message.content ?? '') + content
    if (reasoning_content) message.reasoning_content = (message.reasoning_content ?? '') + reasoning_content
    if (reasoning_details)
      message.reasoning_details = [...(message.reasoning_details ?? []), ...reasoning_details]
    for (const { index, ...called } of tool_calls ?? []) {
      const known = (message.tool_calls[index] ??= {
        ...called,
        function: { ...called.function, arguments: '' },
      })
      known.function.arguments += called.function.arguments
    }
  }
  return { message, finish_reason }
}

function cutBytes(upstream: string, at: number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(upstream)
  const ends = [...new Set([...at.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  )
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

describe('a stream says the same as a whole answer', () => {
  test('chunks as a message', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const { said, isComplete } = translate(toMessages, joinWhole(writeChunks(given)))
        expect(isComplete).toBe(true)
        const { content, end, usage } = readContent(said)
        const whole: Parsed = translateAnswer(toMessages, writeCompletion(inOrder(given)))
        const anonymous = (blocks: Parsed[]) => blocks.map(({ id: _, ...rest }) => rest)
        expect(anonymous(content)).toEqual(anonymous(whole.content))
        expect(end.stop_reason).toBe(whole.stop_reason)
        expect(usage.output_tokens).toBe(whole.usage.output_tokens)
      }),
      { numRuns: 500 },
    )
  })

  test('a message as chunks', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const upstream = joinWhole(writeEvents(given))
        const { said, isComplete } = translate(toChat, upstream)
        expect(isComplete).toBe(true)
        // The message itself as a test's own client gathers it, translated whole.
        const { content, end } = readContent(read(upstream))
        const whole: Parsed = translateAnswer(toChat, { content, stop_reason: end.stop_reason })
        const { refusal: _, ...message } = whole.choices[0].message
        expect(gathered(said)).toEqual({
          message: { ...message, content: message.content ?? '', tool_calls: message.tool_calls ?? [] },
          finish_reason: whole.choices[0].finish_reason,
        })
      }),
    )
  })
})

describe('however the bytes are cut, the same is said', () => {
  test.each([
    ['chunks', toMessages, writeChunks],
    ['events', toChat, writeEvents],
  ] as const)('%s', (_, plan, streamOf) => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(5000), { maxLength: 12 }), fc.boolean(), (given, at, isCrLf) => {
        const upstream = joinWhole(streamOf(given))
        const sent = isCrLf ? upstream.replaceAll('\n', '\r\n') : upstream
        expect(translate(plan, cutBytes(sent, at)).text).toBe(translate(plan, upstream).text)
      }),
    )
  })

  test.each([
    ['chunks', toMessages, writeChunks],
    ['events', toChat, writeEvents],
  ] as const)('%s, at every byte of one stream', (_, plan, streamOf) => {
    const given: Answer = {
      thinking: 'ü',
      text: '🦊 "x"',
      calls: [{ name: 'f', input: { a: 'ö' } }],
      cuts: [1],
      turns: [],
    }
    const upstream = joinWhole(streamOf(given)).replaceAll('\n', '\r\n')
    const whole = translate(plan, upstream).text
    const bytes = new TextEncoder().encode(upstream)
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(translate(plan, [bytes.subarray(0, at), bytes.subarray(at)]).text).toBe(whole)
    }
    expect(
      translate(
        plan,
        [...bytes].map((byte) => Uint8Array.of(byte)),
      ).text,
    ).toBe(whole)
  })
})

describe('a stream cut short never looks complete', () => {
  test.each([
    ['chunks', toMessages, writeChunks, 'message_stop'],
    ['events', toChat, writeEvents, '[DONE]'],
  ] as const)('%s', (_, plan, streamOf, end) => {
    fc.assert(
      fc.property(answer, fc.nat(), fc.boolean(), (given, cut, isCut) => {
        const bytes = new TextEncoder().encode(streamOf(given).body)
        const translator = new StreamTranslator(plan)
        const begun = translator.push(bytes.subarray(0, cut % (bytes.length + 1)))
        const text = [...begun, ...translator.end({ isCut })].join('')
        expect(translator.isComplete).toBe(false)
        expect(text).not.toContain(end)
        expect(text).not.toContain('"finish_reason":"')
        const errors = read(text).filter(({ data }) => data.error !== undefined)
        expect(errors).toHaveLength(1)
      }),
    )
  })
})

describe('there and back again', () => {
  // Anthropic refuses blank texts, so they do not return.
  const words = text.filter((said) => said.trim() !== '')
  const part = fc.oneof(
    words.map((said) => ({ type: 'text', text: said })),
    fc.constant({ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }),
    fc.constant({ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }),
    fc.constant({
      type: 'file',
      file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
    }),
  )
  const user = fc
    .oneof(words, fc.array(part, { minLength: 2, maxLength: 4 }))
    .map((content) => ({ role: 'user', content }))
  const round = fc
    .record({
      calls: fc.array(fc.record({ name: fc.constantFrom('f', 'g'), input }), { minLength: 1, maxLength: 3 }),
      said: words,
    })
    .map(({ calls, said }) => (turn: number) => [
      {
        role: 'assistant',
        content: said,
        tool_calls: calls.map(({ name, input }, index) => ({
          id: `call_${turn}_${index}`,
          type: 'function',
          function: { name, arguments: JSON.stringify(input) },
        })),
      },
      ...calls.map((_, index) => ({ role: 'tool', tool_call_id: `call_${turn}_${index}`, content: said })),
    ])
  const plain = words.map((content) => () => [{ role: 'assistant', content }])
  const tool = fc.constantFrom('f', 'g').map((name) => ({
    type: 'function',
    function: { name, description: 'd', parameters: { type: 'object', properties: {} } },
  }))

  test('a chat as Messages and as a chat again is the same chat', () => {
    const body = fc.record({
      system: words,
      turns: fc.array(fc.tuple(user, fc.oneof(round, plain)), { maxLength: 3 }),
      last: user,
      tools: fc.uniqueArray(tool, { minLength: 1, maxLength: 2, selector: (one) => one.function.name }),
      tool_choice: fc.constantFrom('auto', 'none', 'required', { type: 'function', function: { name: 'f' } }),
      isSerial: fc.boolean(),
    })
    fc.assert(
      fc.property(body, ({ system, turns, last, tools, tool_choice, isSerial }) => {
        const chat = {
          model: 'm',
          messages: [
            { role: 'system', content: system },
            ...turns.flatMap(([asked, answered], turn) => [asked, ...answered(turn)]),
            last,
          ],
          max_tokens: 100,
          temperature: 0.5,
          stop: ['a', 'b'],
          tools,
          tool_choice,
          ...(isSerial && tool_choice !== 'none' ? { parallel_tool_calls: false } : {}),
          user: 'u',
        }
        const there = translated('openai', chat)
        expect(translated('anthropic', there)).toEqual(chat)
      }),
    )
  })
})
