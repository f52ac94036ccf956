import { QwenctlError } from '../base/errors.ts'
import { isObject, isText, type Json, quoted } from './json-fields.ts'
import type { TranslationPlan } from './plan.ts'
import { isBrokenOff, messageEnd, messageTier } from './stop-reasons.ts'
import { messageUsage, noTokens, tokensOfChat } from './usage.ts'

/** Translates a chat completion to a message. Throws `upstream_unavailable` for a body that is no answer. */
export function translateCompletion(plan: TranslationPlan, body: unknown): Json {
  const completion = isObject(body) ? body : {}
  const choices: unknown[] = Array.isArray(completion.choices) ? completion.choices : []
  const choice = choices.find((one) => isObject(one) && (one.index ?? 0) === 0)
  if (!isObject(choice) || !isObject(choice.message)) throw unreadable('it has no message')
  if (isBrokenOff(choice.finish_reason))
    throw unreadable(`it broke off, and says ${quoted(choice.finish_reason)}`)
  const { message } = choice
  const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as unknown[]) : []
  const isRefused = isText(message.refusal)
  const usage = isObject(completion.usage) ? tokensOfChat(completion.usage) : noTokens
  return {
    ...messageHead(plan, completion),
    content: [
      ...(plan.showsThinking ? translateThoughts(message) : []),
      ...translateContent(message.content),
      ...(isRefused ? [textBlock(message.refusal as string)] : []),
      ...calls.map((call, index) => toolUse(call, plan, index)),
    ],
    ...messageEnd(choice, { stops: plan.stops, hasCalls: calls.length > 0, isRefused }),
    stop_details: null,
    usage: fullUsage(messageUsage(usage), completion.service_tier),
  }
}

/** The fields of a message before its content. */
export function messageHead(plan: TranslationPlan, completion: Json): Json {
  return {
    id: isText(completion.id) ? completion.id : `msg_${plan.requestId}`,
    type: 'message',
    role: 'assistant',
    model: isText(completion.model) ? completion.model : plan.model,
    container: null,
  }
}

export function fullUsage(usage: Json, tier: unknown): Json {
  return { ...usage, cache_creation: null, inference_geo: null, service_tier: messageTier(tier), speed: null }
}

/** An id for a tool call without one. */
export function callId(plan: TranslationPlan, index: number): string {
  return `call_${plan.requestId.replaceAll(/[^a-zA-Z0-9_-]/g, '_')}_${index}`
}

/**
 * Thinking, from `reasoning_content` (DeepSeek, Qwen), `reasoning` (Groq, vLLM), the signed pieces of
 * `reasoning_details` (OpenRouter), or parts of the content (Mistral). Only Anthropic signs.
 */
function translateThoughts(message: Json): Json[] {
  const details: unknown[] = Array.isArray(message.reasoning_details) ? message.reasoning_details : []
  const signed = details.flatMap(thoughtOfDetail)
  if (signed.length > 0) return signed
  if (isText(message.reasoning_content)) return [thinkingBlock(message.reasoning_content)]
  if (isText(message.reasoning)) return [thinkingBlock(message.reasoning)]
  const parts: unknown[] = Array.isArray(message.content) ? message.content : []
  return parts.flatMap((part) => {
    const text = isObject(part) && part.type === 'thinking' ? plainText(part.thinking) : ''
    return text === '' ? [] : [thinkingBlock(text)]
  })
}

function thoughtOfDetail(detail: unknown): Json[] {
  if (!isObject(detail)) return []
  if (detail.type === 'reasoning.encrypted' && isText(detail.data))
    return [{ type: 'redacted_thinking', data: detail.data }]
  const text = detail.type === 'reasoning.text' ? detail.text : detail.summary
  if (!isText(text)) return []
  return [thinkingBlock(text, isText(detail.signature) ? detail.signature : '')]
}

function thinkingBlock(thinking: string, signature = ''): Json {
  return { type: 'thinking', thinking, signature }
}

/** A text, or the texts of a list of parts, as in Mistral's thinking. */
export function plainText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return (content as unknown[])
    .map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : ''))
    .join('')
}

function translateContent(content: unknown): Json[] {
  const text = plainText(content)
  return text === '' ? [] : [textBlock(text)]
}

function textBlock(text: string): Json {
  return { type: 'text', text, citations: null }
}

function toolUse(call: unknown, plan: TranslationPlan, index: number): Json {
  const called = isObject(call) && isObject(call.function) ? call.function : null
  if (!isObject(call) || called === null || !isText(called.name))
    throw unreadable('it calls a tool without a name')
  return {
    type: 'tool_use',
    id: isText(call.id) ? call.id : callId(plan, index),
    caller: { type: 'direct' },
    name: called.name,
    input: parseInput(called.arguments, called.name),
  }
}

function parseInput(value: unknown, name: string): Json {
  if (value === undefined || value === null || value === '') return {}
  try {
    const input: unknown = typeof value === 'string' ? JSON.parse(value) : value
    if (isObject(input)) return input
  } catch {
    // not JSON: said below
  }
  throw unreadable(`it calls the tool ${name} with arguments that are no JSON object`)
}

/** An answer that has no form in the client's format: the fault is the upstream's. */
export function unreadable(why: string): QwenctlError {
  return new QwenctlError('upstream_unavailable', `the upstream's answer cannot be translated: ${why}`)
}
