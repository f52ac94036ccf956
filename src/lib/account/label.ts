import { QwenctlError } from '../base/errors.ts'
import { redact } from './mask.ts'
import { nameProblem } from './name.ts'

export const LONGEST_LABEL = 80

// Control characters, halves of characters, line separators, and marks that reverse the direction of the text after them.
const UNSHOWABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u
const LONGEST_NAME = 64

/** Why a text cannot be a label, in words; null: it can. Length counts characters, not bytes. */
export function labelProblem(label: string): string | null {
  if (label.trim() === '') return 'is empty'
  if ([...label].length > LONGEST_LABEL) return `is longer than ${LONGEST_LABEL} characters`
  return UNSHOWABLE.test(label) ? 'contains control characters' : null
}

/** Returns the label without surrounding blanks. Throws `invalid_value`. */
export function checkLabel(text: string): string {
  const label = text.trim()
  const problem = labelProblem(label)
  if (problem === null) return label
  throw new QwenctlError(
    'invalid_value',
    `the label "${redact([...label].slice(0, 80).join(''), [])}" ${problem}`,
    {
      hint: `a label is any text of up to ${LONGEST_LABEL} characters, such as "Pro Account 1"`,
    },
  )
}

/**
 * The name that a label becomes in references: `Pro Account 1` → `pro-account-1`. A label that is a valid name
 * stays as it is. Null: no part of the label can be in a name.
 */
export function nameFromLabel(label: string): string | null {
  if (nameProblem(label) === null) return label
  const plain = label.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  const slug = plain
    .replaceAll(/[^a-z0-9._@+]+/g, '-')
    .slice(0, LONGEST_NAME)
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
  return nameProblem(slug) === null ? slug : null
}
