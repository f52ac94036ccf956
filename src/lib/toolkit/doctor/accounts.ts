import { shortReference } from '../../account/account.ts'
import type { AccountQuotaView, AccountStatus } from '../views.ts'
import type { Check } from './check.ts'
import { check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

/** States that wait for a user or a network: accounts that do not return on their own. */
const inTrouble: ReadonlySet<AccountStatus> = new Set([
  'key-refused',
  'no-key',
  'needs-login',
  'expired',
  'no-credit',
  'unreachable',
  'plugin-failed',
])
const MOST_NAMED = 5

/**
 * Names the accounts that their providers refuse or that are unreachable, each with the command that brings it back.
 */
export async function checkAccounts({ accounts }: DoctorParts): Promise<Check[]> {
  const all = await accounts().catch(() => null) // the checks of the documents and the ledger report it
  if (all === null) return []
  const out = all.filter((account) => inTrouble.has(account.status) || isSpent(account))
  if (out.length === 0) {
    const detail = all.length === 0 ? 'there are no accounts yet' : 'none waits for you'
    return [check('account-states', 'accounts', { status: all.length === 0 ? 'skip' : 'ok', detail })]
  }
  const named = out.slice(0, MOST_NAMED).map((account) => {
    return `${shortReference(account)}: ${account.statusReason ?? account.status}`
  })
  const more = out.length > MOST_NAMED ? [`and ${out.length - MOST_NAMED} more`] : []
  const fix = out.find((account) => account.fix !== null)?.fix ?? null
  return [
    check('account-states', 'accounts', { status: 'warn', detail: [...named, ...more].join('; '), fix }),
  ]
}

/** Whether the provider reports a used-up quota; qwenctl's own counts need no warning. */
function isSpent({ status, cooldowns }: AccountQuotaView): boolean {
  return (
    status === 'exhausted' &&
    cooldowns.some(({ model, reason }) => model === null && reason === 'quota-window')
  )
}
