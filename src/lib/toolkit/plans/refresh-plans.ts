import { formatTimeOrNull, formatTime } from '../../base/iso-time.ts'
import { quotaGroupSubject, type Account } from '../../account/account.ts'
import { activeCooldown } from '../../quota/cooldowns.ts'
import type { Notice } from '../../quota/ledger.ts'
import { parseWindow } from '../../quota/limit.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { usageFromTrail } from '../../quota/log/trail.ts'
import { PLAN_PREFIX } from '../../quota/set-limits.ts'
import { within } from '../../provider/limits/reset-time.ts'
import { BALANCE, type PlanWindow } from '../../provider/plans/plan-reader.ts'
import type { PlanView, PlanWindowView } from './plan-views.ts'

/** The view of the provider's counts, with the part that was not used through qwenctl. */
export function planView(windows: PlanWindow[], account: Account, state: LedgerState, now: number): PlanView {
  return {
    at: formatTime(now),
    windows: windows.map((window) => windowView(window, account, state, now)),
  }
}

function windowView(plan: PlanWindow, account: Account, state: LedgerState, now: number): PlanWindowView {
  const { metric, window, used, resetsAt, stopsModels: _stopsModels, isUnusable, ...rest } = plan
  const trail = state.subjects.get(account.id)?.trail
  const own =
    metric === null || window === null
      ? null
      : trail === undefined
        ? 0
        : usageFromTrail(trail, { metric, clock: parseWindow(window), max: Infinity }, now).used
  return {
    ...rest,
    metric,
    window,
    used,
    elsewhere: used === null || own === null ? null : Math.max(0, used - own),
    resetsAt: formatTimeOrNull(resetsAt),
    ...(isUnusable === true ? { unusable: true as const } : {}),
  }
}

/**
 * The end of a window that qwenctl cannot count, with nothing left, in epoch milliseconds; null: something is left, or
 * the end is not credible.
 */
function findSpentUntil({ stopsModels, window, percent, resetsAt }: PlanWindow, now: number): number | null {
  const isSpent = stopsModels && window === null && percent !== null && percent >= 100
  return isSpent ? within(resetsAt, now) : null
}

/**
 * The events for the ledger: limits that it can count, and cooldowns for windows that are used up. `now`: epoch
 * milliseconds.
 */
export function planNotices(windows: PlanWindow[], { id }: Account, now: number): Notice[] {
  const limits = windows.flatMap(({ name, metric, window, max, remaining }) =>
    metric === null || window === null || max === null || max <= 0
      ? []
      : [
          {
            metric,
            window,
            max,
            from: `${PLAN_PREFIX}${name}`,
            ...(remaining === null ? {} : { remaining: Math.max(0, remaining), counted: true as const }),
          },
        ],
  )
  const learned: Notice[] = limits.length === 0 ? [] : [{ type: 'learn', account: id, limits }]
  const spent = windows.flatMap((window) => {
    const until = findSpentUntil(window, now)
    return until === null ? [] : [{ name: window.name, until }]
  })
  if (spent.length === 0) return learned
  const until = Math.max(...spent.map((window) => window.until))
  const evidence = `the provider counts ${spent.map(({ name }) => name).join(', ')} as used up`
  return [
    ...learned,
    { type: 'cool', subject: id, until: formatTime(until), reason: 'quota-window', evidence },
  ]
}

const NO_BALANCE = 'the provider counts nothing left of the balance'

/**
 * A balance of 0, or one that pays for no request, puts the account into cooldown as without credit. A service with
 * free models, which still answer, is the exception. The cooldown ends when the balance is positive again, or higher than in the
 * view before. `now`: epoch milliseconds.
 */
export function balanceNotices(
  windows: PlanWindow[],
  account: Account,
  { state, before, now }: { state: LedgerState; before: PlanView | undefined; now: number },
): Notice[] {
  const left = windows.some(({ isUnusable }) => isUnusable) ? 0 : sumBalances(windows)
  if (left === null) return []
  const subject = quotaGroupSubject(account) ?? account.id
  const present = activeCooldown(state, subject, null, now)
  const isWithoutCredit = present?.reason === 'quota-hard'
  if (left <= 0) {
    const stopsModels = windows.some((window) => window.name === BALANCE && window.stopsModels)
    return isWithoutCredit || !stopsModels
      ? []
      : [{ type: 'cool', subject, until: null, reason: 'quota-hard', evidence: NO_BALANCE }]
  }
  const hasRisen = left > (sumBalances(before?.windows ?? []) ?? left)
  return isWithoutCredit && (hasRisen || present.evidence === NO_BALANCE) ? [{ type: 'clear', subject }] : []
}

/** Null: no balance is known. A service with two currencies has credit if one of them has. */
function sumBalances(windows: readonly Pick<PlanWindow, 'name' | 'remaining'>[]): number | null {
  const balances = windows.flatMap(({ name, remaining }) =>
    name === BALANCE && remaining !== null ? [Math.max(0, remaining)] : [],
  )
  return balances.length === 0 ? null : balances.reduce((sum, each) => sum + each, 0)
}
