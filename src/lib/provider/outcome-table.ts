// What an answer means, as rows of a table: the first row that matches decides. A provider brings its own rows; the
// generic ones stand behind them. `examples/qwenctl-plugin-example` shows how to write a row.

import { redact } from '../account/mask.ts'
import type { OutcomeClass } from '../quota/log/events.ts'
import type { Answer, Outcome } from './provider.ts'
import { readError, type ErrorFacts } from './read-error.ts'
import { FURTHEST_RESET_MS, resetInText, retryAfter } from './reset-time.ts'

/** An answer with its error taken apart: what the functions of a row may look at. */
export interface FailedAnswer extends Answer, ErrorFacts {}

/** One row. All conditions given must hold; a row without conditions always matches. */
export interface OutcomeRow {
  /** One status, several, or a test. */
  status?: number | readonly number[] | ((status: number) => boolean)
  /** The provider's code, compared without case; a pattern where a family of codes is meant. */
  code?: string | readonly string[] | RegExp
  type?: string | readonly string[] | RegExp
  message?: RegExp
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

const MESSAGE_LENGTH = 300

const modelScoped: ReadonlySet<OutcomeClass> = new Set([
  'rate-short',
  'model-unavailable',
  'overloaded',
  'timeout',
  'unreachable',
])

/** Classes that end by themselves; only they have an end to look for. */
const ending: ReadonlySet<OutcomeClass> = new Set(['rate-short', 'quota-window', 'overloaded'])

/** Reads an answer by a provider's rows, then by the generic ones. Pure; every answer gets a verdict. */
export function classify(answer: Answer, rows: readonly OutcomeRow[] = []): Outcome {
  const failed: FailedAnswer = { ...answer, ...readError(answer) }
  const row =
    rows.find((candidate) => matches(candidate, failed)) ??
    genericRows.find((candidate) => matches(candidate, failed)) ??
    lastRow
  const until = row.until ?? (ending.has(row.class) ? announcedEnd : () => null)
  return {
    class: row.class,
    scope: scopeOf(row),
    until: believable(until(failed), answer.now),
    code: failed.code ?? failed.type,
    message: failed.message === '' ? `HTTP ${failed.status}` : quotable(failed.message),
  }
}

/** What an outcome of this row is about. */
export function scopeOf(row: Pick<OutcomeRow, 'scope' | 'class'>): Outcome['scope'] {
  return row.scope ?? (modelScoped.has(row.class) ? 'model' : 'account')
}

/** Services repeat the key they refuse; what is quoted goes into the ledger and onto screens. */
function quotable(message: string): string {
  return redact(message.slice(0, 10 * MESSAGE_LENGTH), []).slice(0, MESSAGE_LENGTH)
}

/** The end an answer names in its `retry-after` headers or in its words. */
export function announcedEnd(answer: FailedAnswer): number | null {
  return retryAfter(answer.header, answer.now) ?? resetInText(answer.message, answer.now)
}

/** Rows come from plugins too: a misread unit must not lock an account out for years. */
function believable(at: number | null, now: number): number | null {
  return at !== null && at > now && at <= now + FURTHEST_RESET_MS ? at : null
}

/** For services that document no end: not even one in a header is believed. */
export const noEnd = (): null => null

const server = (status: number): boolean => status >= 500
const client = (status: number): boolean => status >= 400 && status < 500
const aboutModel = /\bmodels?\b/i

/**
 * What holds for any OpenAI- or Anthropic-like service. Codes and types come before statuses: inside a stream the
 * status is 200 and tells nothing. `insufficient_quota` is not here, since it means three different things.
 */
export const genericRows: readonly OutcomeRow[] = [
  { code: ['model_not_found', 'model_not_supported'], class: 'model-unavailable' },
  { status: 404, message: aboutModel, class: 'model-unavailable' },
  { type: 'not_found_error', message: aboutModel, class: 'model-unavailable' },

  { status: 401, class: 'auth-dead' },
  { code: 'invalid_api_key', class: 'auth-dead' },
  { type: 'authentication_error', class: 'auth-dead' },
  { status: 402, class: 'quota-hard' },
  { type: 'billing_error', class: 'quota-hard' },

  // Before codes: Groq and others say rate_limit_exceeded of one request that could never fit.
  { status: 413, class: 'bad-request' },
  { type: 'request_too_large', class: 'bad-request' },

  { status: 429, class: 'rate-short' },
  // The numbers are those of Z.AI, where GLM models are at home.
  { code: ['rate_limit_exceeded', 'slow_down', 'too_many_requests', '1302', '1305'], class: 'rate-short' },
  { type: ['rate_limit_error', 'rate_limit_exceeded'], class: 'rate-short' },

  // The upstream gave up waiting; the same request may work elsewhere.
  { status: 408, class: 'timeout' },
  { status: 501, class: 'bad-request' },
  { status: server, class: 'overloaded' },
  { code: ['server_error', 'server_is_overloaded', 'internal_error'], class: 'overloaded' },
  { type: ['overloaded_error', 'api_error', 'timeout_error', 'server_error'], class: 'overloaded' },

  // A 403 nobody explained: often this key may not use this model or region, sometimes a firewall's page. Another
  // account may do better, and only this model of this one rests.
  { status: 403, class: 'model-unavailable' },
  { type: 'permission_error', class: 'model-unavailable' },

  { status: client, class: 'bad-request' },
  { type: 'invalid_request_error', class: 'bad-request' },
  // A redirect: whoever answers at this base URL does not speak this API.
  { status: (status) => status >= 300 && status < 400, class: 'unreachable' },
]

/** An error frame after a 200 that says nothing known: the upstream failed, the account did nothing wrong. */
const lastRow: OutcomeRow = { class: 'overloaded' }

function matches(row: OutcomeRow, answer: FailedAnswer): boolean {
  return (
    matchesStatus(row.status, answer.status) &&
    matchesText(row.code, answer.code) &&
    matchesText(row.type, answer.type) &&
    (row.message === undefined || row.message.test(answer.message)) &&
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
