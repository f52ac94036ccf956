// The meaning of an answer: the first matching row decides. The order is: the provider's own rows, the rows of all
// other services, the words of any service, and last the status alone. A body therefore means the same for every
// provider id.

import type { OutcomeClass } from '../../quota/log/events.ts'
import type { FailureRow } from './failure-row.ts'
import { declinedRows, generalRows, statusRows } from './general.ts'
import { services } from './services.ts'
import { announcedEnd, matches, resolveScope, type FailedAnswer, type OutcomeRow } from './outcome-row.ts'
import type { Answer, Outcome } from '../provider.ts'
import { quotableCode, quotableMessage } from '../plugins/quotable.ts'
import { readError, unquoted } from './read-error.ts'
import { FURTHEST_RESET_MS } from '../limits/reset-time.ts'

const LONGEST_READ = 4000

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
  rows.filter(({ isOwn, isWeak }) => isOwn === undefined && isWeak !== true),
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
  const failed: FailedAnswer = { ...answer, ...facts, message, words: unquoted(message) }
  const row = decidingRow(failed, rows)
  const until = row.until ?? (ending.has(row.class) ? announcedEnd : () => null)
  const outcome: Outcome = {
    class: row.class,
    scope: resolveScope(row),
    until: believable(until(failed), answer.now),
    code: quotableCode(failed.code ?? failed.type),
    message: failed.message === '' ? `HTTP ${failed.status}` : quotableMessage(failed.message),
  }
  return { outcome, row }
}

function decidingRow(failed: FailedAnswer, own: readonly OutcomeRow[]): OutcomeRow {
  const found = (rows: readonly OutcomeRow[]) => rows.find((row) => matches(row, failed))
  return (
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

/** Rows come from plugins too: a misread unit must not lock an account out for years. */
function believable(at: number | null, now: number): number | null {
  return at !== null && at > now && at <= now + FURTHEST_RESET_MS ? at : null
}
