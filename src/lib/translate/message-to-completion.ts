import { unreadable } from './completion-to-message.ts'
import { isObject, isText, type Json, quoted } from './json-fields.ts'
import type { TranslationPlan } from './plan.ts'
import { chatTier, finishReason } from './stop-reasons.ts'
import { chatUsage, tokensOfMessage } from './usage.ts'

/** Translates a message to a chat completion. Throws `upstream_unavailable` for a body that is no answer. */
export function translateMessage(plan: TranslationPlan, body: unknown): Json {
  const message = isObject(body) ? body : {}
  if (!Array.isArray(message.content)) throw unreadable('it has no content')
  const said: Said = { texts: [], thoughts: [], details: [], calls: [] }
  for (const block of message.content as unknown[]) hear(block, said)
  return {
    id: isText(message.id) ? message.id : `chatcmpl-${plan.requestId}`,
    object: 'chat.completion',
    created: plan.createdAt,
    model: isText(message.model) ? message.model : plan.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: said.texts.length === 0 && said.calls.length > 0 ? null : said.texts.join(''),
          refusal: readRefusal(message),
          ...(said.thoughts.length === 0 ? {} : { reasoning_content: said.thoughts.join('\n\n') }),
          ...(said.details.length === 0 ? {} : { reasoning_details: said.details }),
          ...(said.calls.length === 0 ? {} : { tool_calls: said.calls }),
        },
        logprobs: null,
        finish_reason: finishReason(message.stop_reason),
      },
    ],
    ...(isObject(message.usage) ? usageAndTier(message.usage) : {}),
  }
}

interface Said {
  texts: string[]
  thoughts: string[]
  /** Signed and sealed thinking, in the form that a client can send back. */
  details: Json[]
  calls: Json[]
}

function hear(block: unknown, said: Said): void {
  const { type, ...rest } = isObject(block) ? block : { type: typeof block }
  switch (type) {
    case 'text':
      return void said.texts.push(isText(rest.text) ? rest.text : '')
    case 'thinking':
      if (isText(rest.thinking)) said.thoughts.push(rest.thinking)
      return void said.details.push(textDetail(rest, said.details.length))
    case 'redacted_thinking':
      return void said.details.push(sealedDetail(rest.data, said.details.length))
    case 'tool_use':
      return void said.calls.push(toolCall(rest))
    default:
      throw unreadable(`chat completions have nothing like a block of type ${quoted(type)}`)
  }
}

const FORMAT = 'anthropic-claude-v1'

/** Signed thinking, as an entry of `reasoning_details` in OpenRouter's form. */
export function textDetail({ thinking, signature }: Json, index: number): Json {
  return { type: 'reasoning.text', text: thinking, signature, format: FORMAT, index }
}

/** Thinking that Anthropic has sealed, as an entry of `reasoning_details`. */
export function sealedDetail(data: unknown, index: number): Json {
  return { type: 'reasoning.encrypted', data, format: FORMAT, index }
}

function toolCall({ id, name, input }: Json): Json {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } }
}

function readRefusal({ stop_reason, stop_details }: Json): string | null {
  const explained = isObject(stop_details) ? stop_details.explanation : null
  return stop_reason === 'refusal' && isText(explained) ? explained : null
}

function usageAndTier(usage: Json): Json {
  const tier = chatTier(usage.service_tier)
  return { usage: chatUsage(tokensOfMessage(usage)), ...(tier === null ? {} : { service_tier: tier }) }
}
