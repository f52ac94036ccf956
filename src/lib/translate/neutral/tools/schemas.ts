// JSON schemas that one service takes and another refuses. A schema stays the client's own text. Only what a service
// is known to refuse changes, in its place.

import { readElements, readMembers, writeMembers } from '../../json/ordered-json.ts'
import { RawJson } from '../../json/raw-json.ts'
import { changeSchema, hasType, listParts, type Members } from './change-schema.ts'
import { rememberSchemas } from './remember-schemas.ts'

const EMPTY = new RawJson('{"type":"object","properties":{}}')
const ANYTHING = new RawJson('{}')
const OBJECT = new RawJson('"object"')

/**
 * A schema for the arguments of a tool. OpenAI refuses an object without `properties`
 * (https://community.openai.com/t/object-schema-missing-properties, 2026-11), and Anthropic any type but `object`. OpenAI
 * and Google refuse a list without `items` (https://github.com/router-for-me/CLIProxyAPI/issues/5292, 2026-11).
 */
export function completeSchema(schema: RawJson | null): RawJson {
  return schema === null ? EMPTY : completed(schema)
}

const completed = rememberSchemas((schema) => {
  const complete = changeSchema(completeTop(schema), completeItems)
  return complete.text === schema.text ? schema : complete
})

function completeTop(schema: RawJson): RawJson {
  const members = readMembers(schema)
  if (members === null || members.size === 0) return EMPTY
  const type = members.get('type')
  const isObject = hasType(members, 'object')
  const isUntyped = type === undefined || type.text === 'null'
  if (!isObject && !isUntyped) return schema
  if (type?.text === OBJECT.text && members.has('properties')) return schema
  const hasForm = ['anyOf', 'oneOf', 'allOf', '$ref', 'enum', 'const'].some((key) => members.has(key))
  const added: Members = new Map([['type', OBJECT]])
  for (const [key, value] of members) if (key !== 'type') added.set(key, value)
  if (!members.has('properties') && !hasForm) added.set('properties', ANYTHING)
  return writeMembers(added)
}

function completeItems(members: Members): boolean {
  if (members.has('items') || !hasType(members, 'array')) return false
  members.set('items', ANYTHING)
  return true
}

/** Words that strict mode refuses. */
const LOOSE: readonly string[] = [
  ...['oneOf', 'allOf', 'not', 'if', 'then', 'else', 'default', 'uniqueItems', 'contains'],
  ...['patternProperties', 'propertyNames', 'unevaluatedProperties', 'unevaluatedItems'],
  ...['dependentRequired', 'dependentSchemas', 'minProperties', 'maxProperties', 'prefixItems'],
]

/** The formats that strict mode takes; it refuses `uri` (https://github.com/cyanheads/git-mcp-server/issues/47, 2026-11). */
const FORMATS: ReadonlySet<string> = new Set(
  ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'].map(
    (format) => `"${format}"`,
  ),
)

/** Strict mode refuses a schema with none of these, because it does not say what a value is. */
const KINDS: readonly string[] = ['type', '$ref', 'anyOf', 'enum', 'const']

/**
 * Whether OpenAI takes the schema in strict mode. Every object closes itself and requires all its properties. The top is an
 * object (https://platform.openai.com/docs/guides/structured-outputs, 2026-11).
 */
export const isStrictSchema: (schema: RawJson) => boolean = rememberSchemas((schema) => {
  const members = readMembers(schema)
  return members?.get('type')?.text === OBJECT.text && !members.has('anyOf') && isStrict(schema)
})

function isStrict(schema: RawJson): boolean {
  const members = readMembers(schema)
  if (members === null) return schema.text !== 'true'
  if (LOOSE.some((word) => members.has(word)) || !KINDS.some((word) => members.has(word))) return false
  const format = members.get('format')
  if (format !== undefined && !FORMATS.has(format.text)) return false
  const properties = readMembers(members.get('properties') ?? null)
  if (properties !== null) {
    if (members.get('additionalProperties')?.text !== 'false') return false
    const required = new Set((readElements(members.get('required') ?? EMPTY) ?? []).map(({ text }) => text))
    for (const name of properties.keys()) if (!required.has(JSON.stringify(name))) return false
  } else if (hasType(members, 'object')) return false
  return listParts(members).every((part) => isStrict(part))
}
