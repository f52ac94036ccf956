import type { AccountView, ForecastView, LimitView } from '../api/types.ts'

export interface Exhaustion {
  account: AccountView
  limit: LimitView
  forecast: ForecastView
  /** RFC 3339. */
  at: string
}

/** Limits that will run out before their reset, the earliest first. */
export function exhaustions(accounts: AccountView[]): Exhaustion[] {
  return accounts
    .filter(({ enabled }) => enabled)
    .flatMap((account) =>
      account.limits.flatMap((limit) => {
        const { forecast } = limit
        if (forecast === null || forecast.exhaustsAt === null || limit.remaining <= 0) return []
        return [{ account, limit, forecast, at: forecast.exhaustsAt }]
      }),
    )
    .sort((a, b) => a.at.localeCompare(b.at))
}
