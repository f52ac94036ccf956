import type { Account } from '../../account/account.ts'
import { readMessage } from '../../base/errors.ts'
import type { Notice } from '../../quota/ledger.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { PlanWindow } from '../../provider/plans/plan-reader.ts'
import type { PlanView } from './plan-views.ts'
import { readPlans, storePlans } from './plans-file.ts'
import { balanceNotices, planNotices, planView } from './refresh-plans.ts'

interface RefreshParts {
  /** Keeps the answers. */
  file: string
  state: LedgerState
  /** Epoch milliseconds. */
  now: number
  /** Null: the provider cannot be asked. Empty: it counts nothing. Throws for a provider that fails. */
  asked: (account: Account) => Promise<PlanWindow[] | null>
}

/** Asks for all accounts at once; returns the events for the ledger, and the failures in words. */
export async function refreshPlans(
  accounts: readonly Account[],
  { file, state, now, asked }: RefreshParts,
): Promise<{ notices: Notice[]; failures: string[] }> {
  const notices: Notice[] = []
  const failures: string[] = []
  const views: Record<string, PlanView> = {}
  const before = readPlans(file)
  await Promise.all(
    accounts.map(async (account) => {
      try {
        const windows = await asked(account)
        if (windows === null) return
        views[account.id] = planView(windows, account, state, now)
        notices.push(
          ...planNotices(windows, account, now),
          ...balanceNotices(windows, account, { state, before: before[account.id], now }),
        )
      } catch (error) {
        failures.push(readMessage(error))
      }
    }),
  )
  if (Object.keys(views).length > 0) await storePlans(file, { ...readPlans(file), ...views })
  return { notices, failures }
}
