import { lacksWanted, unavailability } from '../eligibility.ts'
import { lasts } from '../refusal.ts'
import { chooseBest, chooseOfTwo } from './choose.ts'
import type { Row, Search } from './choose.ts'
import type { Member } from './member.ts'
import type { RotationMoment, Wanted } from '../rotation-request.ts'
import type { Ranking } from '../strategies/strategy.ts'

/** A member and when it may serve: epoch milliseconds, Infinity if only the user can bring it back. */
export interface Return {
  member: Member
  at: number
}

/**
 * Members of one priority that fit one kind of request, for one model and endpoint. A member may wait for that pair
 * alone.
 */
export interface Tier {
  readonly members: readonly Member[]
  /** The strategy's next choice among those not offered yet; null: as far as is known, all others must wait. */
  choose(search: Search): Member | null
  /** Checks all members again that are presumed to wait. True: at least one need not. */
  sweep(view: RotationMoment): boolean
  /** The member that may serve first; null: no member has the model and the endpoint. */
  earliest(view: RotationMoment): Return | null
}

/** A tier of few members: each choice considers all of them, so it is exact. */
export class SmallTier implements Tier {
  readonly members: readonly Member[]
  readonly #ranking: Ranking
  readonly #wanted: Wanted
  readonly #row: Row

  constructor(members: readonly Member[], ranking: Ranking, wanted: Wanted) {
    this.members = members
    this.#ranking = ranking
    this.#wanted = wanted
    this.#row = { size: members.length, at: (place) => members[place] }
  }

  choose(search: Search): Member | null {
    const { member } =
      this.#ranking.kind === 'sampled'
        ? chooseOfTwo(this.#row, this.#ranking, search)
        : chooseBest(this.#row, { from: 0, count: this.#row.size }, this.#ranking, search)
    if (member !== null && this.#ranking.kind === 'ordered') this.#ranking.took(member)
    return member
  }

  sweep(): boolean {
    return false
  }

  earliest(view: RotationMoment): Return | null {
    let first: Return | null = null
    for (const member of this.members) {
      if (lacksWanted(member, this.#wanted, view)) continue
      const at = findReturn(member, this.#wanted, view)
      if (first === null || at < first.at) first = { member, at }
    }
    return first
  }
}

export function findReturn(member: Member, wanted: Wanted, view: RotationMoment): number {
  const refusal = unavailability(member, wanted, view)
  return refusal === null ? view.now : lasts(refusal)
}
