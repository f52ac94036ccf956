// A custom tool takes plain text, perhaps by a grammar. Formats without such tools get a function with one text.

import { isText, isObject, type Json } from '../../json-fields.ts'
import type { Tool } from '../request.ts'
import { RawJson } from '../../json/raw-json.ts'
import { parseJson } from '../../json/parse-json.ts'

export const CUSTOM_SCHEMA = new RawJson(
  '{"type":"object","properties":{"input":{"type":"string","description":"The whole input of the tool, as plain text."}},"required":["input"],"additionalProperties":false}',
)

/** The arguments of the function that represents a custom tool. */
export function wrapInput(input: string): string {
  return `{"input":${JSON.stringify(input)}}`
}

/** The input of a custom tool, from the arguments of its function. Models may also write the bare text. */
export function unwrapInput(argumentsText: string): string {
  try {
    const value = parseJson(argumentsText)
    if (isObject(value) && typeof value.input === 'string') return value.input
    if (typeof value === 'string') return value
  } catch {
    // no JSON: the text itself is meant
  }
  return argumentsText
}

/** The grammar of a custom tool; none: it takes any text. */
export function readGrammar(format: unknown): { grammar?: Json } {
  const isGrammar = isObject(format) && format.type === 'grammar' && isText(format.definition)
  return isGrammar ? { grammar: format } : {}
}

/** The description of a tool, with its grammar in words, for formats without custom tools. */
export function describeTool({
  description,
  grammar: given,
}: Pick<Tool, 'description' | 'grammar'>): string | null {
  if (given === undefined) return description
  const syntax = isText(given.syntax) ? `${given.syntax} ` : ''
  const grammar = `The input must follow this ${syntax}grammar:\n${String(given.definition)}`
  const parts = [description, grammar].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.join('\n\n')
}
