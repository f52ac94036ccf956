import { QwenctlError } from '../base/errors.ts'

export type Json = Record<string, unknown>

/** The rule for one field of a request. Null and absent are the same, and always valid. */
export type FieldRule =
  /** Translated. */
  | 'taken'
  /** Left out, since nothing about the answer changes; `docs/reference/translation.md` gives the reason of each. */
  | 'dropped'
  /** Refused for this reason, except for values that ask for nothing. */
  | { refused: string; unless?: (value: unknown) => boolean }

export type FieldRules = Readonly<Record<string, FieldRule>>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isFalse(value: unknown): boolean {
  return value === false
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
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

/** Refuses the first field that the rules refuse or do not know. `at` is the path of the object, or empty. */
export function checkFields(object: Json, rules: FieldRules, at = ''): void {
  for (const key in object) {
    const value = object[key]
    if (value === null || value === undefined) continue
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (rule === 'taken' || rule === 'dropped') continue
    const field = at === '' ? key : `${at}.${key}`
    if (rule === undefined) refuse(field, 'it is not a field that qwenctl knows in this format')
    if (rule.unless?.(value) !== true) refuse(field, rule.refused)
  }
}

export function objectAt(value: unknown, field: string): Json {
  return isObject(value) ? value : refuse(field, 'it is not an object')
}

export function listAt(value: unknown, field: string): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : refuse(field, 'it is not a list')
}

export function textAt(value: unknown, field: string): string {
  return typeof value === 'string' ? value : refuse(field, 'it is not a text')
}

/** A value, quoted for a refusal. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}
