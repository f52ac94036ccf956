import type { AccountView } from '../api/types.ts'

/** When time alone next changes what is shown: a window that ends, an account that returns. Epoch milliseconds. */
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
