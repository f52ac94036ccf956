// What is told when a limit passes a threshold: a promise, as the documents of `../views.ts`.

import type { NoticeMark } from '../../store/documents/notice-marks.ts'
import type { AccountQuotaView, LimitView } from '../views.ts'

export interface Notice {
  type: 'quota.threshold'
  /** A trial: nothing has happened. */
  test: boolean
  at: string
  /** The highest that was passed, percent of the limit. */
  threshold: number
  account: Pick<AccountQuotaView, 'id' | 'user' | 'provider' | 'name' | 'groups'>
  limit: LimitView
}

/** Where notices go, as it is set. */
export interface NoticeSettings {
  /** Percent, ascending; none: nobody is told of anything. */
  at: number[]
  webhook: string | null
  command: string | null
}

/** How one way of telling went. */
export interface Delivery {
  way: 'webhook' | 'command'
  /** The webhook's host, or the program. */
  to: string
  ok: boolean
  message: string
}

export interface NoticesView {
  at: string[]
  /** Its host: the path of a webhook is often its key. */
  webhook: string | null
  /** The program. */
  command: string | null
  /** What was told of lately, the newest first. */
  told: NoticeMark[]
}

export interface Notices {
  show(): Promise<NoticesView>
  /** Sends a trial to everybody who would be told. Throws `invalid_value` where nobody is. */
  test(): Promise<Delivery[]>
  /** Watches the limits and tells of thresholds, once per limit, window and threshold; answers what stops it. */
  watch(onTrouble: (message: string) => void): () => void
}
