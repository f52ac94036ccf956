// JSON schemas that one service takes and another refuses. A schema stays the client's own text. Only what a service
// is known to refuse changes, in its place.

import { readElements, readMembers, writeMembers } from '../../json/ordered-json.ts'
import { RawJson } from '../../json/raw-json.ts'
import { rememberSchemas } from './remember-schemas.ts'

const EMPTY = new RawJson('{"type":"object","properties":{}}')

/**
 * A schema for the arguments of a tool. OpenAI refuses an object without `properties`
 * (https://community.openai.com/t/object-schema-missing-properties, 2026-11), Anthropic a schema without a type.
 */
export function completeSchema(schema: RawJson | null): RawJson {
  return schema === null ? EMPTY : completed(schema)
}

const completed = rememberSchemas((schema) => {
  const members = readMembers(schema)
  if (members === null || members.size === 0) return EMPTY
  const type = members.get('type')
  const isObject = type === undefined || type.text === '"object"' || /^\[.*"object"/s.test(type.text)
  if (type !== undefined && (members.has('properties') || !isObject)) return schema
  const hasForm = ['anyOf', 'oneOf', 'allOf', '$ref', 'enum', 'const'].some((key) => members.has(key))
  const added = new Map(type === undefined ? [['type', new RawJson('"object"')]] : [])
  for (const [key, value] of members) added.set(key, value)
  if (!members.has('properties') && !hasForm) added.set('properties', new RawJson('{}'))
  return writeMembers(added)
})

/**
 * Whether OpenAI takes the schema in strict mode: every object closes itself and requires all its properties
 * (https://platform.openai.com/docs/guides/structured-outputs, 2026-11).
 */
export const isStrictSchema: (schema: RawJson) => boolean = rememberSchemas((schema) => isStrict(schema))

function isStrict(schema: RawJson): boolean {
  const members = readMembers(schema)
  if (members === null) return true
  const properties = readMembers(members.get('properties') ?? null)
  if (properties !== null) {
    if (members.get('additionalProperties')?.text !== 'false') return false
    const required = new Set((readElements(members.get('required') ?? EMPTY) ?? []).map(({ text }) => text))
    for (const [name, value] of properties)
      if (!required.has(JSON.stringify(name)) || !isStrict(value)) return false
  } else if (members.get('type')?.text === '"object"') return false
  return listParts(members).every((part) => isStrict(part))
}

/**
 * A schema for Anthropic's structured outputs, which want every object closed
 * (https://platform.claude.com/docs/en/build-with-claude/structured-outputs, 2026-11).
 */
export function closeSchema(schema: RawJson): RawJson {
  const members = readMembers(schema)
  if (members === null) return schema
  let isChanged = false
  const set = (key: string, value: RawJson) => {
    if (members.get(key)?.text === value.text) return
    members.set(key, value)
    isChanged = true
  }
  for (const [key, value] of members) {
    if (MAPS.has(key)) set(key, closeMembers(value))
    else if (LISTS.has(key)) set(key, closeElements(value))
    else if (key === 'items') set(key, closeSchema(value))
  }
  const isObject = members.get('type')?.text === '"object"' || members.has('properties')
  if (isObject) set('additionalProperties', new RawJson('false'))
  return isChanged ? writeMembers(members) : schema
}

const MAPS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions'])
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf'])

function listParts(members: ReadonlyMap<string, RawJson>): RawJson[] {
  const parts: RawJson[] = []
  for (const [key, value] of members) {
    if (LISTS.has(key)) parts.push(...(readElements(value) ?? []))
    else if (key === 'items') parts.push(value)
    else if (key === '$defs' || key === 'definitions') parts.push(...(readMembers(value)?.values() ?? []))
  }
  return parts
}

function closeMembers(value: RawJson): RawJson {
  const members = readMembers(value)
  if (members === null) return value
  const closed = new Map([...members].map(([key, part]) => [key, closeSchema(part)]))
  return [...closed].every(([key, part]) => part === members.get(key)) ? value : writeMembers(closed)
}

function closeElements(value: RawJson): RawJson {
  const elements = readElements(value)
  if (elements === null) return value
  const closed = elements.map((part) => closeSchema(part))
  return closed.every((part, index) => part === elements[index])
    ? value
    : new RawJson(`[${closed.map(({ text }) => text).join(',')}]`)
}
