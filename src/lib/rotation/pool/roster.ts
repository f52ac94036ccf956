import { Homes } from '../affinity.ts'
import { mismatchKind } from '../mismatch.ts'
import type { Member } from './member.ts'
import { weighEvidence, evidenceRank } from '../models/model-evidence.ts'
import { accountsLeftOut } from '../models/model-holders.ts'
import type { RotationRequest } from '../rotation-request.ts'

/** The members of one tier that fit a kind of request, with the homes of sessions among them. */
export class RosterTier {
  readonly members: readonly Member[]
  #homes: Homes | null = null
  #set: ReadonlySet<Member> | null = null

  constructor(members: readonly Member[]) {
    this.members = members
  }

  has(member: Member): boolean {
    return (this.#set ??= new Set(this.members)).has(member)
  }

  /** Built when the first session needs it. */
  get homes(): Homes {
    return (this.#homes ??= new Homes(this.members))
  }
}

/**
 * The tiers of the accounts that fit the request. Accounts not known to have the model are left out if others are
 * known to have it. Within a priority, accounts that are more likely to have it come first.
 */
export function buildRoster(members: readonly Member[], request: RotationRequest): RosterTier[] {
  const { model } = request
  const isLeftOut = accountsLeftOut(members, request)
  const tiers = new Map<string, { priority: number; rank: number; members: Member[] }>()
  for (const member of members) {
    if (mismatchKind(member, request) !== null || isLeftOut(member)) continue
    const { priority } = member.account
    const rank = typeof model === 'string' ? evidenceRank(weighEvidence(member, model)) : 0
    const key = `${priority} ${rank}`
    const tier = tiers.get(key)
    if (tier === undefined) tiers.set(key, { priority, rank, members: [member] })
    else tier.members.push(member)
  }
  return [...tiers.values()]
    .sort((a, b) => a.priority - b.priority || a.rank - b.rank)
    .map((tier) => new RosterTier(tier.members))
}
