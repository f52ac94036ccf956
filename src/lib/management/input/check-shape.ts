import type { z } from 'zod'
import { redact } from '../../account/mask.ts'
import type { ErrorCode } from '../../base/errors.ts'
import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { isRecord } from '../../base/is-record.ts'

/** The most fields that one answer lists. */
const MOST_FIELDS = 50

/** A field of a request that is not as it must be. */
export interface WrongField {
  /** Its position, such as `limits[0].max`; empty: the whole. */
  field: string
  message: string
}

/** The name of a value in messages, and the place that describes its fields. */
interface Origin {
  whole: string
  hint: string
}

const ofRequest: Origin = { whole: 'the body', hint: 'GET /api/openapi.json describes every field' }

/** Checks a value against a schema. Throws `code` with the paths of all invalid fields. */
export function checkShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  code: ErrorCode,
  { whole, hint }: Origin = ofRequest,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const fields = result.error.issues.flatMap(listFields).slice(0, MOST_FIELDS)
  const { field, message } = fields[0] ?? { field: '', message: 'is not as it must be' }
  const others = fields.length > 1 ? `, and ${fields.length - 1} more` : ''
  throw new QwenctlError(code, `${field === '' ? whole : `"${field}"`} ${message}${others}`, {
    hint,
    details: { ...(field === '' ? {} : { field }), fields },
  })
}

/**
 * Adds to an error of `checkShape` the fields that have the right shape and an invalid value. `examine` rejects with
 * them, given the fields of the right shape.
 */
export async function addInvalidValues(
  error: unknown,
  value: unknown,
  examine: (body: Record<string, unknown>) => Promise<void>,
): Promise<unknown> {
  if (!isQwenctlError(error) || !isRecord(value)) return error
  const fields = listWrong(error)
  const wrong = new Set(fields.map(({ field }) => readTop(field)))
  const rest = Object.fromEntries(Object.entries(value).filter(([name]) => !wrong.has(name)))
  const more = await examine(rest).then(() => [], listWrong)
  const others = more.filter(({ field }) => !wrong.has(readTop(field)))
  error.details['fields'] = [...fields, ...others].slice(0, MOST_FIELDS)
  return error
}

function listWrong(error: unknown): WrongField[] {
  if (!isQwenctlError(error)) return []
  const { field, fields } = error.details
  if (Array.isArray(fields)) return fields as WrongField[]
  return typeof field === 'string' ? [{ field, message: error.message }] : []
}

/** `limits` of `limits[0].max` */
function readTop(field: string): string {
  return field.split(/[.[]/, 1)[0] ?? ''
}

type Issue = z.core.$ZodIssue

function listFields(found: Issue): WrongField[] {
  const issue = deepest(found)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: fieldAt([...issue.path, key]), message: 'is not known here' }))
  }
  return [{ field: fieldAt(issue.path), message: `is not as it must be: ${formatIssue(issue)}` }]
}

/** The issue in the intended form of a union: the form that matched furthest. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const firsts = issue.errors.flatMap((issues) => issues.slice(0, 1))
  const best = firsts.sort((a, b) => b.path.length - a.path.length)[0]
  return best === undefined ? issue : deepest({ ...best, path: [...issue.path, ...best.path] })
}

function formatIssue(issue: Issue): string {
  return issue.message.replace(/^Invalid (input|option): /, '')
}

/** `limits[0].max`. Field names come from the sender: a pasted key is masked. */
function fieldAt(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>(
    (before, step) =>
      typeof step === 'number' ? `${before}[${step}]` : `${before === '' ? '' : `${before}.`}${String(step)}`,
    '',
  )
  return redact(text.slice(0, 200), [])
}
