import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { LogLine } from '../../api/types.ts'
import { compact, latency } from '../../format/numbers.ts'
import { clockSeconds, moment } from '../../format/times.ts'
import { useRowWindow } from '../../hooks/use-row-window.ts'
import { chooseTone, formatAccount } from '../../select/live-filter.ts'
import type { LiveEntry } from '../../state/state.ts'
import type { Column } from '../../parts/table/data-table.tsx'
import { ColumnHeads, numberColumns } from '../../parts/table/data-table.tsx'
import { memo } from '../../parts/memo.ts'
import { formatDetail, kindLabel } from './line-words.ts'

/** The height of rows of `.live-table` in the stylesheet. */
const ROW_HEIGHT = 32

const columns: Column[] = [
  'Time',
  'What',
  'Account',
  'Model',
  { label: 'Key', class: 'col-wide' },
  ...numberColumns('Attempts', 'Took'),
  { label: 'Tokens', class: 'number col-wide' },
  { label: 'Detail', class: 'col-detail' },
]

export function LiveTable({ entries }: { entries: LiveEntry[] }): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null)
  const { start, end } = useRowWindow(body, entries.length, ROW_HEIGHT)
  return (
    <table
      class="table live-table"
      aria-label="What happened, newest first"
      aria-rowcount={entries.length + 1}
    >
      <thead>
        <tr aria-rowindex={1}>
          <ColumnHeads columns={columns} />
        </tr>
      </thead>
      <tbody ref={body}>
        <Gap rows={start} />
        {entries.slice(start, end).map((entry, index) => (
          <LiveRow key={entry.number} entry={entry} row={start + index + 2} />
        ))}
        <Gap rows={entries.length - end} />
      </tbody>
    </table>
  )
}

function Gap({ rows }: { rows: number }): JSX.Element | null {
  if (rows <= 0) return null
  return (
    <tr aria-hidden="true" class="gap">
      <td style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  )
}

const LiveRow = memo(
  function LiveRow({ entry: { line }, row }: { entry: LiveEntry; row: number }): JSX.Element {
    const detail = formatDetail(line)
    return (
      <tr aria-rowindex={row}>
        <td class="quiet" title={moment(line.time)}>
          {clockSeconds(line.time)}
        </td>
        <td>
          <span class={`kind kind-${chooseTone(line)}`}>{kindLabel(line)}</span>
        </td>
        <td class="cut">{formatAccount(line) ?? <span class="quiet">–</span>}</td>
        <td class="cut">{line.model ?? <span class="quiet">–</span>}</td>
        <td class="cut col-wide">{line.clientKey ?? <span class="quiet">–</span>}</td>
        <td class="number">{formatAttempts(line)}</td>
        <td class="number">{latency(line.latencyMs)}</td>
        <td class="number col-wide">{formatTokens(line)}</td>
        <td class="cut col-detail quiet" title={detail}>
          {detail}
        </td>
      </tr>
    )
  },
  ['entry', 'row'],
)

function formatAttempts({ attempts, attempt }: LogLine): string {
  return String(attempts ?? attempt ?? '–')
}

function formatTokens({ inputTokens, outputTokens, estimated }: LogLine): string {
  if (inputTokens == null && outputTokens == null) return '–'
  return `${compact(inputTokens)} → ${compact(outputTokens)}${estimated === true ? ' (estimated)' : ''}`
}
