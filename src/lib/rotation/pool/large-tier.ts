import { chooseOfTwo } from './choose.ts'
import type { Choice, Search } from './choose.ts'
import { isAvailable, lacksWanted } from '../eligibility.ts'
import { Heap } from './heap.ts'
import type { Member } from './member.ts'
import type { RotationMoment, Wanted } from '../rotation-request.ts'
import { ScoredRow } from './scored-row.ts'
import type { Ranking, ScoredRanking } from '../strategies/strategy.ts'
import { findReturn } from './tier.ts'
import type { Return, Tier } from './tier.ts'

/** How many members one choice compares. */
const SECTION = 16
/** Waiting members are checked again in slices, at most this often: all of them within `SLICES` times as long. */
const SLICE_MS = 250
const SLICES = 16
const SMALLEST_SLICE = 64

/**
 * A tier of many members, in which the cost of a choice does not grow with their number. Members are presumed ready
 * until a check shows that they are not. Then they wait, in order of their return. A member returns when its time has
 * come, or when the ledger moved (a reset, a refund, a raised limit). To find the latter, the tier checks a slice
 * every quarter of a second. Before it gives up, it checks all members. No caller has to notify the tier of changes.
 */
export class LargeTier implements Tier {
  readonly members: readonly Member[]
  readonly #wanted: Wanted
  readonly #ranking: Ranking
  readonly #ready: ReadyMembers
  readonly #waiting: Heap<Member>
  readonly #returns = new Map<Member, number>()
  /** The waiting members that, at the last check, had answered that they lack the model or the endpoint. */
  readonly #lacking = new Set<Member>()
  #cursor = 0
  #slice = { at: -Infinity, cursor: 0 }
  #swept: { state: unknown; sequence: number } | null = null

  constructor(members: readonly Member[], ranking: Ranking, wanted: Wanted) {
    this.members = members
    this.#ranking = ranking
    this.#wanted = wanted
    this.#ready = makeReady(ranking)
    this.#waiting = new Heap((a, b) => compareTimes(this.#findReturn(a), this.#findReturn(b)))
    for (const member of members) this.#ready.push(member)
  }

  choose(search: Search): Member | null {
    const { view } = search
    this.#wakeDue(view)
    this.#lookAtSlice(view)
    const { member, refused } = this.#chooseReady(search)
    for (const each of refused) this.#park(each, view)
    if (member !== null && this.#ranking.kind === 'ordered' && this.#ready instanceof Heap) {
      this.#ranking.took(member)
      this.#ready.update(member)
    }
    return member
  }

  sweep(view: RotationMoment): boolean {
    if (this.#hasSeenAll(view)) return false
    this.#swept = { state: view.state, sequence: view.state.sequence }
    return this.#lookAgain(0, this.#waiting.size, view)
  }

  earliest(view: RotationMoment): Return | null {
    this.#wakeDue(view)
    this.sweep(view)
    const ready = Array.from({ length: this.#ready.size }, (_, place) => this.#ready.at(place) as Member)
    for (const member of ready) {
      if (isAvailable(member, this.#wanted, view)) return { member, at: view.now }
      this.#park(member, view)
    }
    const member = this.#waiting.at(0)
    if (member === undefined) return null
    return this.#lacking.has(member) ? this.#earliestOfAll(view) : { member, at: this.#findReturn(member) }
  }

  /** Members that answered that they lack the model wait too, until they are tried again. */
  #earliestOfAll(view: RotationMoment): Return | null {
    let first: Return | null = null
    for (const member of this.members) {
      const at = this.#findReturn(member)
      if (first !== null && at >= first.at) continue
      if (!this.#lacking.has(member) || !lacksWanted(member, this.#wanted, view)) first = { member, at }
    }
    return first
  }

  #chooseReady(search: Search): Choice {
    const ranking = this.#ranking
    if (ranking.kind === 'ordered') return this.#firstInOrder(search)
    if (this.#ready instanceof ScoredRow) return this.#bestOfSection(this.#ready, ranking, search)
    return chooseOfTwo(this.#ready, ranking, search)
  }

  #firstInOrder({ view, offered }: Search): Choice {
    const aside: Member[] = []
    const choice: Choice = { member: null, refused: [] }
    for (let member = this.#ready.at(0); member !== undefined; member = this.#ready.at(0)) {
      if (offered.has(member)) aside.push(member)
      else if (isAvailable(member, this.#wanted, view)) {
        choice.member = member
        break
      } else choice.refused.push(member)
      this.#ready.delete(member)
    }
    for (const member of aside) this.#ready.push(member)
    return choice
  }

  /** Chooses from the next section that has an available member. */
  #bestOfSection(ready: ScoredRow, ranking: ScoredRanking, search: Search): Choice {
    const refused: Member[] = []
    const { size } = ready
    for (let looked = 0; looked < size; looked += SECTION) {
      const count = Math.min(SECTION, size - looked)
      const choice = ready.choose({ from: this.#cursor, count }, ranking, search)
      this.#cursor = (this.#cursor + count) % size
      refused.push(...choice.refused)
      if (choice.member !== null) return { member: choice.member, refused }
    }
    return { member: null, refused }
  }

  #park(member: Member, view: RotationMoment): void {
    this.#ready.delete(member)
    this.#noteReturn(member, view)
    this.#waiting.push(member)
  }

  #noteReturn(member: Member, view: RotationMoment): void {
    this.#returns.set(member, findReturn(member, this.#wanted, view))
    if (lacksWanted(member, this.#wanted, view)) this.#lacking.add(member)
    else this.#lacking.delete(member)
  }

  #wake(member: Member): void {
    this.#waiting.delete(member)
    this.#returns.delete(member)
    this.#lacking.delete(member)
    this.#ready.push(member)
  }

  #wakeDue({ now }: RotationMoment): void {
    for (;;) {
      const member = this.#waiting.at(0)
      if (member === undefined || this.#findReturn(member) > now) return
      this.#wake(member)
    }
  }

  #lookAtSlice(view: RotationMoment): void {
    const since = view.now - this.#slice.at
    if (this.#waiting.size === 0 || (since >= 0 && since < SLICE_MS) || this.#hasSeenAll(view)) return
    const count = Math.min(
      this.#waiting.size,
      Math.max(SMALLEST_SLICE, Math.ceil(this.#waiting.size / SLICES)),
    )
    const from = this.#slice.cursor % this.#waiting.size
    this.#slice = { at: view.now, cursor: from + count }
    this.#lookAgain(from, count, view)
  }

  /** Wakes the waiting members that may serve after all. The others wait for their new time. */
  #lookAgain(from: number, count: number, view: RotationMoment): boolean {
    const { size } = this.#waiting
    const looked = Array.from({ length: count }, (_, n) => this.#waiting.at((from + n) % size) as Member)
    let hasWoken = false
    for (const member of looked) {
      if (isAvailable(member, this.#wanted, view)) {
        this.#wake(member)
        hasWoken = true
        continue
      }
      this.#noteReturn(member, view)
      this.#waiting.update(member)
    }
    return hasWoken
  }

  /** As long as the ledger does not move, only time brings members back, and their times are known. */
  #hasSeenAll({ state }: RotationMoment): boolean {
    return this.#swept?.state === state && this.#swept.sequence === state.sequence
  }

  #findReturn(member: Member): number {
    return this.#returns.get(member) ?? Infinity
  }
}

/** The members presumed ready: in the order of the ranking, with their scores, or in no order. */
type ReadyMembers = Heap<Member> | ScoredRow

function makeReady(ranking: Ranking): ReadyMembers {
  if (ranking.kind === 'scored') return new ScoredRow()
  // Without an order, the heap is a row that grows and shrinks at its end.
  return new Heap(ranking.kind === 'ordered' ? (a, b) => ranking.place(a) - ranking.place(b) : () => 0)
}

function compareTimes(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}
