import type { JSX } from 'preact'
import { amount } from '../../format/numbers.ts'
import { clock } from '../../format/times.ts'
import { limitName } from '../../format/words.ts'
import { useSelect } from '../../hooks/page-context.ts'
import { useAtNow } from '../../hooks/use-now.ts'
import { AccountLink } from '../../parts/account-names.tsx'
import { Countdown } from '../../parts/status/countdown.tsx'
import { exhaustions } from '../../select/exhaustions.ts'
import type { Exhaustion } from '../../select/exhaustions.ts'

const MOST_SHOWN = 5

/** The next limits to run out at the recent pace; nothing if there are none. */
export function ForecastList(): JSX.Element | null {
  const accounts = useSelect(({ accounts }) => accounts.value)
  const all = exhaustions(accounts ?? [])
  if (all.length === 0) return null
  return (
    <section class="card" aria-labelledby="forecast-title">
      <h2 id="forecast-title">Runs out at this pace</h2>
      <ul class="forecasts">
        {all.slice(0, MOST_SHOWN).map((each) => (
          <ForecastRow key={`${each.account.id} ${limitName(each.limit)}`} exhaustion={each} />
        ))}
      </ul>
      {all.length > MOST_SHOWN && <p class="quiet">and {all.length - MOST_SHOWN} more later</p>}
    </section>
  )
}

function ForecastRow({
  exhaustion: { account, limit, forecast, at },
}: {
  exhaustion: Exhaustion
}): JSX.Element {
  const span = useAtNow((now) => formatSpan(forecast, now))
  const time = useAtNow((now) => clock(at, now))
  return (
    <li class="forecast">
      <strong class="forecast-at">{time}</strong>
      <span>
        <AccountLink account={account} /> <span class="quiet">{limitName(limit)}</span>
      </span>
      <span class="quiet">
        <Countdown at={at} />, {amount(limit.metric, limit.remaining)} left at{' '}
        {amount(limit.metric, forecast.perHour)} an hour{span}
      </span>
    </li>
  )
}

function formatSpan({ earliest, latest }: Exhaustion['forecast'], now: number): string {
  if (earliest === null) return ''
  return `, between ${clock(earliest, now)} and ${latest === null ? 'after its reset' : clock(latest, now)}`
}
