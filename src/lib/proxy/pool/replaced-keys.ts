import type { Account } from '../../account/account.ts'
import type { Notice } from '../../quota/ledger.ts'
import type { LedgerState } from '../../quota/log/state.ts'

/** Whether the user has replaced the account's key. Answers about the old key are then out of date. */
export function hasNewKey(before: Account, present: Account | undefined): boolean {
  const { credential } = before
  if (credential.type !== 'api-key' || present?.credential.type !== 'api-key') return false
  return credential.sealed !== present.credential.sealed
}

/** Ends refusals of old keys that came while the new keys were stored and not yet in use. */
export function endOldRefusals(
  state: LedgerState,
  before: readonly Account[],
  present: readonly Account[],
): { notice: Notice; account: Account }[] {
  if (before.length === 0) return []
  const known = new Map(before.map((account) => [account.id, account]))
  return present
    .filter((account) => {
      const old = known.get(account.id)
      if (old === undefined || !hasNewKey(old, account)) return false
      return state.subjects.get(account.id)?.cooldowns.get('*')?.reason === 'auth-dead'
    })
    .map((account) => ({ notice: { type: 'clear', subject: account.id, model: '*' }, account }))
}
