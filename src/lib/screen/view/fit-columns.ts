import type { Line } from '../line.ts'
import { padLine, span } from '../line.ts'

/** A column of one of the two tables. Widths in cells, without the two between columns. */
export interface ScreenColumn<Row> {
  header: string
  align?: 'left' | 'right'
  /** The least useful width; with less room the column is dropped. */
  least: number
  /** The width with enough room. */
  most: number
  /** Columns of a higher rank are added first; the display keeps the order of the list. */
  rank: number
  cell: (row: Row, width: number) => Line
}

export interface FittedColumn<Row> extends ScreenColumn<Row> {
  width: number
}

const GAP = 2

/** From this rank on, a column matters more than the width of others. */
const ESSENTIAL = 50

/**
 * The columns that fit, as wide as possible. Important columns come first, then their full width, then the others.
 * The first in rank is always shown.
 */
export function fitColumns<Row>(columns: ScreenColumn<Row>[], room: number): FittedColumn<Row>[] {
  const ranked = [...columns].sort((a, b) => b.rank - a.rank)
  const essential = ranked.filter(({ rank }) => rank >= ESSENTIAL)
  const others = ranked.filter(({ rank }) => rank < ESSENTIAL)
  const widths = new Map<ScreenColumn<Row>, number>()
  const left = grown(widths, taken(widths, essential, room))
  if (widths.size === essential.length) grown(widths, taken(widths, others, left))
  return columns.flatMap((column) => {
    const width = widths.get(column)
    return width === undefined ? [] : { ...column, width }
  })
}

type Widths<Row> = Map<ScreenColumn<Row>, number>

/** Adds columns at their least width until one does not fit; returns the remaining room. */
function taken<Row>(widths: Widths<Row>, columns: ScreenColumn<Row>[], room: number): number {
  let left = room
  for (const column of columns) {
    const gap = widths.size === 0 ? 0 : GAP
    if (widths.size > 0 && column.least + gap > left) break
    widths.set(column, Math.min(column.least, Math.max(1, left)))
    left -= column.least + gap
  }
  return left
}

/** Widens the columns, the first in rank first; returns the remaining room. */
function grown<Row>(widths: Widths<Row>, room: number): number {
  let left = room
  for (const [column, width] of widths) {
    const more = Math.max(0, Math.min(left, column.most - width))
    widths.set(column, width + more)
    left -= more
  }
  return left
}

export function headLine<Row>(columns: FittedColumn<Row>[]): Line {
  return inColumns(columns, ({ header }) => [span(header, 'quiet')])
}

export function rowLine<Row>(columns: FittedColumn<Row>[], row: Row): Line {
  return inColumns(columns, ({ cell, width }) => cell(row, width))
}

function inColumns<Row>(columns: FittedColumn<Row>[], textOf: (column: FittedColumn<Row>) => Line): Line {
  return columns.flatMap((column, index) => {
    const cell = padLine(textOf(column), column.width, column.align)
    return index === 0 ? cell : [span(' '.repeat(GAP)), ...cell]
  })
}
