// Laws of every pair of formats, for random requests and answers and every cut of a stream.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Format } from '../../../src/lib/provider/wire-format.ts'
import { StreamTranslator, translateAnswer, translateRequest } from '../../../src/lib/translate/translate.ts'
import { answer, args, writeStream, text, writeWhole } from './given-answers.ts'
import { read } from './streams/given-stream.ts'
import type { Parsed, Said } from './streams/given-stream.ts'
import { context } from './given-translation.ts'

const clients = ['chat', 'messages', 'responses', 'gemini'] as const
const pairs = clients.flatMap((from) => clients.map((to) => [from, to] as const))

/** The thinking, text and calls that a client reads from a whole answer. */
const readers: Record<Format, (body: Parsed) => object> = {
  chat: ({ choices: [{ message }] }) => ({
    thinking: message.reasoning_content ?? '',
    text: message.content ?? '',
    calls: (message.tool_calls ?? []).map(({ function: called }: Parsed) => [
      called.name,
      JSON.parse(called.arguments),
    ]),
  }),
  messages: ({ content }) => ({
    thinking: join(content, (one) => one.thinking),
    text: join(content, (one) => one.text),
    calls: content.flatMap((one: Parsed) => (one.type === 'tool_use' ? [[one.name, one.input]] : [])),
  }),
  responses: ({ output }) => ({
    thinking: join(output, (one) => one.summary?.[0]?.text),
    text: join(output, (one) => one.content?.[0]?.text),
    calls: output.flatMap((one: Parsed) =>
      one.type === 'function_call' ? [[one.name, JSON.parse(one.arguments)]] : [],
    ),
  }),
  gemini: ({ candidates: [{ content }] }) => ({
    thinking: join(content.parts, (one) => (one.thought ? one.text : '')),
    text: join(content.parts, (one) => (one.thought ? '' : one.text)),
    calls: content.parts.flatMap(({ functionCall: called }: Parsed) =>
      called ? [[called.name, called.args]] : [],
    ),
  }),
}

function join(list: Parsed[], pick: (one: Parsed) => string | undefined): string {
  return list.map((one) => pick(one) ?? '').join('')
}

/** The whole answer that the events of a stream add up to. */
const collectors: Record<Format, (said: Said[]) => object> = {
  chat(said) {
    const message: Parsed = { content: '', reasoning_content: '', tool_calls: [] }
    for (const { data } of said) {
      const delta = data.choices?.[0]?.delta ?? {}
      message.content += delta.content ?? ''
      message.reasoning_content += delta.reasoning_content ?? ''
      for (const one of delta.tool_calls ?? []) {
        const known = (message.tool_calls[one.index] ??= {
          function: { name: one.function.name, arguments: '' },
        })
        known.function.arguments += one.function.arguments
      }
    }
    return readers.chat({ choices: [{ message }] })
  },
  messages(said) {
    const content: Parsed[] = []
    for (const { data } of said) {
      if (data.type === 'content_block_start') content[data.index] = { ...data.content_block, json: '' }
      const one = content[data.index]
      const { text = '', thinking = '', partial_json = '' } = data.delta ?? {}
      if (one?.type === 'text') one.text += text
      if (one?.type === 'thinking') one.thinking += thinking
      if (one !== undefined) one.json += partial_json
    }
    return readers.messages({
      content: content.map((one) =>
        one.type === 'tool_use' ? { ...one, input: JSON.parse(one.json || '{}') } : one,
      ),
    })
  },
  responses: (said) => readers.responses(said.at(-1)!.data.response),
  gemini: (said) =>
    readers.gemini({
      candidates: [{ content: { parts: said.flatMap(({ data }) => data.candidates[0].content.parts) } }],
    }),
}

const asked: Record<Format, object> = {
  chat: { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
  messages: { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] },
  responses: { model: 'm', input: 'hi' },
  gemini: {
    contents: [{ parts: [{ text: 'hi' }] }],
    generationConfig: { thinkingConfig: { includeThoughts: true } },
  },
}

const makePlan = (from: Format, to: Format, isStream: boolean) =>
  translateRequest(from, to, JSON.stringify(asked[from]), { ...context, model: 'm', isStream }).plan

/** Whether a format has arguments as a text, not as an object. */
const isTextIn = (format: Format) => format === 'chat' || format === 'responses'

describe.each(pairs)('an answer for a client of %s from %s', (from, to) => {
  test('loses nothing, whole or streamed, at every cut', () => {
    const [whole, streamed] = [makePlan(from, to, false), makePlan(from, to, true)]
    fc.assert(
      fc.property(answer, fc.nat(), fc.nat(), (given, first, second) => {
        const calls = given.calls.map(({ name, args }) => [name, JSON.parse(args) as unknown])
        const wanted = { thinking: given.thinking ?? '', text: given.text ?? '', calls }
        expect(readers[from](JSON.parse(translateAnswer(whole, writeWhole(to, given))))).toEqual(wanted)
        const bytes = new TextEncoder().encode(writeStream(to, given))
        const [low = 0, high = 0] = [first % bytes.length, second % bytes.length].sort((a, b) => a - b)
        const translator = new StreamTranslator(streamed)
        const parts = [bytes.subarray(0, low), bytes.subarray(low, high), bytes.subarray(high)]
        const out = [...parts.flatMap((part) => translator.push(part)), ...translator.end()].join('')
        expect(translator.isComplete).toBe(true)
        const said = read(out).filter(({ data }) => data !== '[DONE]')
        expect(collectors[from](said)).toEqual(wanted)
        if (from !== 'responses') return
        expect(said.map(({ data }) => data.sequence_number)).toEqual(said.map((_, index) => index))
      }),
      { numRuns: 60 },
    )
  })

  test('is the same at every cut of its bytes', () => {
    const calls = [
      { name: 'f' as const, args: '{"b":"z","a":{"9":1}}' },
      { name: 'g' as const, args: '{}' },
    ]
    const given = { thinking: 'x🦊', text: 'xä"\n', calls, cuts: [1, 3, 7] }
    const plan = makePlan(from, to, true)
    const bytes = new TextEncoder().encode(writeStream(to, given))
    const translate = (at: number) => {
      const translator = new StreamTranslator(plan)
      const parts = [bytes.subarray(0, at), bytes.subarray(at)]
      return [...parts.flatMap((part) => translator.push(part)), ...translator.end()].join('')
    }
    const whole = translate(0)
    for (let at = 1; at < bytes.length; at += 1) if (translate(at) !== whole) expect.fail(`cut at ${at}`)
  })

  test('that is cut is complete, or an error', () => {
    const plan = makePlan(from, to, true)
    fc.assert(
      fc.property(answer, fc.nat(), (given, at) => {
        const bytes = new TextEncoder().encode(writeStream(to, given))
        const translator = new StreamTranslator(plan)
        const out = [
          ...translator.push(bytes.subarray(0, at % bytes.length)),
          ...translator.end({ isCut: true }),
        ]
        const said = read(out.join(''))
        expect(translator.isComplete).toBe(!translator.hasFailed)
        const isError = ({ event, data }: Said) =>
          event === 'error' || Boolean(data.error) || data.type === 'error'
        expect(said.some(isError)).toBe(translator.hasFailed)
        if (translator.hasFailed) expect(said.some(({ data }) => isEnd(data))).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  test('keeps the arguments of calls as the model wrote them', () => {
    const given = {
      thinking: null,
      text: null,
      calls: [{ name: 'f' as const, args: '{"2":12345678901234567890,"1":1.50}' }],
      cuts: [],
    }
    const out = translateAnswer(makePlan(from, to, false), writeWhole(to, given))
    expect(out).toContain(
      isTextIn(from) ? JSON.stringify(given.calls[0]!.args).slice(1, -1) : given.calls[0]!.args,
    )
  })
})

/** Whether a client takes an event for the end of a whole answer. */
function isEnd(data: Parsed): boolean {
  if (data === '[DONE]' || data.type === 'message_stop' || data.type === 'response.completed') return true
  return Boolean(data.choices?.[0]?.finish_reason ?? data.candidates?.[0]?.finishReason)
}

const rounds = fc.array(
  fc.record({
    asked: text,
    said: text,
    calls: fc.array(fc.record({ name: fc.constantFrom('f', 'g'), args, result: text }), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 3 },
)
type Rounds = typeof rounds extends fc.Arbitrary<infer Value> ? Value : never

/** A conversation in the client's format, as JSON. */
const conversations: Record<Format, (rounds: Rounds) => string> = {
  chat: (list) =>
    `{"model":"m","messages":[${list
      .flatMap(({ asked, said, calls }, turn) => [
        JSON.stringify({ role: 'user', content: asked }),
        JSON.stringify({
          role: 'assistant',
          content: said,
          ...(calls.length === 0
            ? {}
            : {
                tool_calls: calls.map(({ name, args }, at) => ({
                  id: `c${turn}_${at}`,
                  type: 'function',
                  function: { name, arguments: args },
                })),
              }),
        }),
        ...calls.map(({ result }, at) =>
          JSON.stringify({ role: 'tool', tool_call_id: `c${turn}_${at}`, content: result }),
        ),
      ])
      .join(',')}]}`,
  messages: (list) =>
    `{"model":"m","max_tokens":9,"messages":[${list
      .flatMap(({ asked, said, calls }, turn) => [
        JSON.stringify({ role: 'user', content: asked }),
        `{"role":"assistant","content":[${[JSON.stringify({ type: 'text', text: said }), ...calls.map(({ name, args }, at) => `{"type":"tool_use","id":"c${turn}_${at}","name":"${name}","input":${args}}`)].join(',')}]}`,
        ...(calls.length === 0
          ? []
          : [
              JSON.stringify({
                role: 'user',
                content: calls.map(({ result }, at) => ({
                  type: 'tool_result',
                  tool_use_id: `c${turn}_${at}`,
                  content: result,
                })),
              }),
            ]),
      ])
      .join(',')}]}`,
  responses: (list) =>
    JSON.stringify({
      model: 'm',
      input: list.flatMap(({ asked, said, calls }, turn) => [
        { role: 'user', content: asked },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: said }] },
        ...calls.map(({ name, args }, at) => ({
          type: 'function_call',
          call_id: `c${turn}_${at}`,
          name,
          arguments: args,
        })),
        ...calls.map(({ result }, at) => ({
          type: 'function_call_output',
          call_id: `c${turn}_${at}`,
          output: result,
        })),
      ]),
    }),
  gemini: (list) =>
    `{"contents":[${list
      .flatMap(({ asked, said, calls }) => [
        JSON.stringify({ role: 'user', parts: [{ text: asked }] }),
        `{"role":"model","parts":[${[JSON.stringify({ text: said }), ...calls.map(({ name, args }) => `{"functionCall":{"name":"${name}","args":${args}}}`)].join(',')}]}`,
        ...(calls.length === 0
          ? []
          : [
              JSON.stringify({
                role: 'user',
                parts: calls.map(({ name, result }) => ({
                  functionResponse: { name, response: { output: result } },
                })),
              }),
            ]),
      ])
      .join(',')}]}`,
}

describe.each(pairs.filter(([from, to]) => from !== to))('a request of %s on %s', (from, to) => {
  test('says everything, with arguments as they were written', () => {
    fc.assert(
      fc.property(rounds, (list) => {
        const { body } = translateRequest(from, to, conversations[from](list), { ...context, model: 'm' })
        const strings = JSON.stringify(JSON.parse(body))
        for (const { asked, said, calls } of list) {
          for (const words of [asked, said, ...calls.map(({ result }) => result)])
            expect(strings).toContain(JSON.stringify(words).slice(1, -1))
          for (const { args } of calls)
            expect(body).toContain(isTextIn(to) ? JSON.stringify(args).slice(1, -1) : args)
        }
      }),
      { numRuns: 60 },
    )
  })
})
