import { QwenctlError } from '../../base/errors.ts'

const DAY_MS = 86_400_000
const DAY_LENGTH = '2026-11-22'.length

/** Epoch milliseconds of a time in RFC 3339, or of a UTC day such as 2026-11-22. Throws `invalid_value`. */
export function parseInstant(field: string, text: string): number {
  const isWritten = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/i.test(text)
  const at = isWritten ? Date.parse(text) : NaN
  if (Number.isFinite(at)) return at
  throw new QwenctlError('invalid_value', `"${field}" is not a time`, {
    hint: 'write a time such as 2026-11-22T09:00:00Z, or a day such as 2026-11-22',
    details: { field },
  })
}

/** The same for an end that is not included: a day counts to its end. */
export function parseEnd(field: string, text: string): number {
  const at = parseInstant(field, text)
  return text.length === DAY_LENGTH ? at + DAY_MS : at
}
