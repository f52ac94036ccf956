import type { z } from 'zod'
import { redact } from '../account/mask.ts'
import type { ErrorCode } from '../base/errors.ts'
import { QwenctlError } from '../base/errors.ts'

/** Checks a value against a schema. Throws `code` with the path of the invalid field. */
export function checkShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  code: ErrorCode,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = deepest(result.error.issues[0])
  const extra = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const path = [...(issue?.path ?? []), ...(extra === undefined ? [] : [extra])]
  const field = fieldAt(path)
  const words = extra === undefined ? `is not as it must be: ${formatIssue(issue)}` : 'is not known here'
  throw new QwenctlError(code, `${field === '' ? 'the body' : `"${field}"`} ${words}`, {
    hint: 'see docs/reference/api.md, or /api/openapi.json',
    details: field === '' ? {} : { field },
  })
}

type Issue = z.core.$ZodIssue | undefined

/** The issue in the intended form of a union: the form that matched furthest. */
function deepest(issue: Issue): Issue {
  if (issue?.code !== 'invalid_union') return issue
  const firsts = issue.errors.flatMap((issues) => issues.slice(0, 1))
  const best = firsts.sort((a, b) => b.path.length - a.path.length)[0]
  return best === undefined ? issue : deepest({ ...best, path: [...issue.path, ...best.path] })
}

function formatIssue(issue: Issue): string {
  return (issue?.message ?? 'invalid value').replace(/^Invalid (input|option): /, '')
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
