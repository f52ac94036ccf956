// A schema with a choice at its top. OpenAI and Anthropic refuse those for the arguments of a tool
// (https://github.com/BerriAI/litellm/pull/38839 and https://platform.claude.com/docs/en/agents-and-tools/tool-use,
// 2026-11).

import { readElements, readMembers, writeMembers } from '../../json/ordered-json.ts'
import { RawJson } from '../../json/raw-json.ts'
import type { Members } from './change-schema.ts'
import { rememberSchemas } from './remember-schemas.ts'

/**
 * Merges the branches of `anyOf`, `oneOf` and `allOf` at the top into one object. The model may then combine arguments of
 * several branches, and the client's own check still applies.
 */
export const flattenSchema: (schema: RawJson) => RawJson = rememberSchemas((schema) => {
  const members = readMembers(schema)
  if (members === null) return schema
  let isChanged = false
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    const list = members.get(key)
    const branches = (list === undefined ? [] : (readElements(list) ?? [])).map((one) => readMembers(one))
    if (list === undefined || branches.some((branch) => branch === null || branch.has('$ref'))) continue
    members.delete(key)
    mergeBranches(members, branches as Members[], key === 'allOf')
    isChanged = true
  }
  return isChanged ? writeMembers(members) : schema
})

function mergeBranches(members: Members, branches: readonly Members[], isAll: boolean): void {
  const properties = readMembers(members.get('properties') ?? null) ?? new Map<string, RawJson>()
  for (const branch of branches)
    for (const [name, value] of readMembers(branch.get('properties') ?? null) ?? [])
      properties.set(name, joinSchemas(properties.get(name), value, isAll))
  members.set('type', new RawJson('"object"'))
  members.set('properties', writeMembers(properties))
  const required = branches.map((branch) => readNames(branch.get('required')))
  const shared = isAll
    ? required.flat()
    : (required[0] ?? []).filter((name) => required.every((names) => names.includes(name)))
  const all = [...new Set([...readNames(members.get('required')), ...shared])]
  if (all.length > 0) members.set('required', new RawJson(`[${all.join(',')}]`))
}

/** A property of several branches takes what any of them takes. All branches of `allOf` hold, so its first one stays. */
function joinSchemas(before: RawJson | undefined, value: RawJson, isAll: boolean): RawJson {
  if (before === undefined) return value
  return isAll || before.text === value.text
    ? before
    : new RawJson(`{"anyOf":[${before.text},${value.text}]}`)
}

/** The names as their JSON text. */
function readNames(list: RawJson | undefined): string[] {
  return list === undefined ? [] : (readElements(list) ?? []).map(({ text }) => text)
}
