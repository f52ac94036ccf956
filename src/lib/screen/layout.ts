import type { ScreenState } from './state/screen-state.ts'
import { accountRows } from './state/account-list.ts'

/** Distributes the rows of the terminal; the parts add up to all rows. */
export interface Layout {
  header: number
  /** The rows between header and footer. */
  body: number
  /** Rows of the accounts pane below its title, without the table head. */
  accounts: number
  hasAccountHead: boolean
  /** A row about the account under the marker. */
  hasAbout: boolean
  /** Rows of the requests pane below its title, without the table head; 0: no such pane. */
  requests: number
  hasRequestHead: boolean
  hasMessage: boolean
  hasFooter: boolean
}

const LEAST_ACCOUNTS = 3
/** With many accounts the requests still get the rest. */
const ACCOUNTS_SHARE = 0.6

/** A smaller terminal shows only a message about its size. */
export const SMALLEST = { columns: 24, rows: 5 }

export function isTooSmall({ columns, rows }: ScreenState['size']): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows
}

export function computeLayout(state: ScreenState): Layout {
  const { rows } = state.size
  const header = rows >= 20 ? 3 : rows >= 12 ? 2 : 1
  const hasMessage = rows >= 8
  const hasFooter = rows >= 6
  const body = Math.max(1, rows - header - Number(hasMessage) - Number(hasFooter))
  const hasAccountHead = body >= 6
  const hasAbout = body >= 10
  const hasRequests = body >= 11
  const hasRequestHead = body >= 16
  const taken = 1 + Number(hasAccountHead) + Number(hasAbout) + Number(hasRequests) + Number(hasRequestHead)
  const free = Math.max(1, body - taken)
  const wanted = Math.max(LEAST_ACCOUNTS, accountRows(state).length)
  const accounts = hasRequests ? Math.min(wanted, Math.floor(free * ACCOUNTS_SHARE)) : free
  return {
    header,
    body,
    accounts,
    hasAccountHead,
    hasAbout,
    hasMessage,
    hasFooter,
    requests: hasRequests ? free - accounts : 0,
    hasRequestHead: hasRequests && hasRequestHead,
  }
}

/**
 * The part of `count` lines that a window of `size` shows. The line at `at` is visible, and centred if possible.
 */
export function computeWindow(count: number, size: number, at: number): { from: number; to: number } {
  const from = Math.max(0, Math.min(at - Math.floor(size / 2), count - size))
  return { from, to: Math.min(count, from + size) }
}
