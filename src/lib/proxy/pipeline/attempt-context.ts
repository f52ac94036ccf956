import type { Exchange } from './exchange/exchange.ts'
import type { Heartbeats } from './exchange/heartbeats.ts'
import type { Route } from './plan/routes.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { LivePool } from '../pool/live-pool.ts'
import type { Target } from '../pool/target.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import type { Outgoing } from './plan/outgoing.ts'

/** The inputs of one attempt. */
export interface AttemptContext {
  exchange: Exchange
  route: Pick<Route, 'isMedia' | 'isCounted' | 'keepsState' | 'ollama' | 'service'>
  /** The stored conversation that the answer joins; null: none is named. */
  storedIn: string | null
  member: Member
  /** The model as requested upstream; null: none is named. */
  model: string | null
  /** Learns limits from answers. */
  live: Pick<LivePool, 'notes' | 'rememberState' | 'keepItems'>
  target: Target
  upstreams: UpstreamPool
  heartbeats: Heartbeats
  /** Epoch milliseconds. */
  clock: () => number
  outgoing: Outgoing
}
