// JSON schemas as Gemini takes them (https://ai.google.dev/gemini-api/docs/structured-output, 2026-11). One schema that it
// refuses fails the whole request.

import { readElements, readMembers, writeMembers } from '../json/ordered-json.ts'
import { RawJson } from '../json/raw-json.ts'
import { changeSchema, type Members } from '../neutral/tools/change-schema.ts'
import { rememberSchemas } from '../neutral/tools/remember-schemas.ts'

/** References may lead to references, or to themselves. */
const MOST_DEPTH = 4

/**
 * The most characters that take the places of references in one schema. Without a limit, a few references that lead to
 * each other multiply. A short target counts as `LEAST_TARGET`, because each search reads the schema.
 */
const MOST_INLINED = 65_536
const LEAST_TARGET = 64

export const geminiSchema: (schema: RawJson) => RawJson = rememberSchemas((schema) => {
  const root = dropLossyConditions(renameDefinitions(schema))
  const place: Place = { root, depth: 0, budget: { left: MOST_INLINED } }
  return changeSchema(root, (members) => changeMembers(members, place))
})

interface Place {
  root: RawJson
  /** How many references led here. */
  depth: number
  /** The characters that may still take the places of references, in the whole schema. */
  budget: { left: number }
}

/** The older name of definitions. */
function renameDefinitions(schema: RawJson): RawJson {
  const members = readMembers(schema)
  const older = members?.get('definitions')
  if (members === null || older === undefined || members.has('$defs')) return schema
  members.delete('definitions')
  members.set('$defs', older)
  return writeMembers(members)
}

function changeMembers(members: Members, place: Place): boolean {
  const isPlain = members.delete('$schema')
  const isReference = changeReference(members, place)
  const isConstant = changeConstant(members)
  const isChosen = changeChoice(members)
  return changeRequired(members) || isPlain || isReference || isConstant || isChosen
}

/**
 * A reference stands alone, and leads to a definition. The target of any other takes its place
 * (https://github.com/agent-infra/sandbox/issues/83 and https://github.com/su-kaka/gcli2api/pull/374, 2026-11).
 */
function changeReference(members: Members, place: Place): boolean {
  const reference = members.get('$ref')
  if (reference === undefined) return false
  const path = readPath(reference)
  if (path === null || path === '#' || path.startsWith('#/$defs/')) {
    const isAlone = members.size === 1 || (members.size === 2 && members.has('$defs'))
    const isRenamed = path !== null && JSON.stringify(path) !== reference.text
    for (const key of members.keys()) if (!key.startsWith('$')) members.delete(key)
    if (path !== null) members.set('$ref', new RawJson(JSON.stringify(path)))
    return isRenamed || !isAlone
  }
  members.delete('$ref')
  const target = takeTarget(path, place)
  if (target === null) return true
  const next = { ...place, depth: place.depth + 1 }
  const whole = changeSchema(target, (parts) => changeMembers(parts, next))
  for (const [key, value] of readMembers(whole) ?? []) members.set(key, value)
  return true
}

/** The path of a local reference, with the present name of definitions; null: it leads elsewhere. */
function readPath({ text }: RawJson): string | null {
  const path: unknown = text.startsWith('"') ? JSON.parse(text) : null
  return typeof path === 'string' && path.startsWith('#')
    ? path.replace(/^#\/definitions\//, '#/$$defs/')
    : null
}

/** The schema that takes the place of a reference; null: there is none, or no room is left for it. */
function takeTarget(path: string, { root, depth, budget }: Place): RawJson | null {
  if (depth >= MOST_DEPTH || budget.left < LEAST_TARGET) return null
  // The search counts too, because each one parses the schema again.
  budget.left -= LEAST_TARGET
  const target = followPath(root, path)
  const more = Math.max(0, (target?.text.length ?? 0) - LEAST_TARGET)
  if (more > budget.left) return null
  budget.left -= more
  return target
}

/** Follows a JSON pointer. An anchor (`#name`) leads nowhere. */
function followPath(root: RawJson, path: string): RawJson | null {
  if (!path.startsWith('#/')) return null
  let found: RawJson = root
  for (const part of path.split('/').slice(1)) {
    const name = decodePart(part)
    if (name === null) return null
    const next = /^\d+$/.test(name) ? readElements(found)?.[Number(name)] : undefined
    const member = next ?? readMembers(found)?.get(name)
    if (member === undefined) return null
    found = member
  }
  return found
}

/** RFC 6901: `~1` is a slash, `~0` a tilde. Null: the escapes are no UTF-8. */
function decodePart(part: string): string | null {
  try {
    return decodeURIComponent(part.replaceAll(/%(?![\dA-Fa-f]{2})/g, '%25'))
      .replaceAll('~1', '/')
      .replaceAll('~0', '~')
  } catch {
    return null
  }
}

const CONDITION = /"(?:not|if)"\s*:/

/**
 * Drops the conditions of a schema that the changes would weaken. A weaker `not` forbids more than before, and a weaker
 * `if` applies to more.
 */
function dropLossyConditions(schema: RawJson): RawJson {
  if (!CONDITION.test(schema.text)) return schema
  return changeSchema(schema, (members) => {
    const lossy = ['not', 'if'].filter((key) => losesConstraint(members.get(key)))
    for (const key of lossy) members.delete(key)
    if (lossy.includes('if')) for (const key of ['then', 'else']) members.delete(key)
    return lossy.length > 0
  })
}

/** Whether a change would take a constraint from the schema, or from a schema in it. */
function losesConstraint(condition: RawJson | undefined): boolean {
  let isLost = false
  if (condition !== undefined)
    changeSchema(condition, (members) => {
      const copy = new Map(members)
      changeConstant(copy)
      const isReference = members.has('$ref') && !(members.size === 1 && isDefined(members.get('$ref')!))
      isLost ||= isReference || changeChoice(copy) || changeRequired(copy)
      return false
    })
  return isLost
}

function isDefined(reference: RawJson): boolean {
  const path = readPath(reference)
  return path === '#' || path?.startsWith('#/$defs/') === true
}

/** Gemini knows no `const`. */
function changeConstant(members: Members): boolean {
  const constant = members.get('const')
  if (constant === undefined || members.has('enum')) return false
  members.delete('const')
  members.set('enum', new RawJson(`[${constant.text}]`))
  return true
}

/**
 * Gemini's `enum` has strings and numbers alone, and no empty string
 * (https://github.com/nicobailon/pi-subagents/issues/1950, https://github.com/sbroenne/mcp-server-excel/issues/607,
 * 2026-11). The type says of the other values what it can, and the client still checks the arguments.
 */
function changeChoice(members: Members): boolean {
  const choice = members.get('enum')
  const list = choice === undefined ? null : readElements(choice)
  if (list === null) return false
  const taken = list.filter(({ text }) => /^["\d-]/.test(text) && text !== '""')
  if (listTypes(taken)?.length === 2 && !members.has('anyOf')) {
    splitChoice(members, [...taken, ...list.filter(isNull)])
    return true
  }
  if (taken.length === list.length) return false
  if (taken.length === 0) members.delete('enum')
  else members.set('enum', new RawJson(`[${taken.map(({ text }) => text).join(',')}]`))
  const types = members.has('type')
    ? null
    : listTypes(taken.length === 0 ? list : [...taken, ...list.filter(isNull)])
  if (types !== null)
    members.set('type', new RawJson(types.length === 1 ? types[0]! : `[${types.join(',')}]`))
  return true
}

/** A list of Gemini has values of one type, so texts and numbers become two choices. */
function splitChoice(members: Members, values: readonly RawJson[]): void {
  members.delete('enum')
  members.delete('type')
  const choices = listTypes(values)!.map((type) => {
    const own = values.filter(({ text }) => typeOf(text) === type).map(({ text }) => text)
    return type === '"null"' ? `{"type":${type}}` : `{"type":${type},"enum":[${own.join(',')}]}`
  })
  members.set('anyOf', new RawJson(`[${choices.join(',')}]`))
}

function isNull({ text }: RawJson): boolean {
  return text === 'null'
}

/** The types of the values, as JSON; null: there are none, or one is an object or a list. Those types need more members. */
function listTypes(values: readonly RawJson[]): string[] | null {
  const types = new Set(values.map(({ text }) => typeOf(text)))
  return types.size === 0 || types.has(null) ? null : ([...types] as string[])
}

function typeOf(text: string): string | null {
  if (text === 'null') return '"null"'
  if (text.startsWith('"')) return '"string"'
  if (text === 'true' || text === 'false') return '"boolean"'
  return /^[\d-]/.test(text) ? '"number"' : null
}

/** Only properties of the same object can be required (https://github.com/Kilo-Org/kilocode/pull/11955, 2026-11). */
function changeRequired(members: Members): boolean {
  const required = members.get('required')
  const list = required === undefined ? null : readElements(required)
  if (list === null) return false
  const properties = readMembers(members.get('properties') ?? null)
  const known = list.filter(({ text }) => text.startsWith('"') && properties?.has(JSON.parse(text) as string))
  if (known.length === list.length) return false
  if (known.length === 0) members.delete('required')
  else members.set('required', new RawJson(`[${known.map(({ text }) => text).join(',')}]`))
  return true
}
