// Reads a response of the Responses API: whole, or event by event. Shapes:
// https://platform.openai.com/docs/api-reference/responses-streaming (2026-11).

import { isGiven, isObject, isText, quoteValue, type FieldRules, type Json } from '../json-fields.ts'
import type { AnswerListener, AnswerReader, StopReason } from '../neutral/answer.ts'
import type { TranslationPlan } from '../plan.ts'
import { noTokens, readResponseTokens } from '../usage.ts'
import { unreadable } from '../errors/unreadable.ts'
import { ItemEmitter } from './emit-items.ts'

/** The items of an answer, by their type. */
export const answerRules: FieldRules = {
  message: 'taken',
  reasoning: 'taken',
  function_call: 'taken',
  custom_tool_call: 'taken',
  image_generation_call: 'taken',
  web_search_call: 'dropped',
  file_search_call: { refused: 'only OpenAI runs tools itself, and the request asked for none' },
}

const incomplete: ReadonlyMap<unknown, StopReason> = new Map([
  ['max_output_tokens', 'length'],
  ['max_tokens', 'length'],
  ['content_filter', 'filter'],
])

/** The kind of text that an event has a piece of. */
const deltas: ReadonlyMap<unknown, 'text' | 'refusal' | 'thinking' | 'call'> = new Map([
  ['response.output_text.delta', 'text'],
  ['response.refusal.delta', 'refusal'],
  ['response.reasoning_summary_text.delta', 'thinking'],
  ['response.reasoning_text.delta', 'thinking'],
  ['response.function_call_arguments.delta', 'call'],
  ['response.custom_tool_call_input.delta', 'call'],
])

/** LM Studio sends the whole text at its end alone (https://github.com/BerriAI/litellm/issues/25321, 2026-11). */
const ends: ReadonlyMap<unknown, { kind: 'text' | 'refusal' | 'call'; field: string }> = new Map([
  ['response.output_text.done', { kind: 'text', field: 'text' }],
  ['response.refusal.done', { kind: 'refusal', field: 'refusal' }],
  ['response.function_call_arguments.done', { kind: 'call', field: 'arguments' }],
  ['response.custom_tool_call_input.done', { kind: 'call', field: 'input' }],
])

export class ResponsesReader implements AnswerReader {
  isOpen = false
  readonly #listener: AnswerListener
  readonly #emitter: ItemEmitter
  #isComplete = false

  constructor(listener: AnswerListener, plan: Pick<TranslationPlan, 'hasForm'>) {
    this.#listener = listener
    this.#emitter = new ItemEmitter(listener, plan)
  }

  readWhole(body: unknown): void {
    const response = isObject(body) ? body : {}
    if (!Array.isArray(response.output)) throw unreadable('it has no output')
    this.#complete(response)
  }

  take(event: Json): void {
    const { type, output_index: index, item, response } = event
    const ended = ends.get(type)
    if (ended !== undefined) {
      const { kind: kindOf, field } = ended
      if (isText(event[field])) this.#emitter.endText(index, kindOf, partIndex(event), event[field])
      return
    }
    const kind = deltas.get(type)
    if (kind !== undefined) {
      if (isText(event.delta)) this.#emitter.addText(index, kind, partIndex(event), event.delta)
      return
    }
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
        return this.#start(response)
      case 'response.output_item.added':
        this.#start(null)
        return this.#emitter.add(index, isObject(item) ? item : {})
      case 'response.output_item.done':
        return this.#emitter.end(index, isObject(item) ? item : {})
      case 'response.completed':
      case 'response.incomplete':
      case 'response.done':
        return this.#complete(isObject(response) ? response : {})
      default: // OpenAI may add events; the items at the end have all that they say.
    }
  }

  end(): boolean {
    return this.#isComplete
  }

  #start(response: unknown): void {
    if (this.isOpen) return
    this.isOpen = true
    const { id, model, service_tier: tier } = isObject(response) ? response : {}
    const asText = (value: unknown) => (isText(value) ? value : null)
    this.#listener.start({ id: asText(id), model: asText(model), tier: asText(tier) })
  }

  #complete(response: Json): void {
    if (this.#isComplete) return
    const { status, error, incomplete_details: details, usage } = response
    if (status === 'failed' || status === 'cancelled')
      throw unreadable(`it ${status}: ${isObject(error) ? String(error.message) : 'without a reason'}`)
    this.#start(response)
    this.#emitter.complete(Array.isArray(response.output) ? (response.output as unknown[]) : [])
    this.#isComplete = true
    const why = findReason(status, details)
    this.#listener.finish({
      reason: why ?? this.#emitter.reason,
      sequence: null,
      explanation: null,
      tokens: isObject(usage) ? readResponseTokens(usage) : noTokens,
      hasUsage: isObject(usage),
    })
  }
}

/** Half an answer must not look complete. Undefined: it is whole. */
function findReason(status: unknown, details: unknown): StopReason | undefined {
  const why = isObject(details) ? details.reason : undefined
  const reason = incomplete.get(why)
  if (status !== 'incomplete' || reason !== undefined) return reason
  if (isGiven(why)) throw unreadable(`it is incomplete: ${quoteValue(why)}`)
  return 'length'
}

function partIndex({ content_index: content, summary_index: summary }: Json): number {
  const index = content ?? summary
  return typeof index === 'number' ? index : 0
}
