import type { AccountView } from '../api/types.ts'
import { compact, usd } from './numbers.ts'

type PlanWindow = NonNullable<AccountView['plan']>['windows'][number]

/** `key limit: $2.50 of $10.00 used, $1.20 elsewhere`; elsewhere is what did not pass through qwenctl. */
export function planWindow(window: PlanWindow): string {
  return `${formatCount(window)}${window.unofficial === true ? ' (unofficial)' : ''}`
}

function formatCount(window: PlanWindow): string {
  const { name, max, used, elsewhere, remaining, percent } = window
  const amount = (value: number) => formatAmount(value, window)
  if (used !== null) {
    const most = max === null ? '' : ` of ${amount(max)}`
    const other = elsewhere === null || elsewhere === 0 ? '' : `, ${amount(elsewhere)} elsewhere`
    return `${name}: ${amount(used)}${most} used${other}`
  }
  if (remaining !== null) {
    return `${name}: ${amount(remaining)}${window.unusable === true ? ', which pays for no request' : ' left'}`
  }
  return percent === null ? name : `${name}: ${Math.round(percent)} % used`
}

function formatAmount(value: number, { metric, currency }: PlanWindow): string {
  if (currency !== undefined) return `${value.toFixed(2)} ${currency}`
  if (metric === 'usd') return usd(value)
  return metric === null ? compact(value) : `${compact(value)} ${metric}`
}
