import type { Latencies } from '../pool/latencies.ts'
import type { Member } from '../pool/member.ts'
import type { Picks } from '../pool/picks.ts'
import type { RotationMoment } from '../rotation-request.ts'
import type { Turns } from '../pool/turns.ts'

/** The order of one tier's members. Tiers come first, whatever the strategy; the smallest number serves first. */
export type Ranking = OrderedRanking | ScoredRanking

/** Only `took` changes a member's place, so that a large tier can keep its members in order. */
export interface OrderedRanking {
  readonly kind: 'ordered'
  place(member: Member): number
  /** Records that the member was chosen for a request. */
  took(member: Member): void
  /** True: the strategy itself keeps to one account, so affinity would only work against it. */
  readonly isSticky: boolean
}

/** Scores follow the ledger and the clock. Of members with equal scores, the least recently used serves. */
export interface ScoredRanking {
  /** `sampled`: the better of two chosen at random instead of the best. */
  readonly kind: 'scored' | 'sampled'
  score(member: Member, moment: Moment): number
  /** True: the scores depend on how fast accounts answered. */
  readonly readsLatencies?: boolean
}

export interface Moment {
  view: RotationMoment
  picks: Picks
}

/** A strategy makes the ranking of one tier. */
export type Strategy = (tier: {
  members: readonly Member[]
  latencies: Latencies
  /** The turns that the accounts have taken so far. */
  turns: Turns
}) => Ranking
