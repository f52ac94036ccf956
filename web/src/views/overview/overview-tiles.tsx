import type { JSX } from 'preact'
import { formatEstimated } from '../../format/estimated.ts'
import { compact, count, percent, plural, usd } from '../../format/numbers.ts'
import { Countdown } from '../../parts/status/countdown.tsx'
import { Tile, Tiles } from '../../parts/status/tiles.tsx'
import type { Totals } from '../../select/totals.ts'

/** A summary of all visible accounts. `of`: their number without the filter. */
export function OverviewTiles({ totals, of }: { totals: Totals; of: number }): JSX.Element {
  const { accounts, ready, requests, failed, succeeded, remaining, remainingMinute, nextReturn } = totals
  const isFiltered = accounts !== of
  return (
    <Tiles
      label={isFiltered ? `Totals of ${accounts} of ${plural(of, 'account')}` : 'Totals of all accounts'}
    >
      <Tile
        label="Ready"
        value={
          <>
            {count(ready)} <span class="tile-of">of {count(accounts)}</span>
          </>
        }
        sub={
          ready < accounts && nextReturn !== null ? (
            <>
              next returns <Countdown at={nextReturn} />
            </>
          ) : isFiltered ? (
            `filtered from ${of}`
          ) : (
            'can serve now'
          )
        }
      />
      <Tile
        label="Requests left"
        value={<span title={count(remaining)}>{compact(remaining)}</span>}
        sub={
          remainingMinute === null
            ? 'of accounts that are ready'
            : `and ${compact(remainingMinute)} this minute`
        }
      />
      <Tile
        label="Requests today"
        value={<span title={count(requests)}>{compact(requests)}</span>}
        sub={failed === 0 ? 'none failed' : `${count(failed)} failed`}
      />
      <Tile label="Answered" value={percent(succeeded, succeeded + failed)} sub="of today's requests" />
      <Tile
        label="Tokens today"
        value={
          <span title={count(totals.inputTokens + totals.outputTokens)}>
            {compact(totals.inputTokens + totals.outputTokens)}
          </span>
        }
        sub={`${compact(totals.inputTokens)} in · ${compact(totals.outputTokens)} out${formatEstimated(totals)}`}
      />
      <Tile
        label="Cost today"
        value={usd(totals.costUsd)}
        sub={totals.costUsd === null ? 'not known' : 'of priced requests'}
      />
    </Tiles>
  )
}
