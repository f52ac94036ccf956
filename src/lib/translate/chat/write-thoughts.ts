// The model's earlier thinking in the messages of a chat completion.

import type { Habits } from '../habits.ts'
import { isText, type Json } from '../json-fields.ts'
import type { Part, Thinking } from '../neutral/request.ts'

/** Whether a conversation thinks: it is asked to, or has thought before. */
export function isThinking({ effort, budget, isAdaptive }: Thinking, hasThoughts: boolean): boolean {
  return effort !== 'none' && (effort !== null || budget !== null || isAdaptive || hasThoughts)
}

/**
 * The fields of an assistant's message with its thinking. It goes back when the service reads it; sealed thinking only
 * to a service that may have sealed it. `isOn`: the conversation thinks.
 */
export function writeThoughts(
  parts: readonly Part[],
  { thinkingBack, needsThinkingBack }: Pick<Habits, 'thinkingBack' | 'needsThinkingBack'>,
  isOn: boolean,
): Json {
  if (thinkingBack === 'none' || thinkingBack === 'content' || thinkingBack === 'parts') return {}
  if (thinkingBack === 'reasoning_details') {
    const details = parts.flatMap((part) => reasoningDetail(part))
    return details.length === 0
      ? {}
      : { reasoning_details: details.map((detail, index) => ({ ...detail, index })) }
  }
  const texts = listThoughts(parts)
  if (texts.length > 0) return { [thinkingBack]: texts.join('\n\n') }
  return isOn && needsThinkingBack ? { reasoning_content: '' } : {}
}

/**
 * The content of an assistant's message, with its thinking before it if the service wants it there: as parts, in tags,
 * or plain for gpt-oss, which has no tags (https://inference-docs.cerebras.ai/capabilities/reasoning, 2026-11).
 */
export function joinThoughts(
  parts: readonly Part[],
  text: string,
  { thinkingBack, model }: Pick<Habits, 'thinkingBack'> & { model: string },
): string | Json[] {
  const isInside = thinkingBack === 'content' || thinkingBack === 'parts'
  const thoughts = isInside ? listThoughts(parts).join('\n\n') : ''
  if (thoughts === '') return text
  if (thinkingBack === 'parts')
    return [thinkingPart(thoughts), ...(text === '' ? [] : [{ type: 'text', text }])]
  return /gpt-oss/i.test(model) ? `${thoughts} ${text}`.trimEnd() : `<think>${thoughts}</think>${text}`
}

/** Mistral's form of thinking that is complete (https://github.com/vercel/ai/issues/17930, 2026-11). */
function thinkingPart(text: string): Json {
  return { type: 'thinking', thinking: [{ type: 'text', text }], closed: true }
}

function listThoughts(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (part.kind === 'thinking' && isText(part.text) ? [part.text] : []))
}

/** Sealed state goes back to a router only where the router itself gave it. */
function reasoningDetail(part: Part): Json[] {
  if (part.kind === 'thinking') {
    const isOwn = part.seal !== null && part.seal.origin !== 'openai' && part.seal.origin !== 'gemini'
    const signature = isOwn ? { signature: part.seal!.text } : {}
    return [{ type: 'reasoning.text', text: part.text, ...signature }]
  }
  const isOwn =
    part.kind === 'sealed' && (part.seal.origin === 'openrouter' || part.seal.origin === 'anthropic')
  return isOwn ? [{ type: 'reasoning.encrypted', data: part.seal.text }] : []
}
