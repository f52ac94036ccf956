// Schemas that Anthropic promises to follow: of an answer, or of a strict tool. It wants every object closed, and takes
// few words. The rest goes into the description, for the model to read, as in Anthropic's SDK (1.14,
// lib/transform-json-schema) and https://platform.claude.com/docs/en/build-with-claude/structured-outputs (2026-11).

import { RawJson } from '../json/raw-json.ts'
import { changeSchema, hasType, type Members } from '../neutral/tools/change-schema.ts'
import { rememberSchemas } from '../neutral/tools/remember-schemas.ts'

const WORDS: ReadonlySet<string> = new Set([
  ...['type', 'enum', 'const', 'title', 'description', '$ref', '$defs', 'definitions', '$id', '$anchor'],
  ...['anyOf', 'allOf', 'properties', 'required', 'additionalProperties', 'items'],
])

const FORMATS: ReadonlySet<string> = new Set(
  ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'].map(
    (format) => `"${format}"`,
  ),
)

export const closeSchema: (schema: RawJson) => RawJson = rememberSchemas((schema) =>
  changeSchema(schema, closeMembers),
)

function closeMembers(members: Members): boolean {
  let isChanged = members.delete('$schema')
  const choice = members.get('oneOf')
  if (choice !== undefined && !members.has('anyOf')) {
    members.delete('oneOf')
    members.set('anyOf', choice)
    isChanged = true
  }
  const told = takeUnknown(members)
  if (told.length > 0) {
    const before = readText(members.get('description'))
    const words = `{${told.join(', ')}}`
    members.set('description', new RawJson(JSON.stringify(before === '' ? words : `${before}\n\n${words}`)))
    isChanged = true
  }
  return closeObject(members) || isChanged
}

/** Removes the words that Anthropic refuses, and returns them as text. */
function takeUnknown(members: Members): string[] {
  const told: string[] = []
  for (const [key, value] of [...members]) {
    if (isTaken(key, value.text)) continue
    members.delete(key)
    told.push(`${key}: ${value.text.startsWith('"') ? readText(value) : value.text}`)
  }
  return told
}

function isTaken(key: string, text: string): boolean {
  if (key === 'format') return FORMATS.has(text)
  if (key === 'minItems') return text === '0' || text === '1'
  // A map from names to values becomes a closed object, so the description says what it is.
  if (key === 'additionalProperties') return !text.startsWith('{')
  return WORDS.has(key)
}

function readText(value: RawJson | undefined): string {
  if (value === undefined) return ''
  return value.text.startsWith('"') ? (JSON.parse(value.text) as string) : value.text
}

function closeObject(members: Members): boolean {
  const isObject = hasType(members, 'object') || members.has('properties')
  if (!isObject || members.get('additionalProperties')?.text === 'false') return false
  members.set('additionalProperties', new RawJson('false'))
  return true
}
