// The meaning of an answer: the first matching row decides. Requests that fail a check come first. The provider's own
// rows follow, then those of all other services, then the words of any service. The status alone comes last. A body
// therefore means the same for every provider id.

import type { OutcomeClass } from '../../quota/log/events.ts'
import type { FailureRow } from './failure-row.ts'
import { declinedRows, generalRows, statusRows, validationRows } from './general.ts'
import { exceptRequests } from './general/request-subject.ts'
import { services } from './services.ts'
import { announcedEnd, matches, resolveScope, type FailedAnswer, type OutcomeRow } from './outcome-row.ts'
import type { Answer, Outcome } from '../provider.ts'
import { quotableCode, quotableMessage } from '../plugins/quotable.ts'
import { readError } from './read-error.ts'
import { removeQuotes } from './read-text.ts'
import { resetInFields } from '../limits/reset-fields.ts'
import { within } from '../limits/reset-time.ts'
import { resetInText } from '../limits/reset-words.ts'

const LONGEST_READ = 4000
/** A rate refills within minutes: a longer wait is the end of a window. */
const LONGEST_RATE_MS = 10 * 60_000
/** A nearer end beside a budget is the advice to retry, not the end of the budget. */
const NEAR_MS = 60_000

/** Classes with an end that is worth looking for. */
const ending: ReadonlySet<OutcomeClass> = new Set(['rate-short', 'quota-window', 'overloaded'])

/** An error frame after a 200 without a known meaning: the upstream failed, the account is not at fault. */
const lastRow: FailureRow = {
  id: 'nothing-known',
  class: 'overloaded',
  about: 'an error that says nothing known',
  source: 'decided by qwenctl',
  examples: [],
}

/** Rows that apply to every provider. */
const sharedRows: readonly FailureRow[] = services.flatMap(({ rows }) =>
  exceptRequests(rows.filter(({ isOwn, isWeak }) => isOwn === undefined && isWeak !== true)),
)

/** An outcome with the row that decided it. */
export interface ExplainedOutcome {
  outcome: Outcome
  row: OutcomeRow
}

/** Classifies an answer by a provider's rows, then by those of all services. Pure; every answer gets a verdict. */
export function classify(answer: Answer, rows: readonly OutcomeRow[] = []): Outcome {
  return explainOutcome(answer, rows).outcome
}

/** `classify`, with the row that decided. */
export function explainOutcome(answer: Answer, rows: readonly OutcomeRow[] = []): ExplainedOutcome {
  const facts = readError(answer)
  // The start of an error names its subject. The rest may be a whole request, and every row reads it.
  const message = facts.message.slice(0, LONGEST_READ)
  const failed: FailedAnswer = { ...answer, ...facts, message, words: removeQuotes(message) }
  const row = decidingRow(failed, rows)
  const readEnd = row.until ?? (ending.has(row.class) ? announcedEnd : () => null)
  // Rows come from plugins too: a misread unit must not lock an account out for years.
  const until = within(readEnd(failed), answer.now)
  const outcome: Outcome = {
    ...asWindow(row, until, failed),
    scope: resolveScope(row),
    code: quotableCode(failed.code ?? failed.type),
    message: failed.message === '' ? `HTTP ${failed.status}` : quotableMessage(failed.message),
  }
  return { outcome, row }
}

/**
 * A rate with a distant end and a budget with a stated end are windows. For a budget only the body counts: gateways
 * add `retry-after` to any 429.
 */
function asWindow(
  row: OutcomeRow,
  until: number | null,
  { error, body, message, now }: FailedAnswer,
): Pick<Outcome, 'class' | 'until'> {
  if (row.class === 'rate-short' && until !== null && until - now > LONGEST_RATE_MS)
    return { class: 'quota-window', until }
  if (row.class !== 'quota-hard' || row.until !== undefined) return { class: row.class, until }
  const end = within(resetInFields([error, body], now) ?? resetInText(message, now), now)
  return end !== null && end - now > NEAR_MS
    ? { class: 'quota-window', until: end }
    : { class: row.class, until }
}

function decidingRow(failed: FailedAnswer, own: readonly OutcomeRow[]): OutcomeRow {
  const found = (rows: readonly OutcomeRow[]) => rows.find((row) => matches(row, failed))
  return (
    found(validationRows) ??
    found(declinedRows) ??
    found(own.filter((row) => rankRow(row) === 'first')) ??
    found(sharedRows) ??
    found(own.filter((row) => rankRow(row) === 'later')) ??
    found(generalRows) ??
    found(own.filter((row) => rankRow(row) === 'weak')) ??
    found(statusRows) ??
    lastRow
  )
}

/** Rows of plugins have no rank of their own: they come first. */
function rankRow(
  row: OutcomeRow & Partial<Pick<FailureRow, 'isWeak' | 'isOwn'>>,
): 'first' | 'later' | 'weak' {
  return row.isWeak === true ? 'weak' : (row.isOwn ?? 'first')
}
