import type { LivePool } from '../pool/live-pool.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'

/** What every request needs. */
export interface ProxyContext {
  live: LivePool
  upstreams: UpstreamPool
  maxBodyBytes: number
  /** Epoch milliseconds. */
  clock: () => number
}
