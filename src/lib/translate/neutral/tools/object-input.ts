import type { QwenctlError } from '../../../base/errors.ts'
import { unreadable } from '../../errors/unreadable.ts'
import { isObject } from '../../json-fields.ts'
import { parseJson } from '../../json/parse-json.ts'
import { RawJson } from '../../json/raw-json.ts'

/**
 * The arguments of a call where a format takes only an object, exactly as the model wrote them. A model may write broken
 * JSON. Its conversation must still continue, so the text then becomes the one member `arguments`.
 */
export function objectInput(text: string): RawJson {
  return readInput(text) ?? new RawJson(`{"arguments":${JSON.stringify(text)}}`)
}

/**
 * The arguments of a call as an object; null: they are none, since a model may have written anything. Clients and models
 * write `null` for no arguments (https://github.com/langroid/langroid/pull/988, 2026-11).
 */
export function readInput(text: string): RawJson | null {
  if (isNothing(text)) return new RawJson('{}')
  try {
    return isObject(parseJson(text)) ? new RawJson(text) : null
  } catch {
    return null
  }
}

/** The text of the arguments of a call, with `{}` for none. */
export function fillInput(text: string): string {
  return isNothing(text) ? '{}' : text
}

function isNothing(text: string): boolean {
  const plain = text.trim()
  return plain === '' || plain === 'null'
}

/** Builds the error of an answer that calls a tool with such arguments, where a format takes only an object. */
export function brokenCall(name: string): QwenctlError {
  return unreadable(`it calls the tool ${name} with arguments that are no JSON object`)
}
