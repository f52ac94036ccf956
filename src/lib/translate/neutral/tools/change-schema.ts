import { readElements, readMembers, writeMembers } from '../../json/ordered-json.ts'
import { RawJson } from '../../json/raw-json.ts'

export type Members = Map<string, RawJson>

/** Members with a map of schemas, by name. */
const MAPS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'patternProperties'])
/** Members with a list of schemas. */
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
/** Members with one schema. */
const SINGLES: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else'])

/**
 * Applies a change to a schema and to all schemas in it, the innermost first. `change` edits the members, and says
 * whether it did. A schema without a change stays the same object, with its own text.
 */
export function changeSchema(schema: RawJson, change: (members: Members) => boolean): RawJson {
  const members = readMembers(schema)
  if (members === null) return schema
  let isChanged = false
  for (const [key, value] of members) {
    const changed = changePart(key, value, change)
    if (changed === value) continue
    members.set(key, changed)
    isChanged = true
  }
  return change(members) || isChanged ? writeMembers(members) : schema
}

function changePart(key: string, value: RawJson, change: (members: Members) => boolean): RawJson {
  if (SINGLES.has(key)) return changeSchema(value, change)
  if (LISTS.has(key)) return changeList(value, change)
  return MAPS.has(key) ? changeMap(value, change) : value
}

function changeMap(value: RawJson, change: (members: Members) => boolean): RawJson {
  const members = readMembers(value)
  if (members === null) return value
  let isChanged = false
  for (const [key, part] of members) {
    const changed = changeSchema(part, change)
    isChanged ||= changed !== part
    members.set(key, changed)
  }
  return isChanged ? writeMembers(members) : value
}

function changeList(value: RawJson, change: (members: Members) => boolean): RawJson {
  const elements = readElements(value)
  if (elements === null) return value
  const changed = elements.map((part) => changeSchema(part, change))
  return changed.every((part, index) => part === elements[index])
    ? value
    : new RawJson(`[${changed.map(({ text }) => text).join(',')}]`)
}

/** The schemas in a schema. */
export function listParts(members: ReadonlyMap<string, RawJson>): RawJson[] {
  const parts: RawJson[] = []
  for (const [key, value] of members) {
    if (SINGLES.has(key)) parts.push(value)
    else if (LISTS.has(key)) parts.push(...(readElements(value) ?? []))
    else if (MAPS.has(key)) parts.push(...(readMembers(value)?.values() ?? []))
  }
  return parts
}

/** The type of a schema is this one, or a list with it. */
export function hasType(members: ReadonlyMap<string, RawJson>, type: string): boolean {
  const text = members.get('type')?.text
  return text === `"${type}"` || (text?.startsWith('[') === true && text.includes(`"${type}"`))
}
