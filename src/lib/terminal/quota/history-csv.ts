import { printable } from '../format/text-width.ts'
import type { HistoryDocument, HistoryRow } from '../../toolkit/history/history-views.ts'

type Cell = string | number | null

const columns: [name: string, cell: (row: HistoryRow) => Cell][] = [
  ['at', ({ at }) => at],
  ['key', ({ key }) => key],
  ['label', ({ label }) => label],
  ['requests', ({ requests }) => requests],
  ['succeeded', ({ succeeded }) => succeeded],
  ['failed', ({ failed }) => failed],
  ['inputTokens', ({ inputTokens }) => inputTokens],
  ['outputTokens', ({ outputTokens }) => outputTokens],
  ['costUsd', ({ costUsd }) => costUsd],
  ['estimatedUsd', ({ estimatedUsd }) => estimatedUsd],
  ['unpriced', ({ unpriced }) => unpriced],
  ['latencyP50Ms', ({ latencyMs }) => latencyMs?.p50 ?? null],
  ['latencyP95Ms', ({ latencyMs }) => latencyMs?.p95 ?? null],
  ['firstByteP50Ms', ({ firstByteMs }) => firstByteMs?.p50 ?? null],
  ['firstByteP95Ms', ({ firstByteMs }) => firstByteMs?.p95 ?? null],
]

/** RFC 4180, with a line of names; what is not known is an empty cell. */
export function historyCsv({ rows }: HistoryDocument): string {
  const lines = [
    columns.map(([name]) => name),
    ...rows.map((row) => columns.map(([, cell]) => csvCell(cell(row)))),
  ]
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('')
}

/** Clients choose the names of models: none of them becomes a formula of the program that opens the file. */
function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const shown = printable(cell)
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${shown}` : shown
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
