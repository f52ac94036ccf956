import type { Search } from './choose.ts'
import type { CoolNotice } from '../cooldowns/cooling.ts'
import { coolsFor } from '../cooldowns/cooling.ts'
import { isAvailable } from '../eligibility.ts'
import { mismatchKind } from '../mismatch.ts'
import type { Circuit, Probes } from '../cooldowns/circuit.ts'
import { circuitsToProbe, halfOpenCircuits } from '../cooldowns/circuit.ts'
import type { Member } from './member.ts'
import type { Picks } from './picks.ts'
import type { RosterTier } from './roster.ts'
import type { RotationRequest, RotationView } from '../rotation-request.ts'
import type { Tier } from './tier.ts'

/** The choices for one kind of request. */
export interface Lane {
  tier: Tier
  /** Null: conversations have no home here. */
  roster: RosterTier | null
  /** Whether a session without a known home still has one here, derived from its name. */
  derivesHomes: boolean
}

/** The input of one search, from the pool. */
interface Given {
  lanes: readonly Lane[]
  /** The account that the request names; null: it names none, or none that exists. */
  pinned: Member | null
  /** The homes of the conversation, in order of preference; null: none is known. */
  homes: readonly Member[] | null
  picks: Picks
  probes: Probes
}

/**
 * The most members to skip because other requests test them. Whole providers are under test, and a longer search
 * would cost more.
 */
const MOST_ASIDE = 64

/** Always empty. */
const NOBODY = new Set<Member>()

/**
 * Iterates over the members that may serve, best first, each at most once and only while it is eligible. Each step
 * makes one choice, with the view as it is then. The iteration ends when no other member may serve. One request at a
 * time tests a half-open member, for as long as the consumer holds it. All other requests come to such a member last.
 * They are not refused: no provider reported the member as unavailable, so in the end the upstream decides.
 *
 * Written by hand instead of as a generator: every request has one, and a generator takes 865 bytes a choice instead
 * of 730.
 */
export class Candidates implements IterableIterator<Member, void> {
  readonly #given: Given
  readonly #view: RotationView
  readonly #search: Search
  /** The member that the consumer holds, and the circuits that it tests by that. */
  #held: Member | null = null
  #tested: Circuit[] | null = null
  #aside: Member[] | null = null
  /** No other member is ready; a member that the request names may still be tried. */
  #isSearched = false
  #isPinTried = false

  constructor(request: RotationRequest, view: RotationView, given: Given) {
    this.#given = given
    this.#view = view
    this.#search = { request, view, offered: NOBODY, picks: given.picks }
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<Member, void> {
    // Only now is another choice needed, and most requests never need one.
    if (this.#held !== null) this.#offered(this.#held)
    this.#letGo()
    const member = this.#nextReady() ?? this.#pinnedDespiteGuess() ?? this.#nextAside()
    return member === null ? { done: true, value: undefined } : { done: false, value: member }
  }

  /** Skips the members that these cooldowns exclude. The ledger may show the cooldowns only after the next choice. */
  passOver(cooled: readonly CoolNotice[]): void {
    const { request } = this.#search
    const isOut = (member: Member) => cooled.some((notice) => coolsFor(notice, member, request))
    for (const { tier } of this.#given.lanes) {
      for (const member of tier.members) if (isOut(member)) this.#offered(member)
    }
    this.#aside = this.#aside?.filter((member) => !isOut(member)) ?? null
  }

  /** Ends the search: the consumer wants no other member. */
  return(): IteratorResult<Member, void> {
    this.#letGo()
    this.#isSearched = true
    this.#isPinTried = true
    this.#aside = null
    return { done: true, value: undefined }
  }

  #nextReady(): Member | null {
    const search = this.#search
    while (!this.#isSearched) {
      search.view = freezeMoment(this.#view)
      const member = chooseFrom(this.#given, search)
      if (member === null) break
      const circuits = halfOpenCircuits(member, search.request, search.view)
      if (circuits === null) return this.#hold(member)
      if (!this.#isTestedByOthers(circuits)) return this.#hold(member, circuits)
      this.#offered(member)
      ;(this.#aside ??= []).push(member)
    }
    this.#isSearched = true
    return null
  }

  #isTestedByOthers(circuits: Circuit[]): boolean {
    return (
      (this.#aside?.length ?? 0) < MOST_ASIDE && this.#given.probes.isUnderWay(circuits, this.#search.view)
    )
  }

  /** A request that names an account knows more than a guess. Still, only one at a time may try. */
  #pinnedDespiteGuess(): Member | null {
    const { pinned, probes } = this.#given
    const { request, view, offered } = this.#search
    if (this.#isPinTried || pinned === null) return null
    this.#isPinTried = true
    if (offered.has(pinned) || mismatchKind(pinned, request) !== null) return null
    const circuits = circuitsToProbe(pinned, request, view)
    return circuits === null || probes.isUnderWay(circuits, view) ? null : this.#hold(pinned, circuits)
  }

  #nextAside(): Member | null {
    for (let member = this.#aside?.shift(); member !== undefined; member = this.#aside?.shift()) {
      if (!isAvailable(member, this.#search.request, this.#view)) continue
      this.#given.picks.note(member, this.#view)
      return member
    }
    return null
  }

  /** The consumer holds the member until it knows how the request ended, or stops: either ends the probe. */
  #hold(member: Member, circuits: Circuit[] | null = null): Member {
    const { view, picks } = this.#search
    if (circuits !== null) this.#given.probes.begin(circuits, view.now)
    picks.note(member, view)
    this.#tested = circuits
    return (this.#held = member)
  }

  #letGo(): void {
    if (this.#tested !== null) this.#given.probes.end(this.#tested)
    this.#tested = null
    this.#held = null
  }

  #offered(member: Member): void {
    const search = this.#search
    if (search.offered === NOBODY) search.offered = new Set()
    search.offered.add(member)
  }
}

/** Copies the view as it is now: reading the clock for every check of a choice costs more than the checks. */
function freezeMoment({ state, now, keep = 0, caps = null, random }: RotationView): RotationView {
  return { state, now, keep, caps, random }
}

function chooseFrom({ lanes, homes }: Given, search: Search): Member | null {
  for (const lane of lanes) {
    const member = chooseIn(lane, homes, search)
    if (member !== null) return member
  }
  // No member is presumed ready. The waiting members are checked once more, in case the ledger has moved.
  for (const lane of lanes) {
    const member = lane.tier.sweep(search.view) ? chooseIn(lane, homes, search) : null
    if (member !== null) return member
  }
  return null
}

function chooseIn(
  { tier, roster, derivesHomes }: Lane,
  homes: Given['homes'],
  search: Search,
): Member | null {
  const { request, view, offered } = search
  const session = request.session ?? ''
  if (homes !== null && roster !== null) {
    for (const home of homes) {
      if (roster.has(home) && !offered.has(home) && isAvailable(home, request, view)) return home
    }
  }
  if (roster !== null && derivesHomes && session !== '') {
    const home = roster.homes.find(
      session,
      (member) => !offered.has(member) && isAvailable(member, request, view),
    )
    if (home !== null) return home
  }
  return tier.choose(search)
}
