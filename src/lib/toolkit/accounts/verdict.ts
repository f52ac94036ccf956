import type { Account } from '../../account/account.ts'
import { quotaGroupSubject } from '../../account/account.ts'
import type { Ledger, Notice } from '../../quota/ledger.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { FIRST_TEST_MS } from '../../rotation/cooling.ts'
import type { CheckResult } from '../toolkit.ts'

/** What a provider's verdict on a credential changes in the ledger; nothing where that is known already. */
export function verdictNotices(ledger: Ledger, account: Account, verdict: CheckResult): Notice[] {
  const { state } = ledger
  if (verdict.result === 'accepted') return returnNotices(state, account)
  const { cooldowns, unreached } = state.subjects.get(account.id) ?? {}
  const whole = cooldowns?.get('*')
  const isReached = verdict.result === 'unchecked' && verdict.latencyMs !== null
  if (isReached && unreached !== undefined) return [reached(account)]
  if (verdict.result !== 'refused' || whole?.reason === 'auth-dead') return []
  const cool = refusalNotice(ledger, account, verdict.message)
  // Deadlines only move by max(): one without an end has to be taken away before another reason can stand there.
  return whole?.until === null ? [{ type: 'clear', subject: account.id, model: '*' }, cool] : [cool]
}

/**
 * Ends what waits for a person: cooldowns without an end, of the account, its models and its quota group, the refusal of
 * its credential, and the mark that it is out of reach.
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

/** Ends the mark that the account is out of reach, and nothing else. */
function reached({ id }: Pick<Account, 'id'>): Notice {
  return { type: 'clear', subject: id, model: NO_MODEL }
}

/** A clear that names a model without a cooldown ends the mark of the account alone. */
const NO_MODEL = '-'

/** As the refusal of a request: it is tested again by itself. */
function refusalNotice(ledger: Ledger, account: Account, message: string): Notice {
  const until = new Date(ledger.now() + FIRST_TEST_MS).toISOString()
  return { type: 'cool', subject: account.id, until, reason: 'auth-dead', guessed: true, evidence: message }
}
