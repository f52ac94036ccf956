// Clients of the Responses API may name an earlier item by its id, because OpenAI stores it. Items of translated
// answers are stored at no account: the proxy keeps them, and puts them in place of their references.

import { isText } from '../json-fields.ts'
import { readElements, readMembers, writeMembers } from '../json/ordered-json.ts'
import { parseJson } from '../json/parse-json.ts'
import { RawJson } from '../json/raw-json.ts'

/** The type of such a reference. A request without this text has none. */
export const REFERENCE = 'item_reference'

/** The ids of items in an answer that is kept: kind, token, and place. */
const KEPT_ID = /^[a-z]+_(?:qwenctl_)?([0-9a-f]{32})_\d+$/

interface KeptAnswers {
  /** The items of an answer, by its token, as a JSON list; null: unknown. */
  find: (token: string) => string | null
  /** The most characters of a request with its items. One item may be named a thousand times. */
  mostLength: number
  /** Throws the error for a longer request. */
  refuseLength: () => never
}

/** Puts kept items in place of their references. Unknown references stay. Null: nothing was replaced. */
export function resolveReferences(
  text: string,
  { find, mostLength, refuseLength }: KeptAnswers,
): string | null {
  const body = readMembers(new RawJson(text))
  const input = readElements(body?.get('input') ?? new RawJson(''))
  if (body === null || input === null) return null
  const answers = new Map<string, ReadonlyMap<string, RawJson>>()
  let length = text.length
  let hasChanged = false
  const resolved: string[] = []
  for (const item of input) {
    const id = readReference(item)
    const token = id === null ? undefined : KEPT_ID.exec(id)?.[1]
    if (token !== undefined && !answers.has(token)) answers.set(token, readItems(find(token)))
    const known = token === undefined ? undefined : answers.get(token)!.get(id!)
    if (known !== undefined) {
      hasChanged = true
      length += known.text.length
      if (length > mostLength) return refuseLength()
    }
    resolved.push((known ?? item).text)
  }
  if (!hasChanged) return null
  body.set('input', new RawJson(`[${resolved.join(',')}]`))
  return writeMembers(body).text
}

/** The id that an item refers to; null: it is no reference. */
function readReference(item: RawJson): string | null {
  if (!item.text.includes(REFERENCE)) return null
  const members = readMembers(item)
  if (members === null || textIn(members, 'type') !== REFERENCE) return null
  return textIn(members, 'id')
}

function readItems(list: string | null): ReadonlyMap<string, RawJson> {
  const items = list === null ? null : readElements(new RawJson(list))
  return new Map((items ?? []).map((item) => [textIn(readMembers(item) ?? new Map(), 'id') ?? '', item]))
}

function textIn(members: ReadonlyMap<string, RawJson>, name: string): string | null {
  const raw = members.get(name)
  const value = raw === undefined ? null : parseJson(raw.text)
  return isText(value) ? value : null
}
