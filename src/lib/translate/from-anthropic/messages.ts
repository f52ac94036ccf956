import type { Habits } from '../habits.ts'
import {
  checkFields,
  isText,
  listAt,
  objectAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
  quoted,
} from '../json-fields.ts'
import {
  blocksAt,
  partsOfBlock,
  plainIfText,
  textRules,
  readTexts,
  thinkingRules,
  toolResult,
  toolUseRules,
} from './content.ts'

export const messageRules: FieldRules = { role: 'taken', content: 'taken' }

/**
 * Claude Code's note to Anthropic's billing. The model does not need it, and its change in each request defeats
 * caches.
 */
const BILLING_NOTE = 'x-anthropic-billing-header:'

/** The system prompt and messages of a Messages request as chat messages. */
export function chatMessages(body: Json, habits: Habits): Json[] {
  const messages = listAt(body.messages, 'messages')
  const out: Json[] = systemMessages(body.system)
  messages.forEach((message, index) => {
    const at = `messages[${index}]`
    const said = objectAt(message, at)
    checkFields(said, messageRules, at)
    out.push(...sayAgain(said, at, habits))
  })
  if (objectAt(messages.at(-1), 'messages').role === 'assistant') {
    refuse(
      `messages[${messages.length - 1}]`,
      'a last message by the assistant is continued by Anthropic, but answered by chat completions',
    )
  }
  return out
}

function systemMessages(system: unknown): Json[] {
  if (system === undefined || system === null) return []
  const content = readTexts(blocksAt(system, 'system'), 'system')
    .filter((text) => text !== '' && !text.startsWith(BILLING_NOTE))
    .join('\n\n')
  return content === '' ? [] : [{ role: 'system', content }]
}

function sayAgain(message: Json, at: string, habits: Habits): Json[] {
  const field = `${at}.content`
  const blocks = blocksAt(message.content, field)
  switch (message.role) {
    case 'user':
      return userMessages(blocks, field)
    case 'assistant':
      return [assistantMessage(blocks, field, habits)]
    case 'system':
      return [{ role: 'system', content: readTexts(blocks, field).join('\n\n') }]
    default:
      return refuse(`${at}.role`, 'it is none of user, assistant, system')
  }
}

/** Tool results come first: a chat requires them right after the calls. */
function userMessages(blocks: unknown[], at: string): Json[] {
  const results: Json[] = []
  const parts: Json[] = []
  blocks.forEach((block, index) => {
    const field = `${at}[${index}]`
    const object = objectAt(block, field)
    if (object.type !== 'tool_result') return void parts.push(...partsOfBlock(object, field))
    const { message, beside } = toolResult(object, field)
    results.push(message)
    parts.push(...beside)
  })
  return parts.length === 0 ? results : [...results, { role: 'user', content: plainIfText(parts) }]
}

interface Said {
  texts: string[]
  calls: Json[]
  thoughts: Json[]
}

function assistantMessage(blocks: unknown[], at: string, habits: Habits): Json {
  const said: Said = { texts: [], calls: [], thoughts: [] }
  blocks.forEach((block, index) => hear(objectAt(block, `${at}[${index}]`), `${at}[${index}]`, said))
  const content = said.texts.join('')
  return {
    role: 'assistant',
    content: content === '' && said.calls.length > 0 ? null : content,
    ...thoughtsBack(said.thoughts, habits),
    ...(said.calls.length === 0 ? {} : { tool_calls: said.calls }),
  }
}

function hear(block: Json, at: string, said: Said): void {
  switch (block.type) {
    case 'text':
      checkFields(block, textRules, at)
      said.texts.push(textAt(block.text, `${at}.text`))
      return
    case 'thinking':
      checkFields(block, thinkingRules, at)
      said.thoughts.push({ type: 'reasoning.text', text: block.thinking, signature: block.signature })
      return
    case 'redacted_thinking':
      said.thoughts.push({ type: 'reasoning.encrypted', data: block.data })
      return
    case 'tool_use':
      checkFields(block, toolUseRules, at)
      said.calls.push(toolCall(block, at))
      return
    default:
      refuse(at, `chat completions have nothing like a block of type ${quoted(block.type)}`)
  }
}

function toolCall(block: Json, at: string): Json {
  const name = textAt(block.name, `${at}.name`)
  return {
    id: textAt(block.id, `${at}.id`),
    type: 'function',
    function: { name, arguments: JSON.stringify(block.input ?? {}) },
  }
}

/** Thinking goes back when the service reads it; sealed thinking only to a service that may have sealed it. */
function thoughtsBack(thoughts: Json[], habits: Habits): Json {
  if (thoughts.length === 0 || habits.thinkingBack === 'none') return {}
  if (habits.thinkingBack === 'reasoning_details') {
    return { reasoning_details: thoughts.map((thought, index) => ({ ...thought, index })) }
  }
  const text = thoughts.map((thought) => thought.text).filter(isText)
  return text.length === 0 ? {} : { reasoning_content: text.join('\n\n') }
}
