import { QwenctlError } from '../base/errors.ts'
import { isRecord } from '../base/is-record.ts'
import type { Format } from '../provider/wire-format.ts'
import { RawJson, writeJson, type Json } from './json/raw-json.ts'
import type { SettingName } from './neutral/settings.ts'

export type { Json } from './json/raw-json.ts'

/** The rule for one field of a request or an answer. Null and absent are the same, and always valid. */
export type FieldRule =
  /** Translated. */
  | 'taken'
  /** Left out without a word, since it has no effect on this answer. */
  | 'dropped'
  /** Translated where the account's format has it, and left out without a word elsewhere. */
  | { only: readonly Format[] }
  /** Left out, and named to the client. */
  | 'hint'
  /** A wish that some formats can express; `unless`: values that wish for nothing. */
  | { setting: SettingName; unless?: (value: unknown) => boolean }
  /** Refused for this reason, except for values that ask for nothing. */
  | { refused: string; unless?: (value: unknown) => boolean }

export type FieldRules = Readonly<Record<string, FieldRule>>

export function isObject(value: unknown): value is Json {
  return isRecord(value) && !(value instanceof RawJson)
}

export function isFalse(value: unknown): boolean {
  return value === false
}

export function isZero(value: unknown): boolean {
  return value === 0
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/**
 * Throws `invalid_request` for a field without a counterpart in the other format. `field` is a path:
 * `messages[2].name`.
 */
export function refuse(field: string, why: string): never {
  throw new QwenctlError('invalid_request', `"${field}" cannot be translated: ${why}`, {
    hint: 'leave it out, or use an account that speaks the format of the request',
    details: { field },
  })
}

export function objectAt(value: unknown, field: string): Json {
  return isObject(value) ? value : refuse(field, 'it is not an object')
}

export function listAt(value: unknown, field: string): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : refuse(field, 'it is not a list')
}

/** A list, or nothing. */
export function listOrNone(value: unknown, field: string): unknown[] {
  return isGiven(value) ? listAt(value, field) : []
}

export function textAt(value: unknown, field: string): string {
  return typeof value === 'string' ? value : refuse(field, 'it is not a text')
}

/** A number as it can be computed with. Null: there is none. */
export function numberAt(value: unknown, field: string): number | null {
  if (!isGiven(value)) return null
  const number = value instanceof RawJson ? Number(value.text) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : refuse(field, 'it is not a number')
}

/** An object or list that the client wrote, as its own text. Null: there is none. */
export function rawAt(value: unknown, field: string): RawJson | null {
  if (!isGiven(value)) return null
  if (value instanceof RawJson) return value
  return typeof value === 'object' ? new RawJson(writeJson(value)) : refuse(field, 'it is not an object')
}

/** A value, quoted for a refusal. */
export function quoteValue(value: unknown): string {
  const text = writeJson(value)
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}
