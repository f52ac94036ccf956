export interface RowWindow {
  /** The first row that is drawn, and the one after the last. */
  start: number
  end: number
}

/** Rows beyond what is seen that are drawn all the same, so that scrolling and Tab find them. */
const MARGIN = 8

/** The rows of a long list to draw: those in sight and some around. `above`: how far its top is above the screen's. */
export function windowOf(rows: number, rowHeight: number, above: number, height: number): RowWindow {
  const first = Math.floor(above / rowHeight) - MARGIN
  const last = Math.ceil((above + height) / rowHeight) + MARGIN
  const start = Math.min(Math.max(0, first), rows)
  return { start, end: Math.max(start, Math.min(rows, last)) }
}
