// A whole answer as the stream that its client asked for, in the same format. Some services answer a request for
// a stream with one JSON body.

import { isObject, type Json } from '../json-fields.ts'
import { writeResponseEvents } from './response-to-events.ts'

export interface EventsOptions {
  /** The client wants the usage of a chat completion. */
  tellsUsage: boolean
}

/**
 * Writes the events of a whole answer; null if it is no answer of a known format. The format shows in the answer
 * itself: chat completions, completions, Messages, Responses or Gemini.
 */
export function answerToEvents(answer: unknown, { tellsUsage }: EventsOptions): string | null {
  if (!isObject(answer)) return null
  if (Array.isArray(answer.choices)) return chunks(answer, answer.choices.filter(isObject), tellsUsage)
  if (answer.type === 'message' && Array.isArray(answer.content)) return messageEvents(answer)
  if (answer.object === 'response' && Array.isArray(answer.output)) return writeResponseEvents(answer)
  return Array.isArray(answer.candidates) ? data(answer) : null
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

function chunks(answer: Json, choices: Json[], tellsUsage: boolean): string {
  const { usage, choices: _, ...rest } = answer
  const isChat = choices.some(({ message }) => isObject(message))
  const base = { ...rest, object: isChat ? 'chat.completion.chunk' : rest.object }
  const told: Json[] = choices.flatMap((choice) =>
    (isChat ? chatPieces(choice) : [choice]).map((piece) => ({ ...base, choices: [piece] })),
  )
  if (tellsUsage && isObject(usage)) told.push({ ...base, choices: [], usage })
  return `${told.map(data).join('')}data: [DONE]\n\n`
}

/** The message as one delta, then its end. */
function chatPieces({ index = 0, message, finish_reason = 'stop', logprobs, ...rest }: Json): Json[] {
  const { tool_calls: calls, ...said } = isObject(message) ? message : {}
  const tools = Array.isArray(calls)
    ? { tool_calls: calls.map((call: unknown, at) => ({ index: at, ...(isObject(call) ? call : {}) })) }
    : {}
  return [
    {
      index,
      delta: { ...said, ...tools },
      finish_reason: null,
      ...(logprobs === undefined ? {} : { logprobs }),
    },
    { index, delta: {}, finish_reason, ...rest },
  ]
}

function event(value: Json & { type: string }): string {
  return `event: ${value.type}\n${data(value)}`
}

function messageEvents(answer: Json): string {
  const { content, stop_reason, stop_sequence, usage } = answer
  const message = { ...answer, content: [], stop_reason: null, stop_sequence: null }
  const blocks = (content as unknown[]).filter(isObject)
  return [
    event({ type: 'message_start', message }),
    ...blocks.flatMap((block, index) => blockEvents(block, index)),
    event({ type: 'message_delta', delta: { stop_reason, stop_sequence }, usage: usage ?? {} }),
    event({ type: 'message_stop' }),
  ].join('')
}

function blockEvents(block: Json, index: number): string[] {
  const { start, deltas } = splitBlock(block)
  return [
    event({ type: 'content_block_start', index, content_block: start }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
    event({ type: 'content_block_stop', index }),
  ]
}

/** A block as it begins, and what is added to it. */
function splitBlock(block: Json): { start: Json; deltas: Json[] } {
  const { type, text, thinking, signature, input, citations } = block
  if (type === 'text') {
    const cited = Array.isArray(citations) ? citations : []
    const deltas: Json[] = cited.map((citation: unknown) => ({ type: 'citations_delta', citation }))
    return {
      start: { ...block, text: '', ...(cited.length === 0 ? {} : { citations: [] }) },
      deltas: [{ type: 'text_delta', text }, ...deltas],
    }
  }
  if (type === 'thinking') {
    const signed = typeof signature === 'string' ? [{ type: 'signature_delta', signature }] : []
    return {
      start: { ...block, thinking: '', signature: '' },
      deltas: [{ type: 'thinking_delta', thinking }, ...signed],
    }
  }
  if (isObject(input))
    return {
      start: { ...block, input: {} },
      deltas: [{ type: 'input_json_delta', partial_json: JSON.stringify(input) }],
    }
  return { start: block, deltas: [] }
}
