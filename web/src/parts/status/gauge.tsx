import type { JSX } from 'preact'
import type { LimitView } from '../../api/types.ts'
import { amount } from '../../format/numbers.ts'
import { formatForecast, limitName } from '../../format/words.ts'
import { useAtNow } from '../../hooks/use-now.ts'
import { chooseTone, usedShare } from '../../select/limits.ts'
import { Countdown } from './countdown.tsx'

/** The bar without numbers. */
export function GaugeBar({ limit }: { limit: LimitView }): JSX.Element {
  const share = usedShare(limit) * 100
  const said = (value: number) => amount(limit.metric, value)
  const reserved = limit.max <= 0 ? 0 : Math.min(share, (limit.reserved / limit.max) * 100)
  return (
    <div
      class={`gauge gauge-${chooseTone(limit)}`}
      role="meter"
      aria-label={limitName(limit)}
      aria-valuemin={0}
      aria-valuemax={limit.max}
      aria-valuenow={Math.min(limit.used, limit.max)}
      aria-valuetext={`${said(limit.used)} of ${said(limit.max)} used, ${said(limit.remaining)} left`}
    >
      <div class="gauge-used" style={{ width: `${share - reserved}%` }} />
      {reserved > 0 && <div class="gauge-reserved" style={{ width: `${reserved}%` }} />}
    </div>
  )
}

/** A limit with its numbers: what is left, the maximum, and the reset. */
export function Gauge({ limit }: { limit: LimitView }): JSX.Element {
  const forecast = useAtNow((now) => formatForecast(limit.forecast, now))
  return (
    <div class="limit">
      <div class="limit-line">
        <span class="limit-name">
          {limitName(limit)}
          {limit.source === 'learned' && (
            <span
              class="tag"
              title={`learned from the provider${limit.from === null ? '' : `: ${limit.from}`}`}
            >
              learned
            </span>
          )}
        </span>
        <span class="limit-left">
          <strong>{amount(limit.metric, limit.remaining)}</strong> of {amount(limit.metric, limit.max)} left
        </span>
      </div>
      <GaugeBar limit={limit} />
      <div class="limit-line limit-foot">
        <span class={forecast === null ? '' : 'text-warn'}>{forecast ?? formatUsed(limit)}</span>
        <span>
          {limit.resetsAt === null ? (
            'not begun'
          ) : (
            <>
              resets <Countdown at={limit.resetsAt} />
            </>
          )}
        </span>
      </div>
    </div>
  )
}

function formatUsed({ metric, used, reserved }: LimitView): string {
  return `${amount(metric, used)} used${reserved === 0 ? '' : `, ${amount(metric, reserved)} in flight`}`
}
