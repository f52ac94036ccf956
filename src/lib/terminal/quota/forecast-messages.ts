import { localTime } from '../format/format-time.ts'
import type { LimitView, QuotaDocument } from '../../toolkit/views.ts'
import { shownName } from '../accounts/account-names.ts'
import { limitName } from './quota-table.ts'

/** A limit per minute is full and free again before the message is read. */
const SHORT_WINDOW = /^(second|minute|\d+[sm])(@|$)/

/** Which limits run out before they reset, one line each; for stderr. */
export function forecastNotes({ accounts, now }: QuotaDocument): string[] {
  return accounts
    .filter(({ enabled }) => enabled)
    .flatMap((account) =>
      account.limits.flatMap((limit) => {
        const words = SHORT_WINDOW.test(limit.window) ? null : formatForecast(limit, now)
        return words === null ? [] : [`${shownName(account)}: ${limitName(limit)} ${words}`]
      }),
    )
}

/** `runs out at 16:40 at this pace (15:55 to 18:10)`; null: it resets first, or nothing is known. */
export function formatForecast({ forecast }: Pick<LimitView, 'forecast'>, now: string): string | null {
  if (forecast === null || forecast.exhaustsAt === null) return null
  const { exhaustsAt, earliest, latest } = forecast
  const [likely, soonest] = [exhaustsAt, earliest ?? exhaustsAt].map((time) => localTime(time, now))
  const bounds = latest === null ? `${soonest} at the earliest` : `${soonest} to ${localTime(latest, now)}`
  return `runs out at ${likely} at this pace (${bounds})`
}
