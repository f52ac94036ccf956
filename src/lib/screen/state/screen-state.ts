// The screen room: `qwenctl top`. Pure functions decide everything: events turn one state into the next
// (`step.ts`), and a state becomes lines of text (`view/frame.ts`). Only `run-screen.ts` and `components/` know ink
// and the terminal; only `home-feed.ts` and `perform.ts` know the toolkit.

import type { BatchView } from '../../toolkit/batch/batch-views.ts'
import type { JobView } from '../../toolkit/jobs/job-views.ts'
import type { ProxyView } from '../../toolkit/proxies.ts'
import type { QuotaDocument } from '../../toolkit/views.ts'
import type { RequestLog } from './request-log.ts'
import { emptyLog } from './request-log.ts'
import type { Tone } from '../line.ts'

export type Pane = 'accounts' | 'requests'

export const sortOrders = ['order', 'name', 'left', 'used', 'recent'] as const
/** In order of addition, by name, by remaining share, by requests of today, by last use. */
export type SortOrder = (typeof sortOrders)[number]

export const groupings = ['none', 'provider', 'group', 'status', 'user'] as const
export type Grouping = (typeof groupings)[number]

/** Actions that ask for confirmation. */
export type Destructive = 'disable' | 'reset'

export type Mode =
  | { kind: 'list' }
  /** The filter is being typed; `before` is what it was. */
  | { kind: 'filter'; before: string }
  | { kind: 'ask'; what: Destructive; id: string; name: string; over: Mode }
  | { kind: 'account'; id: string; scroll: number }
  | { kind: 'request'; seq: number; scroll: number }
  | { kind: 'work'; scroll: number }
  | { kind: 'help'; scroll: number }

export interface Message {
  tone: Tone
  text: string
  hint: string | null
  /** Arrival, in epoch milliseconds. */
  at: number
}

/** Facts that stay the same while the screen is open. */
export interface Facts {
  /** The user of the accounts; null: all users. */
  user: string | null
  group: string | null
  /** The path of the home, as people write it. */
  home: string
}

/** Scheduled jobs, and batches with the newest first. */
export interface Work {
  jobs: JobView[]
  batches: BatchView[]
}

/** A running proxy; `machine` is set for one that serves the same store from elsewhere. */
export type ShownProxy = ProxyView & { machine?: string }

export interface ScreenState {
  facts: Facts
  size: { columns: number; rows: number }
  /** The machine's clock, epoch milliseconds. */
  now: number
  /** Null: not read yet. */
  quota: QuotaDocument | null
  proxies: ShownProxy[]
  /** Jobs and batches; null: not read yet. */
  work: Work | null
  log: RequestLog
  pane: Pane
  mode: Mode
  filter: string
  sort: SortOrder
  grouping: Grouping
  /** Ids of pinned accounts, in the order of pinning. */
  pinned: string[]
  /** The account under the marker, and its place in the list: a removed account leaves the marker at that place. */
  selected: { id: string; index: number } | null
  message: Message | null
  /** The texts of running actions. */
  busy: string[]
}

export function firstState(facts: Facts, size: ScreenState['size'], now: number): ScreenState {
  return {
    facts,
    size,
    now,
    quota: null,
    proxies: [],
    work: null,
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
