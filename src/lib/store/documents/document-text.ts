import { readMessage } from '../../base/errors.ts'
import { isRecord } from '../../base/is-record.ts'

/**
 * Migrates from the previous version to `to`. Gets the whole document, returns the whole new one; must lose
 * nothing.
 */
export interface Migration {
  to: number
  migrate: (old: Record<string, unknown>) => Record<string, unknown>
}

export interface DocumentFormat {
  /** The version that this program writes. */
  version: number
  migrations?: Migration[]
  /** Describes a fault of the data in words; null: none. */
  validate?: (data: unknown) => string | null
  features?: Features
}

/**
 * Names of features, and whether the data uses each. A document lists those in use as `requires`. A program that does
 * not know one of them refuses the document: it would drop what decides which client may ask, or where a request leaves.
 */
export type Features = Readonly<Record<string, (data: Record<string, unknown>) => boolean>>

export type DecodedDocument =
  | { state: 'good'; data: Record<string, unknown>; /** The version in the file. */ version: number }
  | { state: 'damaged'; reason: string }
  | {
      state: 'too-new'
      version: number
      /** The required features that this program does not know. */ missing: string[]
    }

/** Parses a document's text, and migrates an older one to the present version. */
export function decodeDocument(text: string, format: DocumentFormat): DecodedDocument {
  if (text.trim() === '') return { state: 'damaged', reason: 'is empty' }
  let parsed: unknown
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return { state: 'damaged', reason: `is not valid JSON${describePlace(error, text)}` }
  }
  if (!isRecord(parsed)) return { state: 'damaged', reason: 'is not a JSON object' }
  const version = parsed['version']
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) {
    return { state: 'damaged', reason: 'has no version number' }
  }
  const missing = findMissing(parsed, format)
  if (version > format.version || missing.length > 0) return { state: 'too-new', version, missing }
  try {
    return checked(migrated(parsed, version, format), version, format)
  } catch (error) {
    // The migration failed on a shape that its version never had.
    return { state: 'damaged', reason: `cannot be brought up from version ${version}: ${readMessage(error)}` }
  }
}

function findMissing({ requires }: Record<string, unknown>, { features = {} }: DocumentFormat): string[] {
  const named = Array.isArray(requires) ? requires.map(String) : []
  return named.filter((feature) => !Object.hasOwn(features, feature))
}

/** The data as it is written: with its version, and with the features that it uses. */
export function stampDocument<T extends object>(data: T, { version, features = {} }: DocumentFormat): T {
  const { requires: _, ...content } = data as Record<string, unknown>
  const used = Object.keys(features).filter((feature) => features[feature]!(content))
  return { ...content, version, ...(used.length > 0 && { requires: used }) } as unknown as T
}

/** Why a document is too new, after its name. */
export function formatTooNew(found: { version: number; missing: string[] }, format: DocumentFormat): string {
  const { version, missing } = found
  const words =
    missing.length > 0
      ? `it needs ${missing.map((name) => name.slice(0, 64)).join(', ')}, which this one does not have`
      : `version ${version}, this one knows ${format.version}`
  return `was written by a newer qwenctl (${words})`
}

function checked(
  data: Record<string, unknown> | null,
  version: number,
  format: DocumentFormat,
): DecodedDocument {
  if (data === null) return { state: 'damaged', reason: `has version ${version}, which never was` }
  const problem = format.validate?.(data) ?? null
  return problem === null
    ? { state: 'good', data, version }
    : { state: 'damaged', reason: `is not as it should be: ${problem}` }
}

function migrated(
  old: Record<string, unknown>,
  from: number,
  format: DocumentFormat,
): Record<string, unknown> | null {
  let data = old
  for (let version = from + 1; version <= format.version; version++) {
    const step = format.migrations?.find((migration) => migration.to === version)
    if (step === undefined) return null
    data = { ...step.migrate(data), version }
  }
  return data
}

/** JSON.parse quotes the text around the fault in its message, which may be a secret: only the position is used. */
function describePlace(error: unknown, text: string): string {
  const position = findPosition(readMessage(error), text)
  if (position === null) return ''
  const before = text.slice(0, position).split('\n')
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`
}

// V8 gives a position, or for an unexpected token the surrounding text, from 10 characters before.
const QUOTED_BEFORE = 10

function findPosition(message: string, text: string): number | null {
  const position = /at position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return Number(position)
  const excerpt = /^Unexpected token .*?, \.\.\."(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(message)?.[1]
  const start = excerpt === undefined ? -1 : text.indexOf(excerpt)
  return start < 0 ? null : start + QUOTED_BEFORE
}
