import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { latency } from '../../format/numbers.ts'
import { clockSeconds } from '../../format/times.ts'
import { useRowWindow } from '../../hooks/use-row-window.ts'
import { chooseTone, formatAccount } from '../../select/live-filter.ts'
import type { LiveEntry } from '../../state/state.ts'
import { memo } from '../../parts/memo.ts'
import { formatDetail, kindLabel } from './line-words.ts'

/** The height of `.live-row` in the stylesheet. */
const ROW_HEIGHT = 56

/** The table for narrow screens. */
export function LiveList({ entries }: { entries: LiveEntry[] }): JSX.Element {
  const list = useRef<HTMLUListElement>(null)
  const { start, end } = useRowWindow(list, entries.length, ROW_HEIGHT)
  return (
    <ul
      class="list"
      ref={list}
      aria-label="What happened, newest first"
      style={{
        paddingTop: `${start * ROW_HEIGHT}px`,
        paddingBottom: `${(entries.length - end) * ROW_HEIGHT}px`,
      }}
    >
      {entries.slice(start, end).map((entry) => (
        <li key={entry.number} class="live-row">
          <LiveListRow entry={entry} />
        </li>
      ))}
    </ul>
  )
}

const LiveListRow = memo(
  function LiveListRow({ entry: { line } }: { entry: LiveEntry }): JSX.Element {
    const detail = formatDetail(line)
    return (
      <>
        <div class="list-line">
          <span class={`kind kind-${chooseTone(line)}`}>{kindLabel(line)}</span>
          <span class="cut grow">{formatAccount(line) ?? '–'}</span>
          <span class="quiet">{latency(line.latencyMs)}</span>
          <span class="quiet">{clockSeconds(line.time)}</span>
        </div>
        <div class="cut quiet">{[line.model, detail].filter(Boolean).join(' · ')}</div>
      </>
    )
  },
  ['entry'],
)
