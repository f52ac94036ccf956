import { formatTime } from '../../../base/iso-time.ts'
import type { Account } from '../../../account/account.ts'
import { quotaGroupSubject } from '../../../account/account.ts'
import type { Ledger, Notice } from '../../../quota/ledger.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import { FIRST_TEST_MS } from '../../../rotation/cooldowns/cooling.ts'
import type { CheckResult } from '../account-inputs.ts'

/** The ledger events for a provider's verdict on a credential; empty if the ledger has them already. */
export function verdictNotices(ledger: Ledger, account: Account, verdict: CheckResult): Notice[] {
  const { state } = ledger
  if (verdict.result === 'accepted') return returnNotices(state, account)
  const { cooldowns, unreached } = state.subjects.get(account.id) ?? {}
  const whole = cooldowns?.get('*')
  const isReached = verdict.result === 'unchecked' && verdict.latencyMs !== null
  if (isReached && unreached !== undefined) return [reached(account)]
  if (verdict.result !== 'refused' || whole?.reason === 'auth-dead') return []
  const cool = refusalNotice(ledger, account, verdict.message)
  // Deadlines only move by max(), so a cooldown without an end is cleared before another reason replaces it.
  return whole?.until === null ? [{ type: 'clear', subject: account.id, model: '*' }, cool] : [cool]
}

/**
 * Ends what only a user can end: endless cooldowns of the account, its models and its quota group. Also ends the
 * refusal of its credential, and the mark that it is unreachable.
 */
export function returnNotices(state: LedgerState, account: Account): Notice[] {
  const subjects = [account.id, quotaGroupSubject(account)].filter((subject) => subject !== null)
  return subjects.flatMap((subject) => {
    const { cooldowns = [], unreached } = state.subjects.get(subject) ?? {}
    const ends: Notice[] = [...cooldowns]
      .filter(([, { until, reason }]) => until === null || reason === 'auth-dead')
      .map(([model]) => ({ type: 'clear', subject, model }))
    if (ends.length > 0 || unreached === undefined) return ends
    return [reached({ id: subject })]
  })
}

/** Ends only the mark that the account is unreachable. */
function reached({ id }: Pick<Account, 'id'>): Notice {
  return { type: 'clear', subject: id, model: NO_MODEL }
}

/** A clear for a model without a cooldown ends only the account's mark. */
const NO_MODEL = '-'

/** The event matches that of a refused request, so the credential is tested again automatically. */
function refusalNotice(ledger: Ledger, account: Account, message: string): Notice {
  const until = formatTime(ledger.now() + FIRST_TEST_MS)
  return { type: 'cool', subject: account.id, until, reason: 'auth-dead', guessed: true, evidence: message }
}
