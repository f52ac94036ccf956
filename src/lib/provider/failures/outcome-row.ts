// A single row of the tables that give the meaning of an answer. `docs/guide/plugins.md` shows how to write one.

import type { OutcomeClass } from '../../quota/log/events.ts'
import type { Answer, Outcome } from '../provider.ts'
import type { ErrorFacts } from './read-error.ts'
import { retryAfter } from '../limits/reset-time.ts'
import { resetInFields, resetInHeaders } from '../limits/reset-fields.ts'
import { resetInText } from '../limits/reset-words.ts'

/** An answer with its parsed error: the input of a row's functions. */
export interface FailedAnswer extends Answer, ErrorFacts {
  /**
   * The message without quoted text. Quotes name tools, fields and values of the request, which carry no meaning.
   */
  words: string
}

/** A single row. All given conditions must hold; a row without conditions always matches. */
export interface OutcomeRow {
  /** A single status, several, or a test. */
  status?: number | readonly number[] | ((status: number) => boolean)
  /** The provider's code, compared without case; a pattern for a family of codes. */
  code?: string | readonly string[] | RegExp
  type?: string | readonly string[] | RegExp
  message?: RegExp
  /** Like `message`, for words that a request may contain too: names in quotes are left out. */
  words?: RegExp
  /** For facts that only this provider gives. */
  when?: (answer: FailedAnswer) => boolean
  class: OutcomeClass
  /**
   * Left out: the usual scope of the class (rate limits, capacity and missing models: the model; else the account).
   */
  scope?: Outcome['scope']
  /** When it ends, epoch milliseconds, or null; left out: see `announcedEnd`. */
  until?: (answer: FailedAnswer) => number | null
  /** The meaning in a few words, for people. Decides nothing. */
  about?: string
}

const modelScoped: ReadonlySet<OutcomeClass> = new Set([
  'rate-short',
  'model-unavailable',
  'overloaded',
  'timeout',
  'unreachable',
])

/** The scope of this row's outcome. */
export function resolveScope(row: Pick<OutcomeRow, 'scope' | 'class'>): Outcome['scope'] {
  return row.scope ?? (modelScoped.has(row.class) ? 'model' : 'account')
}

/** The end that an answer names: in `retry-after` headers, fields of the body, words, or other headers. */
export function announcedEnd({ header, error, body, message, now }: FailedAnswer): number | null {
  return (
    retryAfter(header, now) ??
    resetInFields([error, body], now) ??
    resetInText(message, now) ??
    resetInHeaders(header, now)
  )
}

/** For services that document no end: even a header's end is ignored. */
export const noEnd = (): null => null

export function matches(row: OutcomeRow, answer: FailedAnswer): boolean {
  return (
    matchesStatus(row.status, answer.status) &&
    matchesText(row.code, answer.code) &&
    matchesText(row.type, answer.type) &&
    (row.message === undefined || row.message.test(answer.message)) &&
    (row.words === undefined || row.words.test(answer.words)) &&
    (row.when === undefined || row.when(answer))
  )
}

function matchesStatus(wanted: OutcomeRow['status'], status: number): boolean {
  if (wanted === undefined) return true
  if (typeof wanted === 'function') return wanted(status)
  return typeof wanted === 'number' ? wanted === status : wanted.includes(status)
}

function matchesText(wanted: OutcomeRow['code'], given: string | null): boolean {
  if (wanted === undefined) return true
  if (given === null) return false
  if (wanted instanceof RegExp) return wanted.test(given)
  const lower = given.toLowerCase()
  return typeof wanted === 'string'
    ? wanted.toLowerCase() === lower
    : wanted.some((one) => one.toLowerCase() === lower)
}
