import { RawJson, writeJson } from './raw-json.ts'
import { parseElements, parseMembers } from './parse-json.ts'

/** The members of a JSON object in their order, each as its own text. Null: the text is no JSON object. */
export function readMembers(value: unknown): Map<string, RawJson> | null {
  try {
    return parseMembers(writeJson(value))
  } catch {
    return null
  }
}

/** Builds an object from members in their order. */
export function writeMembers(members: ReadonlyMap<string, RawJson>): RawJson {
  const parts = [...members].map(([key, { text }]) => `${JSON.stringify(key)}:${text}`)
  return new RawJson(`{${parts.join(',')}}`)
}

/** The elements of a JSON list, each as its own text. Null: the value is no list. */
export function readElements(value: RawJson): RawJson[] | null {
  try {
    return parseElements(value.text)
  } catch {
    return null
  }
}
