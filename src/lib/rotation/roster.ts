import { Homes } from './affinity.ts'
import { mismatchKind } from './eligibility.ts'
import type { Member } from './member.ts'
import type { RotationRequest } from './rotation-request.ts'

/** The members of one tier that fit a kind of request, with the homes of sessions among them. */
export class RosterTier {
  readonly members: readonly Member[]
  #homes: Homes | null = null

  constructor(members: readonly Member[]) {
    this.members = members
  }

  /** Placed when the first session asks. */
  get homes(): Homes {
    return (this.#homes ??= new Homes(this.members))
  }
}

/**
 * The tiers of those who fit the request, as far as documents tell. Within a priority, accounts that are known to
 * serve the model come before those that would have to be asked.
 */
export function rosterOf(members: readonly Member[], request: RotationRequest): RosterTier[] {
  const tiers = new Map<string, { priority: number; isUnsure: boolean; members: Member[] }>()
  for (const member of members) {
    if (mismatchKind(member, request) !== null) continue
    const { priority } = member.account
    const isUnsure = typeof request.model === 'string' && member.serves(request.model) === null
    const key = `${priority} ${isUnsure}`
    const tier = tiers.get(key)
    if (tier === undefined) tiers.set(key, { priority, isUnsure, members: [member] })
    else tier.members.push(member)
  }
  return [...tiers.values()]
    .sort((a, b) => a.priority - b.priority || Number(a.isUnsure) - Number(b.isUnsure))
    .map((tier) => new RosterTier(tier.members))
}
