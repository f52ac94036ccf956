import { expect } from 'vitest'
import { StreamTranslator, type TranslationPlan } from '../../../../src/lib/translate/translate.ts'

/** JSON that a test looks into. */
export type Parsed = ReturnType<typeof JSON.parse>

/** An event or chunk as a client's parser sees it. */
export interface Said {
  event: string | null
  /** Parsed; `[DONE]` stays text. */
  data: Parsed
}

/** The content that a client of either format reads, by a parser of the tests' own. */
export function read(text: string): Said[] {
  expect(text === '' || text.endsWith('\n\n')).toBe(true)
  return text
    .split('\n\n')
    .filter((frame) => frame !== '' && !frame.startsWith(':'))
    .map((frame) => {
      const lines = frame.split('\n')
      const data = lines.find((line) => line.startsWith('data: '))!.slice(6)
      const event = lines.find((line) => line.startsWith('event: '))?.slice(7) ?? null
      return { event, data: data === '[DONE]' ? data : JSON.parse(data) }
    })
}

export function translate(
  plan: TranslationPlan,
  upstream: string | (string | Uint8Array)[],
  end: { isCut?: boolean } = {},
) {
  const translator = new StreamTranslator(plan)
  const pieces = typeof upstream === 'string' ? [upstream] : upstream
  const out = pieces.flatMap((piece) => translator.push(piece))
  const text = [...out, ...translator.end(end)].join('')
  return { text, said: read(text), isComplete: translator.isComplete, hasFailed: translator.hasFailed }
}

export function frame(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

export const DONE = 'data: [DONE]\n\n'

/** A chunk of one choice. */
export function chunk(delta: object | null, fields: object = {}, choice: object = {}): string {
  const choices = [{ index: 0, delta, finish_reason: null, ...choice }]
  return frame({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'gpt-x', choices, ...fields })
}

export function finish(finish_reason: string, fields: object = {}): string {
  return chunk({}, fields, { finish_reason })
}

export const USAGE = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }
export const USAGE_CHUNK = frame({ id: 'c1', object: 'chat.completion.chunk', choices: [], usage: USAGE })

export function call(index: number, piece: string, begin: { id?: string; name?: string } = {}): string {
  const { id, name } = begin
  const named = name === undefined ? {} : { name }
  const called = {
    index,
    ...(id === undefined ? {} : { id, type: 'function' }),
    function: { ...named, arguments: piece },
  }
  return chunk({ tool_calls: [called] })
}

/** A named event. */
export function event(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

export const START = event('message_start', {
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 7, output_tokens: 1, cache_read_input_tokens: 4, service_tier: 'standard' },
  },
})

export function block(index: number, content: object, ...deltas: object[]): string {
  return [
    event('content_block_start', { index, content_block: content }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ].join('')
}

export function stop(stop_reason: string, fields: object = {}): string {
  const delta = { stop_reason, stop_sequence: null, ...fields }
  return event('message_delta', { delta, usage: { output_tokens: 3 } }) + event('message_stop')
}

/** The content of a message as its events say it, checked for their order: one block after the other. */
export function readContent(said: Said[]): { content: Parsed[]; end: Parsed; usage: Parsed } {
  const events = said.filter(({ event }) => event !== 'ping')
  for (const { event, data } of said) expect(data.type).toBe(event)
  expect(events[0]?.event).toBe('message_start')
  expect(events.slice(-2).map(({ event }) => event)).toEqual(['message_delta', 'message_stop'])
  const content: Parsed[] = []
  let open = false
  for (const { data } of events.slice(1, -2)) {
    if (data.type === 'content_block_start') {
      expect(open).toBe(false)
      expect(data.index).toBe(content.length)
      content.push({ ...data.content_block, json: '' })
    }
    expect(data.index).toBe(content.length - 1)
    open = data.type !== 'content_block_stop'
    if (data.type === 'content_block_delta') grow(content.at(-1), data.delta)
  }
  expect(open).toBe(false)
  const last = events.at(-2)!.data
  return { content: content.map(whole), end: last.delta, usage: last.usage }
}

function grow(block: Parsed, delta: Parsed): void {
  if (delta.type === 'text_delta') block.text += delta.text
  else if (delta.type === 'thinking_delta') block.thinking += delta.thinking
  else if (delta.type === 'signature_delta') block.signature += delta.signature
  else if (delta.type === 'input_json_delta') block.json += delta.partial_json
  else throw new Error(`unexpected delta ${delta.type}`)
}

function whole({ json, ...block }: Parsed): Parsed {
  return block.type === 'tool_use' && json !== '' ? { ...block, input: JSON.parse(json) } : block
}
