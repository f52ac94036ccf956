import type { Account } from '../../account/account.ts'
import { activeCooldown } from '../../quota/cooldowns.ts'
import type { Ledger, Notice } from '../../quota/ledger.ts'
import type { CheckResult } from '../toolkit.ts'

/** What a provider's verdict on a credential changes in the ledger; nothing where that is known already. */
export function verdictNotices(ledger: Ledger, account: Account, verdict: CheckResult): Notice[] {
  const subject = account.id
  const active = activeCooldown(ledger.state, subject, null, ledger.now())
  const isRefused = active?.reason === 'auth-dead' || active?.reason === 'auth-refresh'
  // Only what was said of the credential ends here: a key that is accepted may still be out of quota.
  if (verdict.result === 'accepted') return isRefused ? [{ type: 'clear', subject, model: '*' }] : []
  if (verdict.result !== 'refused' || active?.reason === 'auth-dead') return []
  const cool: Notice = { type: 'cool', subject, until: null, reason: 'auth-dead', evidence: verdict.message }
  // Deadlines only move by max(): one without an end has to be taken away before another reason can stand there.
  return active?.until === null ? [{ type: 'clear', subject, model: '*' }, cool] : [cool]
}
