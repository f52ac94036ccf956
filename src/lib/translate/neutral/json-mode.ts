// OpenAI refuses its JSON mode unless a message has the word "json"
// (https://platform.openai.com/docs/guides/structured-outputs#json-mode, 2026-11). Google and Ollama do not want it.

import { readMembers } from '../json/ordered-json.ts'
import type { NeutralRequest } from './request.ts'
import { hasType } from './tools/change-schema.ts'

export const JSON_INSTRUCTION = 'Answer in JSON.'

/** Moves the schema of the answer into an instruction, for a service that takes none. The answer is still JSON. */
export function describeSchema(request: NeutralRequest): void {
  const { output } = request
  if (output?.type !== 'schema') return
  request.output = { type: 'json' }
  instruct(request, `Answer in JSON that matches this schema, without any other text:\n${output.schema.text}`)
}

/** Whether the schema of the answer has another type than an object at its top: a list or a choice. */
export function hasOtherTopType({ output }: NeutralRequest): boolean {
  if (output?.type !== 'schema') return false
  const members = readMembers(output.schema)
  return members === null || !hasType(members, 'object')
}

/** Moves the form of the answer into an instruction, for a model that takes none beside tools. */
export function describeForm(request: NeutralRequest): void {
  describeSchema(request)
  requireJsonWord(request)
  request.output = null
}

function instruct({ turns }: NeutralRequest, text: string): void {
  const at = 'the form of the answer'
  turns.unshift({ role: 'system', at, parts: [{ kind: 'text', text, at }] })
}

/** Adds the word where the client has left it out. */
export function requireJsonWord(request: NeutralRequest): void {
  const { output, turns } = request
  if (output?.type !== 'json') return
  const isSaid = turns.some(({ parts }) =>
    parts.some((part) => part.kind === 'text' && /json/i.test(part.text)),
  )
  if (!isSaid) instruct(request, JSON_INSTRUCTION)
}
