import { isRecord } from '../../base/is-record.ts'
import { tryParseJson } from '../../base/text/try-parse-json.ts'
import type { ListedModel } from '../../provider/model-list.ts'
import { readModelList } from '../../provider/model-list.ts'

/** A list of models, with its fetch time (epoch milliseconds). */
export interface ModelPage {
  at: number
  models: ListedModel[]
}

/** The entry of one service. Notes by name, with the time of the newest (epoch milliseconds). */
export interface ServicePage {
  list: ModelPage | null
  answered: Map<string, number>
}

export function emptyPage(): ServicePage {
  return { list: null, answered: new Map() }
}

/** Parses the text of `models.json`; malformed entries are left out. */
export function parsePages(text: string): Map<string, ServicePage> {
  const pages = new Map<string, ServicePage>()
  const document = parsePage(text)
  if (document?.version !== 1 || !Array.isArray(document.services)) return pages
  for (const entry of document.services as (Record<string, unknown> | null)[]) {
    if (typeof entry?.place !== 'string') continue
    const { place, list, answered } = entry
    pages.set(place, { list: listIn(list), answered: notesIn(answered) })
  }
  return pages
}

/** Merges two sets of pages; the newer entry of each service wins. */
export function mergePages(
  one: ReadonlyMap<string, ServicePage>,
  other: ReadonlyMap<string, ServicePage>,
): Map<string, ServicePage> {
  const merged = new Map(one)
  for (const [place, page] of other) {
    const before = merged.get(place)
    if (before === undefined) merged.set(place, page)
    else {
      merged.set(place, {
        list: newer(before.list, page.list),
        answered: newest(before.answered, page.answered),
      })
    }
  }
  return merged
}

function newer(one: ModelPage | null, other: ModelPage | null): ModelPage | null {
  if (one === null || other === null) return one ?? other
  return one.at > other.at ? one : other
}

function newest(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): Map<string, number> {
  const merged = new Map(one)
  for (const [name, at] of other) merged.set(name, Math.max(at, merged.get(name) ?? 0))
  return merged
}

function listIn(value: unknown): ModelPage | null {
  const { at, models } = (value ?? {}) as { at?: unknown; models?: unknown }
  const read = readModelList(models)
  return typeof at === 'number' && Number.isFinite(at) && read !== null ? { at, models: read } : null
}

function notesIn(value: unknown): Map<string, number> {
  const notes = new Map<string, number>()
  if (!Array.isArray(value)) return notes
  for (const entry of value as unknown[]) {
    const [name, at] = Array.isArray(entry) ? (entry as unknown[]) : []
    if (typeof name === 'string' && typeof at === 'number' && Number.isFinite(at)) notes.set(name, at)
  }
  return notes
}

/** Null: the file is damaged. The next fetch writes a new one. */
function parsePage(text: string): Record<string, unknown> | null {
  const value = tryParseJson(text)
  return isRecord(value) ? value : null
}
