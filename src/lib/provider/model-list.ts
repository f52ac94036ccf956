// Reads a service's list of models, in any known shape.

import { isRecord } from '../base/is-record.ts'

/** A model as a service lists it. */
export interface ListedModel {
  id: string
  /** Epoch seconds; null: unknown. */
  created: number | null
}

/** Routers list some thousand models; a longer list is not one. */
const MOST_MODELS = 20_000
const LONGEST_ID = 256
/** The last second that a `Date` can have. */
const LAST_SECOND = 8_640_000_000_000

/**
 * Reads the models of a parsed answer to `GET /models`; null: not a list of models. Shapes: OpenAI's and
 * Anthropic's `{data: [...]}`, a bare array (Together, https://docs.together.ai/reference/models, 2026-11),
 * `{models: [...]}` (Ollama's `/api/tags`, Gemini). Entries are texts or have `id`, `name` or `model`. Entries
 * without a name are left out.
 */
export function readModelList(body: unknown): ListedModel[] | null {
  const entries = listEntries(body)
  if (entries === null) return null
  const found = new Map<string, ListedModel>()
  for (const entry of entries.slice(0, MOST_MODELS)) {
    const id = readId(entry)
    if (id !== null && !found.has(id))
      found.set(id, { id, created: isRecord(entry) ? readCreated(entry) : null })
  }
  return [...found.values()]
}

/**
 * As `readModelList`; null too for one page of a longer list. Anthropic marks a page with `has_more`, Google with
 * `nextPageToken` (https://docs.anthropic.com/en/api/models-list and https://ai.google.dev/api/models, 2026-11).
 */
export function readWholeModelList(body: unknown): ListedModel[] | null {
  const isPage = isRecord(body) && (body.has_more === true || typeof body.nextPageToken === 'string')
  return isPage ? null : readModelList(body)
}

/**
 * All names that services accept for the models of a list: the listed ones, and unlisted aliases. Anthropic lists
 * `claude-sonnet-4-5-20250929` and accepts it without its date too
 * (https://docs.anthropic.com/en/docs/about-claude/models/overview, 2026-11). Ollama lists `llama3.2:latest` and
 * accepts `llama3.2` (https://github.com/ollama/ollama/blob/main/docs/api.md#model-names, 2026-11).
 */
export function namesInList(ids: readonly string[]): Set<string> {
  const names = new Set(ids)
  for (const id of ids) {
    if (id.endsWith(':latest')) names.add(id.slice(0, -':latest'.length))
    const undated = /^(claude-.+)-\d{8}$/.exec(id)?.[1]
    if (undated !== undefined) names.add(undated).add(`${undated}-latest`)
  }
  return names
}

function listEntries(body: unknown): unknown[] | null {
  if (Array.isArray(body)) return body as unknown[]
  if (!isRecord(body)) return null
  for (const inner of [body.data, body.models]) {
    if (Array.isArray(inner)) return inner as unknown[]
    if (isRecord(inner) && Array.isArray(inner.models)) return inner.models as unknown[]
  }
  return null
}

function readId(entry: unknown): string | null {
  const named: unknown = isRecord(entry) ? [entry.id, entry.model, entry.name].find(isName) : entry
  // Gemini: `models/gemini-2.5-pro`; requests use either spelling.
  return isName(named) ? named.replace(/^models\/(?=.)/, '') : null
}

function isName(value: unknown): value is string {
  // Control characters would reach terminals and logs.
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_ID && !/\p{Cc}/u.test(value)
}

function readCreated({
  created,
  created_at: at,
  modified_at: modified,
}: Record<string, unknown>): number | null {
  const seconds = typeof created === 'number' ? created : (parseSeconds(at) ?? parseSeconds(modified))
  return seconds !== null && seconds >= 0 && seconds <= LAST_SECOND ? Math.floor(seconds) : null
}

function parseSeconds(text: unknown): number | null {
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000)
}
