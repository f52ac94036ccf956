import { cutToWidth, textWidth } from './text-width.ts'

export interface Column {
  header: string
  align?: 'left' | 'right'
  /** In a narrow terminal columns of a lower rank are left out first; missing: from the last on. */
  rank?: number
  /** Its cells are never cut; those of numbers are not either. */
  whole?: boolean
}

const GAP = 2

/** A column of text still says something at this width; narrower ones are left out. */
const LEAST_TEXT = 12

interface Fitted {
  columns: Column[]
  rows: string[][]
}

interface Measured {
  index: number
  column: Column
  width: number
  least: number
}

/**
 * The table in at most `room` cells. Columns of text are cut first, the widest most; then columns are left out, those with
 * the lowest rank first. Numbers are never cut, and the first column always stays.
 */
export function fitTable(columns: Column[], rows: string[][], room: number): Fitted {
  let kept = columns.map((column, index) => measured(column, index, rows))
  for (;;) {
    const excess = sumWidths(kept.map(({ width }) => width)) - room
    if (excess <= 0)
      return { columns, rows: rows.length === 0 ? rows : cutRows(kept, kept, columns, rows).rows }
    if (sumWidths(kept.map(({ least }) => least)) <= room || kept.length === 1)
      return cutRows(kept, narrowed(kept, excess), columns, rows)
    kept = withoutLowest(kept)
    const fits = sumWidths(kept.map(({ width }) => width)) <= room
    if (fits) return cutRows(kept, kept, columns, rows)
  }
}

function measured(column: Column, index: number, rows: string[][]): Measured {
  const header = textWidth(column.header)
  const width = rows.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? '')), header)
  const isWhole = column.align === 'right' || column.whole === true
  return { index, column, width, least: isWhole ? width : Math.min(width, Math.max(header, LEAST_TEXT)) }
}

function sumWidths(widths: number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP, -GAP)
}

/** Takes cells from the widest column that can spare one until enough are gone. */
function narrowed(columns: Measured[], excess: number): Measured[] {
  const narrow = columns.map((each) => ({ ...each }))
  for (let left = excess; left > 0; left -= 1) {
    const spare = narrow.filter(({ width, least }) => width > (narrow.length === 1 ? 1 : least))
    const [first, ...others] = spare
    if (first === undefined) break
    others.reduce((widest, each) => (each.width > widest.width ? each : widest), first).width -= 1
  }
  return narrow
}

function withoutLowest(columns: Measured[]): Measured[] {
  const [first, ...others] = columns
  const findRank = ({ column, index }: Measured) => column.rank ?? -index
  const lowest = others.reduce((low, each) => (findRank(each) < findRank(low) ? each : low))
  return [first!, ...others.filter((each) => each !== lowest)]
}

function cutRows(kept: Measured[], widths: Measured[], columns: Column[], rows: string[][]): Fitted {
  return {
    columns: kept.map(({ index }) => columns[index]!),
    rows: rows.map((row) => widths.map(({ index, width }) => cutCell(row[index] ?? '', width))),
  }
}

// A cell in one tone: the colour, the text, and the end of the colour.
// eslint-disable-next-line no-control-regex -- colours begin with a control character
const TONED = /^((?:\u001b\[[\d;]*m)+)(.*?)((?:\u001b\[[\d;]*m)+)$/su

function cutCell(cell: string, width: number): string {
  if (textWidth(cell) <= width) return cell
  const [, on = '', text = '', off = ''] = TONED.exec(cell) ?? []
  return on === '' ? cutToWidth(cell, width) : on + cutToWidth(text, width) + off
}
