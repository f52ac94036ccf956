import {
  isGiven,
  isObject,
  isText,
  listAt,
  listOrNone,
  objectAt,
  quoteValue,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import type { Part, Turn } from '../neutral/request.ts'
import { readSeal, unwrapSeal, type Seal } from '../neutral/seal.ts'
import { readCacheMark, readChatContent } from './read-content.ts'

export const messageRules: FieldRules = {
  role: 'taken',
  content: 'taken',
  cache_control: { only: ['messages'] },
  name: 'hint',
}
/** Assistant messages repeat earlier answers: extra fields of a service are for reading only. */
export const assistantRules: FieldRules = {
  role: 'taken',
  content: 'taken',
  refusal: 'taken',
  tool_calls: 'taken',
  function_call: 'taken',
  reasoning_details: 'taken',
  reasoning_content: 'taken',
  reasoning: 'taken',
  cache_control: { only: ['messages'] },
  images: 'dropped',
  annotations: 'dropped',
  name: 'hint',
  audio: 'hint',
}
export const toolMessageRules: FieldRules = {
  role: 'taken',
  content: 'taken',
  tool_call_id: 'taken',
  cache_control: { only: ['messages'] },
  name: 'taken',
}

/** Reads chat messages as turns. */
export function readChatMessages(messages: unknown, check: FieldCheck): Turn[] {
  const list = listAt(messages, 'messages')
  return list.map((message, index) =>
    readMessage(objectAt(message, `messages[${index}]`), `messages[${index}]`, check),
  )
}

function readMessage(message: Json, at: string, check: FieldCheck): Turn {
  const field = `${at}.content`
  switch (message.role) {
    case 'system':
    case 'developer':
      check.check(message, messageRules, at)
      return { role: 'system', at, parts: marked(readChatContent(message.content, field, check), message) }
    case 'user':
      check.check(message, messageRules, at)
      return { role: 'user', at, parts: marked(readChatContent(message.content, field, check), message) }
    case 'assistant':
      return { role: 'assistant', at, parts: marked(readAssistant(message, at, check), message) }
    case 'tool':
    case 'function':
      check.check(message, toolMessageRules, at)
      return { role: 'user', at, parts: [readResult(message, at, check)] }
    default:
      return refuse(`${at}.role`, 'it is no known role')
  }
}

/** A cache mark on a whole message applies to its last part. */
function marked(parts: Part[], message: Json): Part[] {
  const last = parts.at(-1)
  if (last !== undefined) Object.assign(last, readCacheMark(message))
  return parts
}

function readAssistant(message: Json, at: string, check: FieldCheck): Part[] {
  for (const field of ['name', 'audio']) check.check({ [field]: message[field] }, assistantRules, at)
  const refusal: Part[] = isText(message.refusal) ? [{ kind: 'refusal', text: message.refusal, at }] : []
  const legacy = isObject(message.function_call) ? [{ function: message.function_call }] : []
  return [
    ...readThoughts(message, at),
    ...readChatContent(message.content, `${at}.content`, check),
    ...refusal,
    ...[...listOrNone(message.tool_calls, `${at}.tool_calls`), ...legacy].map((call, index) => {
      const field = `${at}.tool_calls[${index}]`
      return readCall(objectAt(call, field), field)
    }),
  ]
}

/** Thinking in its order. Pieces of a collected stream share an index. */
function readThoughts(message: Json, at: string): Part[] {
  const details: unknown[] = Array.isArray(message.reasoning_details) ? message.reasoning_details : []
  const texts = new Map<unknown, Part & { kind: 'thinking' }>()
  const out: Part[] = []
  for (const detail of details) {
    if (!isObject(detail)) continue
    if (detail.type === 'reasoning.encrypted' && isText(detail.data))
      out.push({ kind: 'sealed', seal: readSeal(detail.data, 'anthropic', 'data'), at })
    if (detail.type !== 'reasoning.text') continue
    const key = detail.index ?? texts.size
    let thought = texts.get(key)
    if (thought === undefined) {
      thought = { kind: 'thinking', text: '', seal: null, at }
      texts.set(key, thought)
      out.push(thought)
    }
    if (isText(detail.text)) thought.text += detail.text
    if (isText(detail.signature)) thought.seal = addSignature(thought.seal, detail.signature)
  }
  if (out.length > 0) return out
  const plain = isText(message.reasoning_content) ? message.reasoning_content : message.reasoning
  return isText(plain) ? [{ kind: 'thinking', text: plain, seal: null, at }] : []
}

function addSignature(before: Seal | null, piece: string): Seal {
  if (before !== null) return { ...before, text: before.text + piece }
  return unwrapSeal(piece) ?? { origin: 'anthropic', kind: 'signature', text: piece }
}

function readCall(call: Json, at: string): Part {
  const isCustom = call.type === 'custom'
  if (isGiven(call.type) && call.type !== 'function' && !isCustom)
    refuse(`${at}.type`, `no other format has tools of type ${quoteValue(call.type)}`)
  const kind = isCustom ? 'custom' : 'function'
  const called = objectAt(call[kind], `${at}.${kind}`)
  const given = isCustom ? called.input : called.arguments
  const { extra_content: extra } = call
  const google = isObject(extra) && isObject(extra.google) ? extra.google.thought_signature : null
  return {
    kind: 'call',
    id: typeof call.id === 'string' ? call.id : '',
    name: textAt(called.name, `${at}.${kind}.name`),
    input: typeof given === 'string' ? given : isGiven(given) ? writeJson(given) : '',
    isCustom,
    seal: isText(google) ? { origin: 'gemini', kind: 'signature', text: google } : null,
    at: `${at}.${kind}`,
  }
}

function readResult(message: Json, at: string, check: FieldCheck): Part {
  const isLegacy = message.role === 'function'
  return {
    kind: 'result',
    id: isLegacy || !isGiven(message.tool_call_id) ? '' : textAt(message.tool_call_id, `${at}.tool_call_id`),
    name: isText(message.name) ? message.name : null,
    parts: readResultContent(message.content, `${at}.content`, check),
    isError: false,
    ...readCacheMark(message),
    at,
  }
}

/** A result may be any JSON value, without the text that a chat wants. */
function readResultContent(content: unknown, at: string, check: FieldCheck): Part[] {
  const isValue = isGiven(content) && typeof content !== 'string' && !Array.isArray(content)
  if (!isValue || (isObject(content) && isText(content.type))) return readChatContent(content, at, check)
  return [{ kind: 'text', text: writeJson(content), at }]
}
