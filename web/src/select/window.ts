export interface RowWindow {
  /** The first rendered row, and the one after the last. */
  start: number
  end: number
}

/** Additional rows beyond the visible ones, so that scrolling and Tab reach them. */
const MARGIN = 8

/**
 * The rows of a long list to render: visible ones and some around. `above`: pixels of the list above the screen.
 */
export function findWindow(rows: number, rowHeight: number, above: number, height: number): RowWindow {
  const first = Math.floor(above / rowHeight) - MARGIN
  const last = Math.ceil((above + height) / rowHeight) + MARGIN
  const start = Math.min(Math.max(0, first), rows)
  return { start, end: Math.max(start, Math.min(rows, last)) }
}
