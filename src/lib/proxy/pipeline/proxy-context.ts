import type { Heartbeats } from './exchange/heartbeats.ts'
import type { LivePool } from '../pool/live-pool.ts'
import type { ModelBook } from '../../toolkit/models/model-book.ts'
import type { ModelLists } from '../pool/model-lists.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'

/** The state that every request needs. */
export interface ProxyContext {
  live: LivePool
  upstreams: UpstreamPool
  heartbeats: Heartbeats
  lists: ModelLists
  book: ModelBook
  maxBodyBytes: number
  /** Translations refuse fields that they do not know; missing: they leave them out. */
  refusesUnknownFields?: boolean
  /** Epoch milliseconds. */
  clock: () => number
}
