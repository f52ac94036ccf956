import { RawJson, writeJson } from './raw-json.ts'
import { parseMembers } from './parse-json.ts'

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
  if (!/^\s*\[/.test(value.text)) return null
  try {
    // Numbered members have the order of the list: one reader serves both.
    const found = parseMembers(`{"list":${value.text}}`)?.get('list')
    return found === undefined ? null : splitList(found.text)
  } catch {
    return null
  }
}

function splitList(text: string): RawJson[] {
  const out: RawJson[] = []
  let depth = 0
  let from = text.indexOf('[') + 1
  for (const { 0: part, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/gs)) {
    if (part === '[' || part === '{') depth += 1
    else if (part === ']' || part === '}') depth -= 1
    const isEnd = depth === 0 && part === ']'
    if (!isEnd && !(part === ',' && depth === 1)) continue
    const element = text.slice(from, index).trim()
    if (element !== '') out.push(new RawJson(element))
    from = index + 1
  }
  return out
}
