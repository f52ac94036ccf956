import type { PlanWindowView } from '../../toolkit/plans/plan-views.ts'
import type { QuotaDocument } from '../../toolkit/views.ts'
import { shownReference } from '../accounts/account-names.ts'
import { shortNumber } from '../format/short-number.ts'

/** A line for each account with counts of its provider: `key limit 2.5 of 10 usd used, 1.2 of it elsewhere`. */
export function planNotes({ accounts }: QuotaDocument): string[] {
  return accounts.flatMap((account) => {
    const { plan } = account
    if (plan === null || plan.windows.length === 0) return []
    const at = plan.at.slice(11, 16)
    return [
      `${shownReference(account)} as the provider counts (${at} UTC): ${plan.windows.map(formatPlanWindow).join('; ')}`,
    ]
  })
}

/** `key limit 2.5 of 10 usd used, 1.2 of it elsewhere`; `elsewhere` is what did not pass through qwenctl. */
export function formatPlanWindow(window: PlanWindowView): string {
  return `${formatCount(window)}${window.unofficial === true ? ' (unofficial)' : ''}`
}

function formatCount({
  name,
  metric,
  max,
  used,
  elsewhere,
  remaining,
  percent,
  currency,
  unusable,
}: PlanWindowView): string {
  const unit = currency ?? metric ?? ''
  if (max === null && remaining !== null) {
    const amount = `${name} ${shortNumber(remaining)} ${unit}`.trim()
    return unusable === true ? `${amount}, which pays for no request` : `${amount} left`
  }
  const other = elsewhere === null || elsewhere === 0 ? '' : `, ${shortNumber(elsewhere)} of it elsewhere`
  if (used !== null) {
    const most = max === null ? '' : ` of ${shortNumber(max)}`
    return `${name} ${shortNumber(used)}${most}${unit === '' ? '' : ` ${unit}`} used${other}`
  }
  return percent === null ? name : `${name} ${Math.round(percent)} % used`
}
