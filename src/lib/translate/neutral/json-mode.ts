// OpenAI refuses its JSON mode unless a message has the word "json"
// (https://platform.openai.com/docs/guides/structured-outputs#json-mode, 2026-11). Google and Ollama do not want it.

import type { NeutralRequest } from './request.ts'

export const JSON_INSTRUCTION = 'Answer in JSON.'

/** Adds the word where the client has left it out. */
export function requireJsonWord({ output, turns }: NeutralRequest): void {
  if (output?.type !== 'json') return
  const isSaid = turns.some(({ parts }) =>
    parts.some((part) => part.kind === 'text' && /json/i.test(part.text)),
  )
  if (isSaid) return
  const at = 'the JSON mode'
  turns.unshift({ role: 'system', at, parts: [{ kind: 'text', text: JSON_INSTRUCTION, at }] })
}
