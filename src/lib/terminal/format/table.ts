import Table from 'cli-table3'
import { fitTable } from './fit-table.ts'
import type { Column } from './fit-table.ts'
import { textWidth } from './text-width.ts'

export type { Column }

export interface TableStyle {
  /** True on a terminal: a rule below the header. False: text that `cut` and `awk` can read. */
  decorated: boolean
  /** Cells of a line of the terminal, which no row exceeds; null: nothing is cut. */
  room?: number | null
  /** False: rows alone. */
  hasHeader?: boolean
  /** How headers and rules are toned; leave out for none. */
  quiet?: (text: string) => string
}

// cli-table3 measures every cell against every other: 0.4 s at 1,000 rows, 17 s at 10,000.
const MOST_DECORATED_ROWS = 500

/** Aligned columns, two spaces apart, with a newline at the end. Widths count terminal cells, not characters. */
export function renderTable(columns: Column[], rows: string[][], style: TableStyle): string {
  const fitted = style.room == null ? { columns, rows } : fitTable(columns, rows, style.room)
  const isDecorated = style.decorated && rows.length <= MOST_DECORATED_ROWS
  const lines = isDecorated
    ? decorated(fitted.columns, fitted.rows, style)
    : plain(fitted.columns, fitted.rows, style)
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

function plain(columns: Column[], rows: string[][], { hasHeader = true }: TableStyle): string[] {
  const all = [...(hasHeader ? [columns.map((column) => column.header)] : []), ...rows]
  const widths = columnWidths(columns, all)
  return all.map((row) =>
    row.map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align ?? 'left')).join('  '),
  )
}

function decorated(columns: Column[], rows: string[][], style: TableStyle): string[] {
  const quiet = style.quiet ?? ((text: string) => text)
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', left: '', right: '' }
  const bottom = { bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' }
  const between = { mid: '', 'mid-mid': '', 'left-mid': '', 'right-mid': '', middle: '  ' }
  const table = new Table({
    head: columns.map((column) => quiet(column.header)),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: { ...none, ...bottom, ...between },
    // Without the empty lists cli-table3 writes colour codes of its own, terminal or not.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(...rows)
  const [head = '', ...body] = table.toString().split('\n')
  const widths = columnWidths(columns, [columns.map((column) => column.header), ...rows])
  if (style.hasHeader === false) return body
  return [head, quiet(widths.map((width) => '─'.repeat(width)).join('  ')), ...body]
}

function columnWidths(columns: Column[], rows: string[][]): number[] {
  return columns.map((_, index) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? '')), 0),
  )
}

function pad(cell: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(cell)))
  return align === 'right' ? space + cell : cell + space
}
