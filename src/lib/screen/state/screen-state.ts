// The screen room: `qwenctl top`. What it shows and does is decided in pure functions: events turn one state into the
// next (`step.ts`), and a state becomes lines of text (`view/frame.ts`). Only `run-screen.ts` and `components/` know ink
// and the terminal, only `home-feed.ts` and `perform.ts` the toolkit.

import type { ProxyView } from '../../toolkit/proxies.ts'
import type { QuotaDocument } from '../../toolkit/views.ts'
import type { RequestLog } from './request-log.ts'
import { emptyLog } from './request-log.ts'
import type { Tone } from '../line.ts'

export type Pane = 'accounts' | 'requests'

export const sortOrders = ['order', 'name', 'left', 'used', 'recent'] as const
/** As they were added, by name, by the share that is left, by requests of today, by last use. */
export type SortOrder = (typeof sortOrders)[number]

export const groupings = ['none', 'provider', 'group', 'status', 'user'] as const
export type Grouping = (typeof groupings)[number]

/** What can be asked before it is done. */
export type Destructive = 'disable' | 'reset'

export type Mode =
  | { kind: 'list' }
  /** The filter is being typed; `before` is what it was. */
  | { kind: 'filter'; before: string }
  | { kind: 'ask'; what: Destructive; id: string; name: string; over: Mode }
  | { kind: 'account'; id: string; scroll: number }
  | { kind: 'request'; seq: number; scroll: number }
  | { kind: 'help'; scroll: number }

export interface Message {
  tone: Tone
  text: string
  hint: string | null
  /** Epoch milliseconds: when it came. */
  at: number
}

/** What does not change while the screen is open. */
export interface Facts {
  /** Whose accounts these are; null: all users'. */
  user: string | null
  group: string | null
  /** Where they are kept, as people write it. */
  home: string
}

export interface ScreenState {
  facts: Facts
  size: { columns: number; rows: number }
  /** The machine's clock, epoch milliseconds. */
  now: number
  /** Null: not read yet. */
  quota: QuotaDocument | null
  proxies: ProxyView[]
  log: RequestLog
  pane: Pane
  mode: Mode
  filter: string
  sort: SortOrder
  grouping: Grouping
  /** Ids of accounts that stay on top, in the order in which they were pinned. */
  pinned: string[]
  /** The account under the marker, and where it stood in the list: when it is gone, its place is kept. */
  selected: { id: string; index: number } | null
  message: Message | null
  /** What is under way, in words. */
  busy: string[]
}

export function firstState(facts: Facts, size: ScreenState['size'], now: number): ScreenState {
  return {
    facts,
    size,
    now,
    quota: null,
    proxies: [],
    log: emptyLog,
    pane: 'accounts',
    mode: { kind: 'list' },
    filter: '',
    sort: 'order',
    grouping: 'none',
    pinned: [],
    selected: null,
    message: null,
    busy: [],
  }
}
