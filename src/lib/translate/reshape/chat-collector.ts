import { isObject, type Json } from '../json-fields.ts'
import type { Collector } from './collector.ts'
import { lookUp } from '../../base/text/look-up.ts'

interface Choice extends Json {
  index: number
}

/** Puts the chunks of chat completions and of completions together. */
export class ChatCollector implements Collector {
  #answer: Json | null = null
  readonly #choices = new Map<number, Choice>()
  #isChat = false

  take({ choices, usage, ...rest }: Json): void {
    this.#answer = { ...rest, ...this.#answer }
    if (isObject(usage)) this.#answer.usage = usage
    if (!Array.isArray(choices)) return
    for (const choice of choices.filter(isObject)) this.#add(choice)
  }

  #add({ index = 0, delta, text, finish_reason, logprobs, ...rest }: Json): void {
    const at = typeof index === 'number' ? index : 0
    const choice = this.#choices.get(at) ?? { index: at, finish_reason: null }
    this.#choices.set(at, Object.assign(choice, rest))
    if (isObject(delta)) {
      this.#isChat = true
      choice.message = mergeDelta(isObject(choice.message) ? choice.message : { role: 'assistant' }, delta)
    }
    if (typeof text === 'string') choice.text = `${typeof choice.text === 'string' ? choice.text : ''}${text}`
    if (typeof finish_reason === 'string' && finish_reason !== '') choice.finish_reason = finish_reason
    if (isObject(logprobs))
      choice.logprobs = merge(isObject(choice.logprobs) ? choice.logprobs : {}, logprobs)
  }

  whole(): Json | null {
    if (this.#answer === null) return null
    const choices = [...this.#choices.values()].toSorted((a, b) => a.index - b.index)
    for (const { message } of choices) if (isObject(message)) message.content ??= null
    return { ...this.#answer, ...(this.#isChat ? { object: 'chat.completion' } : {}), choices }
  }
}

/** Services repeat these in every chunk. */
const fixed: ReadonlySet<string> = new Set(['role', 'id', 'type', 'name'])

function mergeDelta(message: Json, { tool_calls: calls, ...delta }: Json): Json {
  const merged = merge(message, delta)
  if (!Array.isArray(calls)) return merged
  const known = Array.isArray(merged.tool_calls) ? (merged.tool_calls as Json[]) : []
  for (const call of calls.filter(isObject)) addCall(known, call)
  merged.tool_calls = known
  return merged
}

const indexes = new WeakMap<Json, unknown>()

/** A piece without an index belongs to the last call, unless it has an id of its own. */
function addCall(known: Json[], { index, ...piece }: Json): void {
  const last = known.at(-1)
  const isNew = typeof piece.id === 'string' && piece.id !== '' && piece.id !== last?.id
  const found =
    typeof index === 'number'
      ? known.find((call) => indexes.get(call) === index && !(isNew && hasArguments(call)))
      : isNew
        ? undefined
        : last
  const call = found ?? { type: 'function' }
  if (found === undefined) {
    known.push(call)
    indexes.set(call, index)
  }
  Object.assign(call, merge(call, piece))
}

function hasArguments(call: Json): boolean {
  return (
    isObject(call.function) && typeof call.function.arguments === 'string' && call.function.arguments !== ''
  )
}

/** Texts grow, lists grow, objects merge; anything else is replaced. */
function merge(before: Json, more: Json): Json {
  const added = Object.entries(more).map(
    ([name, value]) => [name, mergeValue(name, lookUp(before, name), value)] as const,
  )
  return { ...before, ...Object.fromEntries(added) }
}

function mergeValue(name: string, before: unknown, value: unknown): unknown {
  if (value === null || value === undefined) return before ?? value
  if (typeof before === 'string' && typeof value === 'string') {
    if (fixed.has(name)) return before === '' ? value : before
    return before + value
  }
  if (Array.isArray(before) && Array.isArray(value))
    return [...(before as unknown[]), ...(value as unknown[])]
  return isPlainObject(before) && isPlainObject(value) ? merge(before, value) : value
}

/** A number with its digits kept is an object without a prototype. */
function isPlainObject(value: unknown): value is Json {
  return isObject(value) && Object.getPrototypeOf(value) !== null
}
