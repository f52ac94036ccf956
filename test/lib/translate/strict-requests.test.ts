// Random conversations of clients, as services of all formats accept them: ids, names, schemas and the order of messages.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Format } from '../../../src/lib/provider/wire-format.ts'
import { translateRequest } from '../../../src/lib/translate/translate.ts'
import { chatFault } from '../../clients/agents/strict-chat.ts'
import { geminiFault } from '../../clients/agents/strict-gemini.ts'
import { messagesRequestFault } from '../../clients/agents/strict-messages.ts'
import { responsesFault } from '../../clients/agents/strict-responses.ts'
import { args, text } from './given-answers.ts'
import { context } from './given-translation.ts'

type Json = Record<string, unknown>

const formats = ['chat', 'messages', 'responses', 'gemini'] as const
const pairs = formats.flatMap((from) => formats.flatMap((to) => (from === to ? [] : [[from, to] as const])))

const headers = { 'anthropic-version': '2023-06-01', 'x-goog-api-key': 'k' }
const faults: Record<Format, (body: Json) => string | null> = {
  chat: chatFault,
  messages: (body) => messagesRequestFault(body, headers),
  responses: responsesFault,
  gemini: (body) => geminiFault(body, headers),
}

/** Ids as services make them: unique, numbered from the start in each turn, with odd characters, or long. */
const idStyles: Record<string, (turn: number, at: number) => string> = {
  unique: (turn, at) => `call_${turn}_${at}`,
  numbered: (_, at) => `functions.f:${at}`,
  odd: (turn, at) => `c|${turn} ${at}/ä`,
  long: (turn, at) => `${'x'.repeat(70)}${turn}${at}`,
}

const conversation = fc.record({
  system: fc.option(text, { nil: null }),
  idStyle: fc.constantFrom(...Object.keys(idStyles)),
  names: fc.constantFrom(['f', 'g'], ['a.b', 'n'.repeat(70)]),
  schema: fc.constantFrom(
    '{"type":"object"}',
    '{}',
    '{"type":"object","properties":{"2":{"type":"string"}}}',
  ),
  rounds: fc.array(
    fc.record({
      asked: text,
      thinking: fc.option(text, { nil: null }),
      said: fc.option(text, { nil: null }),
      calls: fc.array(fc.record({ tool: fc.nat({ max: 1 }), args, result: fc.option(text, { nil: '' }) }), {
        maxLength: 3,
      }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})
type Conversation = typeof conversation extends fc.Arbitrary<infer Value> ? Value : never
type Round = Conversation['rounds'][number]

/** A text that stays unquoted when the whole is written. */
class Raw {
  readonly text: string
  constructor(raw: string) {
    this.text = raw
  }
}

/** JSON with raw parts. */
function write(value: unknown): string {
  const raws: string[] = []
  const marked = JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Raw ? `@raw${raws.push(inner.text) - 1}@` : inner,
  )
  return marked.replaceAll(/"@raw(\d+)@"/g, (_, index: string) => raws[Number(index)]!)
}

function called({ calls }: Round, turn: number, { idStyle, names }: Conversation) {
  return calls.map(({ tool, args: input, result }, at) => ({
    id: idStyles[idStyle]!(turn, at),
    name: names[tool]!,
    input,
    result,
  }))
}

const writers: Record<Format, (given: Conversation) => string> = {
  chat: (given) =>
    write({
      model: 'm',
      tools: given.names.map((name) => ({
        type: 'function',
        function: { name, parameters: new Raw(given.schema) },
      })),
      messages: [
        ...(given.system === null ? [] : [{ role: 'system', content: given.system }]),
        ...given.rounds.flatMap((round, turn) => {
          const calls = called(round, turn, given)
          const tool_calls = calls.map(({ id, name, input }) => ({
            id,
            type: 'function',
            function: { name, arguments: input },
          }))
          return [
            { role: 'user', content: round.asked },
            {
              role: 'assistant',
              content: round.said ?? '',
              reasoning_content: round.thinking ?? '',
              ...(calls.length === 0 ? {} : { tool_calls }),
            },
            ...calls.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result })),
          ]
        }),
      ],
    }),
  messages: (given) =>
    write({
      model: 'm',
      max_tokens: 2000,
      ...(given.system === null ? {} : { system: given.system }),
      tools: given.names
        .map((name) => name.replaceAll('.', '_'))
        .map((name) => ({
          name,
          input_schema: new Raw(given.schema === '{}' ? '{"type":"object"}' : given.schema),
        })),
      messages: given.rounds.flatMap((round, turn) => {
        const calls = called(round, turn, { ...given, idStyle: 'unique' })
        const content = [
          ...(round.thinking === null
            ? []
            : [{ type: 'thinking', thinking: round.thinking, signature: 'SIGNED' }]),
          { type: 'text', text: round.said ?? 'so' },
          ...calls.map(({ id, name, input }) => ({
            type: 'tool_use',
            id,
            name: name.replaceAll('.', '_'),
            input: new Raw(input),
          })),
        ]
        const results = calls.map(({ id, result }) => ({
          type: 'tool_result',
          tool_use_id: id,
          content: result,
        }))
        return [
          { role: 'user', content: round.asked },
          { role: 'assistant', content },
          ...(results.length === 0 ? [] : [{ role: 'user', content: results }]),
        ]
      }),
    }),
  responses: (given) =>
    write({
      model: 'm',
      ...(given.system === null ? {} : { instructions: given.system }),
      tools: given.names.map((name) => ({
        type: 'function',
        name,
        parameters: new Raw(given.schema),
        strict: false,
      })),
      input: given.rounds.flatMap((round, turn) => {
        const calls = called(round, turn, given)
        return [
          { role: 'user', content: round.asked },
          ...(round.thinking === null
            ? []
            : [{ type: 'reasoning', summary: [{ type: 'summary_text', text: round.thinking }] }]),
          ...(round.said === null ? [] : [{ role: 'assistant', content: round.said }]),
          ...calls.map(({ id, name, input }) => ({
            type: 'function_call',
            call_id: id,
            name,
            arguments: input,
          })),
          ...calls.map(({ id, result }) => ({ type: 'function_call_output', call_id: id, output: result })),
        ]
      }),
    }),
  gemini: (given) =>
    write({
      ...(given.system === null ? {} : { systemInstruction: { parts: [{ text: given.system }] } }),
      tools: [
        {
          functionDeclarations: given.names.map((name) => ({
            name,
            parametersJsonSchema: new Raw(given.schema),
          })),
        },
      ],
      contents: given.rounds.flatMap((round, turn) => {
        const calls = called(round, turn, given)
        const parts = [
          ...(round.thinking === null ? [] : [{ text: round.thinking, thought: true }]),
          { text: round.said ?? 'so' },
          ...calls.map(({ name, input }) => ({ functionCall: { name, args: new Raw(input) } })),
        ]
        const results = calls.map(({ name, result }) => ({
          functionResponse: { name, response: { output: result } },
        }))
        return [
          { role: 'user', parts: [{ text: round.asked }] },
          { role: 'model', parts },
          ...(results.length === 0 ? [] : [{ role: 'user', parts: results }]),
        ]
      }),
    }),
}

describe.each(pairs)('a conversation of %s', (from, to) => {
  test(`is accepted by a service of ${to}`, () => {
    fc.assert(
      fc.property(conversation, (given) => {
        const { body } = translateRequest(from, to, writers[from](given), { ...context, model: 'm' })
        expect(faults[to](JSON.parse(body) as Json)).toBeNull()
      }),
      { numRuns: 80 },
    )
  })
})
