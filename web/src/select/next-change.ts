import type { AccountView } from '../api/types.ts'

/** The next change by time alone: a window ends or an account returns. Epoch milliseconds. */
export function nextChange(accounts: AccountView[], now: number): number | null {
  let next: number | null = null
  for (const { availableAt, limits } of accounts) {
    for (const time of [availableAt, ...limits.map(({ resetsAt }) => resetsAt)]) {
      const at = time === null ? Number.NaN : Date.parse(time)
      if (at > now && (next === null || at < next)) next = at
    }
  }
  return next
}
