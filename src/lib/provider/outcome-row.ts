// One row of the tables that say what an answer means. `docs/guide/plugins.md` shows how to write one.

import type { OutcomeClass } from '../quota/log/events.ts'
import type { Answer, Outcome } from './provider.ts'
import type { ErrorFacts } from './read-error.ts'
import { retryAfter } from './reset-time.ts'
import { resetInText } from './reset-words.ts'

/** An answer with its error taken apart: what the functions of a row may look at. */
export interface FailedAnswer extends Answer, ErrorFacts {
  /** The message without what it quotes: names of tools, fields and values come from the request and mean nothing. */
  words: string
}

/** One row. All conditions given must hold; a row without conditions always matches. */
export interface OutcomeRow {
  /** One status, several, or a test. */
  status?: number | readonly number[] | ((status: number) => boolean)
  /** The provider's code, compared without case; a pattern where a family of codes is meant. */
  code?: string | readonly string[] | RegExp
  type?: string | readonly string[] | RegExp
  message?: RegExp
  /** Like `message`, for words that a request may contain too: names in quotes are left out. */
  words?: RegExp
  /** For facts only this provider gives. */
  when?: (answer: FailedAnswer) => boolean
  class: OutcomeClass
  /** Left out: what the class is usually about (rate limits, capacity and missing models: the model; else the account). */
  scope?: Outcome['scope']
  /** When it ends, epoch milliseconds, or null; left out: `retry-after` headers, then the message's own words. */
  until?: (answer: FailedAnswer) => number | null
  /** What it says and means, in a few words for people. Decides nothing. */
  about?: string
}

const modelScoped: ReadonlySet<OutcomeClass> = new Set([
  'rate-short',
  'model-unavailable',
  'overloaded',
  'timeout',
  'unreachable',
])

/** What an outcome of this row is about. */
export function resolveScope(row: Pick<OutcomeRow, 'scope' | 'class'>): Outcome['scope'] {
  return row.scope ?? (modelScoped.has(row.class) ? 'model' : 'account')
}

/** The end an answer names in its `retry-after` headers or in its words. */
export function announcedEnd(answer: FailedAnswer): number | null {
  return retryAfter(answer.header, answer.now) ?? resetInText(answer.message, answer.now)
}

/** For services that document no end: not even one in a header is believed. */
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
