import { isAvailable } from '../eligibility.ts'
import type { Member } from './member.ts'
import type { Picks } from './picks.ts'
import type { RotationRequest, RotationView } from '../rotation-request.ts'
import type { Ranking, ScoredRanking } from '../strategies/strategy.ts'

/** A request on its way through the pool. */
export interface Search {
  request: RotationRequest
  view: RotationView
  /** Members offered before. */
  offered: Set<Member>
  picks: Picks
}

export interface Choice {
  member: Member | null
  /** Members found unavailable in this search. */
  refused: Member[]
}

/** Members by place: an array, or a heap. */
export interface Row {
  readonly size: number
  at(place: number): Member | undefined
}

/**
 * The best available of `count` members from a place on, around the end. Checks only members that would be the best.
 */
export function chooseBest(
  row: Row,
  range: { from: number; count: number },
  ranking: Ranking,
  search: Search,
): Choice {
  const { view, picks, offered } = search
  const choice: Choice = { member: null, refused: [] }
  let smallest = Infinity
  for (let n = 0; n < range.count; n++) {
    const member = row.at((range.from + n) % row.size) as Member
    if (offered.has(member)) continue
    const score = ranking.kind === 'ordered' ? ranking.place(member) : ranking.score(member, search)
    if (choice.member !== null) {
      if (score > smallest) continue
      if (score === smallest && ranking.kind === 'ordered') continue
      if (score === smallest && picks.compareUse(member, choice.member, view.state) > 0) continue
    }
    if (!isAvailable(member, search.request, view)) {
      choice.refused.push(member)
      continue
    }
    choice.member = member
    smallest = score
  }
  return choice
}

/** The better of two available members, each the first one from a random place on. */
export function chooseOfTwo(row: Row, ranking: ScoredRanking, search: Search): Choice {
  const refused = new Set<Member>()
  const first = firstFrom(row, search, refused, null)
  const second = first === null ? null : firstFrom(row, search, refused, first)
  const isSecond =
    first !== null && second !== null && ranking.score(second, search) < ranking.score(first, search)
  return { member: isSecond ? second : first, refused: [...refused] }
}

function firstFrom(row: Row, search: Search, refused: Set<Member>, except: Member | null): Member | null {
  const start = Math.floor(search.view.random() * row.size)
  for (let n = 0; n < row.size; n++) {
    const member = row.at((start + n) % row.size) as Member
    if (member === except || refused.has(member) || search.offered.has(member)) continue
    if (isAvailable(member, search.request, search.view)) return member
    refused.add(member)
  }
  return null
}
