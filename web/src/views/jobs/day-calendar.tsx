import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { PlannedRun } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { clock } from '../../format/times.ts'
import { plural } from '../../format/numbers.ts'
import { usePage } from '../../hooks/page-context.ts'
import { DataTable } from '../../parts/table/data-table.tsx'
import { formatHash } from '../../router.ts'
import { planDay } from '../../select/day-plan.ts'

const MOST_NAMED = 12

/** The next day over all accounts: a row for each account, a column for each hour. */
export function DayCalendar({ runs }: { runs: PlannedRun[] }): JSX.Element {
  const { store } = usePage()
  // Memoized with its words: the view renders every few seconds, and a dense day has thousands of runs.
  return useMemo(() => <Day runs={runs} now={Date.now() + store.state.clockOffsetMs} />, [runs])
}

function Day({ runs, now }: { runs: PlannedRun[]; now: number }): JSX.Element {
  const { hours, rows, completeHours } = planDay(runs, now)
  return (
    <section class="card" aria-labelledby="day-title">
      <h2 id="day-title">The next 24 hours</h2>
      {rows.length === 0 ? (
        <p class="quiet">Nothing is planned.</p>
      ) : (
        <DataTable
          label="Planned runs by hour"
          class="day-table"
          columns={['Account', ...hours.map((hour) => String(new Date(hour).getHours()))]}
        >
          {rows.map(({ account, hours: cells }) => (
            <tr key={account.id}>
              <th scope="row">
                <a href={formatHash({ view: 'account', id: account.id })}>{accountName(account)}</a>
              </th>
              {cells.map((planned, hour) => (
                <td key={hours[hour]}>
                  {hour >= completeHours ? (
                    <span class="quiet" title="too many runs to list">
                      …
                    </span>
                  ) : (
                    <DayMark planned={planned} now={now} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </DataTable>
      )}
    </section>
  )
}

function DayMark({ planned, now }: { planned: PlannedRun[]; now: number }): JSX.Element | null {
  if (planned.length === 0) return null
  const words = formatPlanned(planned, now)
  return (
    <span class="day-mark" title={words}>
      {planned.length}
      <span class="visually-hidden"> planned: {words}</span>
    </span>
  )
}

/** `07:00 morning, 07:30 report`. */
function formatPlanned(planned: PlannedRun[], now: number): string {
  const named = planned.slice(0, MOST_NAMED).map(({ at, job }) => `${clock(at, now)} ${job}`)
  const more = planned.length - named.length
  return more === 0 ? named.join(', ') : `${named.join(', ')}, and ${plural(more, 'more', 'more')}`
}
