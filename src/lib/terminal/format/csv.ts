import { printable } from '../../base/text/printable.ts'

export type Cell = string | number | null

export interface CsvColumn<Row> {
  name: string
  cell: (row: Row) => Cell
}

/** RFC 4180, with a line of names; what is not known is an empty cell. */
export function renderCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ name }) => name),
    ...rows.map((row) => columns.map(({ cell }) => csvCell(cell(row)))),
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
