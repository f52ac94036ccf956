// The notice sent when a limit passes a threshold: a promise, like the documents in `../views.ts`.

import type { NoticeMark } from '../../store/documents/notice-mark.ts'
import type { AccountQuotaView, LimitView } from '../views.ts'

export interface Notice {
  type: 'quota.threshold'
  /** A test: nothing has happened. */
  test: boolean
  at: string
  /** The highest passed threshold, in percent of the limit. */
  threshold: number
  account: Pick<AccountQuotaView, 'id' | 'user' | 'provider' | 'name' | 'groups'>
  limit: LimitView
}

/** Sent when a run of a job failed, or failures paused the job for an account. */
export interface JobNotice {
  type: 'job.failed' | 'job.paused'
  test: boolean
  at: string
  account: Pick<AccountQuotaView, 'id' | 'user' | 'provider' | 'name' | 'groups'>
  job: { id: string; name: string }
  /** RFC 3339; null for a pause. */
  slot: string | null
  reason: string
}

export type AnyNotice = Notice | JobNotice

/** The configured destinations of notices. */
export interface NoticeSettings {
  /** Percent, ascending; empty: no notices are sent. */
  at: number[]
  webhook: string | null
  command: string | null
}

/** The result of one delivery. */
export interface Delivery {
  way: 'webhook' | 'command'
  /** The webhook's host, or the program. */
  to: string
  ok: boolean
  message: string
}

export interface NoticesView {
  at: string[]
  /** Its host only: the path of a webhook is often its key. */
  webhook: string | null
  /** The program. */
  command: string | null
  /** Recent notices, the newest first. */
  told: NoticeMark[]
}
