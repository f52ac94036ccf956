import {
  checkFields,
  isObject,
  isText,
  listAt,
  objectAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
  quoted,
} from '../json-fields.ts'
import { translateParts, cacheMark, plainIfText, translateTextParts } from './content.ts'
import { ToolIds } from './tool-ids.ts'

const NAME = 'Messages have no names of speakers'
const AUDIO = 'Anthropic has no audio'
const LEGACY = 'it was replaced by tools in 2023; use tools'

export const systemRules: FieldRules = {
  role: 'taken',
  content: 'taken',
  cache_control: 'taken',
  name: { refused: NAME },
}
export const userRules: FieldRules = systemRules
/** Assistant messages repeat earlier answers: extra fields from a service are for reading only. */
export const assistantRules: FieldRules = {
  role: 'taken',
  content: 'taken',
  refusal: 'taken',
  tool_calls: 'taken',
  reasoning_details: 'taken',
  cache_control: 'taken',
  name: { refused: NAME },
  audio: { refused: AUDIO },
  function_call: { refused: LEGACY },
}
export const toolMessageRules: FieldRules = {
  role: 'taken',
  content: 'taken',
  tool_call_id: 'taken',
  cache_control: 'taken',
  name: 'dropped',
}

interface Turn {
  role: 'user' | 'assistant'
  content: Json[]
}

export interface Conversation {
  system: Json[]
  turns: Turn[]
}

/**
 * Reads chat messages as a system prompt and turns. Neighbours of one role become one turn, as Anthropic reads
 * them.
 */
export function readConversation(messages: unknown): Conversation {
  const said: Conversation = { system: [], turns: [] }
  const ids = new ToolIds()
  const list = listAt(messages, 'messages')
  list.forEach((message, index) =>
    hear(objectAt(message, `messages[${index}]`), `messages[${index}]`, said, ids),
  )
  const last = said.turns.at(-1)
  if (last === undefined) refuse('messages', 'nothing is said in them but a system prompt')
  if (last.role === 'assistant') {
    refuse(
      `messages[${list.length - 1}]`,
      'a last message by the assistant is answered by chat completions, but continued by Anthropic',
    )
  }
  return said
}

/** The turns in the form for sending. */
export function buildMessages({ turns }: Conversation): Json[] {
  return turns.map(({ role, content }) => ({ role, content: plainIfText(content) }))
}

function hear(message: Json, at: string, said: Conversation, ids: ToolIds): void {
  switch (message.role) {
    case 'system':
    case 'developer':
      checkFields(message, systemRules, at)
      said.system.push(...marked(translateTextParts(message.content, `${at}.content`), message))
      return
    case 'user':
      checkFields(message, userRules, at)
      return add(said, 'user', marked(translateParts(message.content, `${at}.content`), message))
    case 'assistant':
      return add(said, 'assistant', marked(assistantBlocks(message, at, ids), message))
    case 'tool':
      checkFields(message, toolMessageRules, at)
      return add(said, 'user', [toolResult(message, at, ids)])
    default:
      refuse(`${at}.role`, message.role === 'function' ? LEGACY : 'it is no known role')
  }
}

/** A turn without content is left out, because Anthropic refuses empty ones. */
function add(said: Conversation, role: Turn['role'], content: Json[]): void {
  const last = said.turns.at(-1)
  if (content.length === 0) return
  if (last?.role === role) last.content.push(...content)
  else said.turns.push({ role, content })
}

/** A cache mark on a whole message applies to its last block. */
function marked(blocks: Json[], message: Json): Json[] {
  const last = blocks.at(-1)
  if (last !== undefined) Object.assign(last, cacheMark(message))
  return blocks
}

function assistantBlocks(message: Json, at: string, ids: ToolIds): Json[] {
  for (const field of ['name', 'audio', 'function_call']) {
    checkFields({ [field]: message[field] }, assistantRules, at)
  }
  const calls = message.tool_calls === undefined || message.tool_calls === null ? [] : message.tool_calls
  const refusal = isText(message.refusal) ? [{ type: 'text', text: message.refusal }] : []
  return [
    ...restoreThoughts(message.reasoning_details),
    ...translateParts(message.content, `${at}.content`),
    ...refusal,
    ...listAt(calls, `${at}.tool_calls`).map((call, index) => {
      const field = `${at}.tool_calls[${index}]`
      return toolUse(objectAt(call, field), field, ids)
    }),
  ]
}

/** Thinking that Anthropic has signed or sealed; Anthropic refuses any other. */
function restoreThoughts(details: unknown): Json[] {
  if (!Array.isArray(details)) return []
  const texts = new Map<unknown, { thinking: string; signature: string }>()
  const out: Json[] = []
  for (const detail of details as unknown[]) {
    if (!isObject(detail)) continue
    if (detail.type === 'reasoning.encrypted' && isText(detail.data))
      out.push({ type: 'redacted_thinking', data: detail.data })
    if (detail.type !== 'reasoning.text') continue
    // A client that collected a stream may have kept the pieces, which share an index.
    const key = detail.index ?? texts.size
    let thought = texts.get(key)
    if (thought === undefined) {
      thought = { thinking: '', signature: '' }
      texts.set(key, thought)
      out.push(thought)
    }
    if (isText(detail.text)) thought.thinking += detail.text
    if (isText(detail.signature)) thought.signature += detail.signature
  }
  return out.flatMap((thought) => {
    if (thought.type === 'redacted_thinking') return [thought]
    return thought.signature === '' ? [] : [{ type: 'thinking', ...thought }]
  })
}

function toolUse(call: Json, at: string, ids: ToolIds): Json {
  if (call.type !== undefined && call.type !== 'function')
    refuse(`${at}.type`, `Anthropic has no tools of type ${quoted(call.type)}`)
  const called = objectAt(call.function, `${at}.function`)
  return {
    type: 'tool_use',
    id: ids.call(typeof call.id === 'string' ? call.id : ''),
    name: textAt(called.name, `${at}.function.name`),
    input: parseInput(called.arguments, `${at}.function.arguments`),
  }
}

function parseInput(value: unknown, at: string): Json {
  if (value === undefined || value === null || value === '') return {}
  const input = parsed(textAt(value, at))
  return isObject(input) ? input : refuse(at, 'Anthropic takes a JSON object, and it is none')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // a model may have written anything
  }
}

function toolResult(message: Json, at: string, ids: ToolIds): Json {
  const blocks = translateParts(message.content, `${at}.content`)
  return {
    type: 'tool_result',
    tool_use_id: ids.result(textAt(message.tool_call_id, `${at}.tool_call_id`)),
    ...(blocks.length === 0 ? {} : { content: plainIfText(blocks) }),
    ...cacheMark(message),
  }
}
