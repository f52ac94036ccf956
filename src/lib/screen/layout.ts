import type { ScreenState } from './state/screen-state.ts'
import { accountRows } from './state/account-list.ts'

/** How the rows of the terminal are shared out; together they are all of them. */
export interface Layout {
  header: number
  /** Between header and footer. */
  body: number
  /** Lines of the accounts pane below its title, without the head. */
  accounts: number
  hasAccountHead: boolean
  /** A line about the account under the marker. */
  hasAbout: boolean
  /** Lines of the requests pane below its title, without the head; 0: there is no such pane. */
  requests: number
  hasRequestHead: boolean
  hasMessage: boolean
  hasFooter: boolean
}

const LEAST_ACCOUNTS = 3
/** With many accounts the requests still get the rest. */
const ACCOUNTS_SHARE = 0.6

/** Narrower or lower than this there is only room to say so. */
export const SMALLEST = { columns: 24, rows: 5 }

export function isTooSmall({ columns, rows }: ScreenState['size']): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows
}

export function layoutOf(state: ScreenState): Layout {
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
    ...{ header, body, accounts, hasAccountHead, hasAbout, hasMessage, hasFooter },
    requests: hasRequests ? free - accounts : 0,
    hasRequestHead: hasRequests && hasRequestHead,
  }
}

/** Which of `count` lines show in a window of `size`, so that the one at `at` is among them, in the middle if it can be. */
export function windowOf(count: number, size: number, at: number): { from: number; to: number } {
  const from = Math.max(0, Math.min(at - Math.floor(size / 2), count - size))
  return { from, to: Math.min(count, from + size) }
}
