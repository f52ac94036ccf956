import { readElements, readMembers, writeMembers } from '../json/ordered-json.ts'
import { RawJson } from '../json/raw-json.ts'

/**
 * Google's own schemas name types in capitals, and mark null by `nullable` (https://ai.google.dev/api/caching#Schema,
 * 2026-11). JSON schemas do not.
 */
export function plainSchema(schema: RawJson): RawJson {
  const members = readMembers(schema)
  if (members === null) return schema
  const isNullable = members.get('nullable')?.text === 'true'
  members.delete('nullable')
  // A mark of Google's for strings with an `enum`.
  if (members.get('format')?.text === '"enum"') members.delete('format')
  members.delete('propertyOrdering')
  members.delete('property_ordering')
  for (const [key, value] of members) {
    if (key === 'type') members.set(key, plainType(value, isNullable))
    else if (key === 'items') members.set(key, plainSchema(value))
    else if (key === 'properties') members.set(key, plainMembers(value))
    else if (key === 'anyOf') members.set(key, plainElements(value))
    else if (key === 'any_of') {
      members.delete(key)
      members.set('anyOf', plainElements(value))
    } else if (COUNTS.has(key)) members.set(key, new RawJson(value.text.replaceAll('"', '')))
  }
  if (isNullable) allowNull(members)
  return writeMembers(members)
}

/** A choice also has null among its values, or among its branches. A constant and a reference become such a choice. */
function allowNull(members: Map<string, RawJson>): void {
  const constant = members.get('const')
  if (constant !== undefined && members.delete('const'))
    members.set('enum', new RawJson(`[${constant.text}]`))
  const reference = members.get('$ref')
  if (reference !== undefined && !members.has('anyOf') && members.delete('$ref'))
    members.set('anyOf', new RawJson(`[${writeMembers(new Map([['$ref', reference]])).text}]`))
  for (const [key, value] of [
    ['enum', 'null'],
    ['anyOf', '{"type":"null"}'],
  ] as const) {
    const list = readElements(members.get(key) ?? new RawJson(''))
    if (list !== null && list.every(({ text }) => text !== value))
      members.set(key, new RawJson(`[${[...list.map(({ text }) => text), value].join(',')}]`))
  }
}

/** Google writes these numbers as text. */
const COUNTS: ReadonlySet<string> = new Set([
  'maxItems',
  'maxLength',
  'maxProperties',
  'minItems',
  'minLength',
  'minProperties',
])

function plainType({ text }: RawJson, isNullable: boolean): RawJson {
  const type = text.toLowerCase()
  if (!isNullable || type.includes('"null"')) return new RawJson(type)
  const types = readElements(new RawJson(type))?.map((one) => one.text) ?? [type]
  return new RawJson(`[${[...types, '"null"'].join(',')}]`)
}

function plainMembers(value: RawJson): RawJson {
  const members = readMembers(value)
  if (members === null) return value
  return writeMembers(new Map([...members].map(([key, part]) => [key, plainSchema(part)])))
}

function plainElements(value: RawJson): RawJson {
  const elements = readElements(value)
  if (elements === null) return value
  return new RawJson(`[${elements.map((part) => plainSchema(part).text).join(',')}]`)
}
