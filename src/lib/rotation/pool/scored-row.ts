import { isAvailable } from '../eligibility.ts'
import type { ScoredRanking } from '../strategies/strategy.ts'
import type { Choice, Row, Search } from './choose.ts'
import type { Member } from './member.ts'
import { NEVER_USED } from './picks.ts'

/** A member without a remembered score comes first, so that it gets one. */
const UNKNOWN = -Infinity

/** A part of the row: `count` members from a place on, around the end; at most 32. */
interface Section {
  from: number
  count: number
}

/**
 * Members in no order, each with its last score. To score a member, the processor loads its limits and its last use
 * from a dozen places in memory. A choice therefore compares remembered scores, and computes only those of the members
 * that it may choose. It sees a score that became worse at once. Each choice also computes the next score of the
 * row. So a score that became better shows within as many choices as the row has members. It also computes that of the
 * member chosen before, which its use has made worse. That member is still in the processor's cache, and would otherwise
 * appear the best when its section comes again.
 */
export class ScoredRow implements Row {
  readonly #members: Member[] = []
  readonly #scores: number[] = []
  /** Times of the last uses, which decide between equal scores. */
  readonly #uses: number[] = []
  readonly #places = new Map<Member, number>()
  #state: unknown = null
  /** The place of the score that the next choice computes. */
  #next = 0
  /** The member of the last choice; null: none. */
  #last: Member | null = null

  get size(): number {
    return this.#members.length
  }

  at(place: number): Member | undefined {
    return this.#members[place]
  }

  push(member: Member): void {
    this.#places.set(member, this.#members.length)
    this.#members.push(member)
    this.#scores.push(UNKNOWN)
    this.#uses.push(UNKNOWN)
  }

  delete(member: Member): void {
    const place = this.#places.get(member)
    if (place === undefined) return
    this.#places.delete(member)
    const last = this.#members.pop() as Member
    const score = this.#scores.pop() as number
    const use = this.#uses.pop() as number
    if (last === member) return
    this.#members[place] = last
    this.#scores[place] = score
    this.#uses[place] = use
    this.#places.set(last, place)
  }

  /** Chooses the best available member of a section. */
  choose(section: Section, ranking: ScoredRanking, search: Search): Choice {
    const { request, view, offered } = search
    const { from } = section
    if (this.#state !== view.state) this.#forgetAll(view.state)
    const choice: Choice = { member: null, refused: [] }
    // The members of the section, a bit for each.
    let scored = this.#scoreNext(section, ranking, search) | this.#scoreLast(section, ranking, search)
    let excluded = 0
    for (;;) {
      const best = this.#findBest(section, excluded, search)
      if (best < 0) return choice
      const place = (from + best) % this.size
      const member = this.#members[place] as Member
      if (offered.has(member)) {
        excluded |= 1 << best
      } else if ((scored & (1 << best)) === 0) {
        this.#score(place, ranking, search)
        scored |= 1 << best
      } else if (isAvailable(member, request, view)) {
        this.#last = member
        choice.member = member
        return choice
      } else {
        choice.refused.push(member)
        excluded |= 1 << best
      }
    }
  }

  /** Computes the next score of the row. Returns the bit of its member in the section; 0: it is not in there. */
  #scoreNext(section: Section, ranking: ScoredRanking, search: Search): number {
    const place = this.#next % this.size
    this.#next = place + 1
    this.#score(place, ranking, search)
    return this.#bitOf(place, section)
  }

  /** The same for the member of the last choice. */
  #scoreLast(section: Section, ranking: ScoredRanking, search: Search): number {
    const place = this.#last === null ? undefined : this.#places.get(this.#last)
    if (place === undefined) return 0
    this.#score(place, ranking, search)
    return this.#bitOf(place, section)
  }

  #bitOf(place: number, { from, count }: Section): number {
    const n = (place - from + this.size) % this.size
    return n < count ? 1 << n : 0
  }

  /** The best of a section by remembered scores, as its number in the section; -1: all are excluded. */
  #findBest({ from, count }: Section, excluded: number, search: Search): number {
    let best = -1
    let bestPlace = -1
    for (let n = 0; n < count; n++) {
      const place = (from + n) % this.size
      if ((excluded & (1 << n)) !== 0 || (best >= 0 && !this.#isBetter(place, bestPlace, search))) continue
      best = n
      bestPlace = place
    }
    return best
  }

  #isBetter(a: number, b: number, { picks, view }: Search): boolean {
    const scores = this.#scores
    const uses = this.#uses
    if (scores[a] !== scores[b]) return scores[a]! < scores[b]!
    if (scores[a] === UNKNOWN) return false
    if (uses[a] !== uses[b]) return uses[a]! < uses[b]!
    const [one, other] = [this.#members[a]!, this.#members[b]!]
    // Members that were never used have no order of use, and most of a new large pool are such members.
    if (uses[a] === NEVER_USED) return one.subjects.account < other.subjects.account
    return picks.compareUse(one, other, view.state) < 0
  }

  #score(place: number, ranking: ScoredRanking, search: Search): void {
    const member = this.#members[place] as Member
    this.#scores[place] = ranking.score(member, search)
    this.#uses[place] = search.picks.readUse(member, search.view.state)
  }

  /** Another state may rank all members in another order. */
  #forgetAll(state: unknown): void {
    this.#state = state
    this.#scores.fill(UNKNOWN)
    this.#uses.fill(UNKNOWN)
  }
}
