import type { Search } from './choose.ts'
import type { CoolNotice } from '../cooling.ts'
import { coolsFor } from '../cooling.ts'
import { isAvailable, mismatchKind } from '../eligibility.ts'
import type { Circuit, Probes } from '../circuit.ts'
import { circuitsToProbe, halfOpenCircuits } from '../circuit.ts'
import type { Member } from './member.ts'
import type { Picks } from './picks.ts'
import type { RosterTier } from './roster.ts'
import type { RotationRequest, RotationView } from '../rotation-request.ts'
import type { Tier } from './tier.ts'

/** What one kind of request chooses from. */
export interface Lane {
  tier: Tier
  /** Null: conversations have no home here. */
  roster: RosterTier | null
  /** Whether a session without a known home has one here all the same, derived from its name. */
  derivesHomes: boolean
}

/** What a pool gives for one search. */
interface Given {
  lanes: readonly Lane[]
  /** The one account that the request names; null: it names none, or none that is there. */
  pinned: Member | null
  /** Where the conversation is at home, the one wanted most first; null: nowhere that is known. */
  homes: readonly Member[] | null
  picks: Picks
  probes: Probes
}

/** So many are passed over because somebody is testing them; whole providers are, and looking on would cost more. */
const MOST_ASIDE = 64

/** Never added to. */
const NOBODY = new Set<Member>()

/**
 * Who may serve, best first, each member at most once, and only while it is eligible. Lazy: one choice is made for
 * each member taken, with the view as it is then. It ends when nobody else may serve. Who is half open is offered to
 * one request at a time, which tests it for as long as the consumer holds it; all others come to it last. They are not
 * refused: no provider said that it is out, so with nobody else left it is for the upstream to say.
 *
 * By hand what a generator would do: every request has one, and with a generator a choice takes 865 bytes instead of 730.
 */
export class Candidates implements IterableIterator<Member, void> {
  readonly #given: Given
  readonly #view: RotationView
  readonly #search: Search
  /** Whom the consumer holds, and what it tests by that. */
  #held: Member | null = null
  #tested: Circuit[] | null = null
  #aside: Member[] | null = null
  /** Nobody else is ready; a member that the request names may still be tried. */
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
    // Only now is there another choice, which most requests never need.
    if (this.#held !== null) this.#offered(this.#held)
    this.#letGo()
    const member = this.#nextReady() ?? this.#pinnedDespiteGuess() ?? this.#nextAside()
    return member === null ? { done: true, value: undefined } : { done: false, value: member }
  }

  /** Offers no member that these cooldowns keep out: the ledger may show them only after the next choice. */
  passOver(cooled: readonly CoolNotice[]): void {
    const { request } = this.#search
    const isOut = (member: Member) => cooled.some((notice) => coolsFor(notice, member, request))
    for (const { tier } of this.#given.lanes) {
      for (const member of tier.members) if (isOut(member)) this.#offered(member)
    }
    this.#aside = this.#aside?.filter((member) => !isOut(member)) ?? null
  }

  /** The consumer wants nobody else. */
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
      search.view = momentOf(this.#view)
      const member = chooseFrom(this.#given, search)
      if (member === null) break
      const doors = halfOpenCircuits(member, search.request, search.view)
      if (doors === null) return this.#hold(member)
      if (!this.#isTestedByOthers(doors)) return this.#hold(member, doors)
      this.#offered(member)
      ;(this.#aside ??= []).push(member)
    }
    this.#isSearched = true
    return null
  }

  #isTestedByOthers(doors: Circuit[]): boolean {
    return (this.#aside?.length ?? 0) < MOST_ASIDE && this.#given.probes.isUnderWay(doors, this.#search.view)
  }

  /** Who names the account knows more than a guess of ours; one at a time all the same. */
  #pinnedDespiteGuess(): Member | null {
    const { pinned, probes } = this.#given
    const { request, view, offered } = this.#search
    if (this.#isPinTried || pinned === null) return null
    this.#isPinTried = true
    if (offered.has(pinned) || mismatchKind(pinned, request) !== null) return null
    const doors = circuitsToProbe(pinned, request, view)
    return doors === null || probes.isUnderWay(doors, view) ? null : this.#hold(pinned, doors)
  }

  #nextAside(): Member | null {
    for (let member = this.#aside?.shift(); member !== undefined; member = this.#aside?.shift()) {
      if (!isAvailable(member, this.#search.request, this.#view)) continue
      this.#given.picks.note(member, this.#view)
      return member
    }
    return null
  }

  /** The consumer holds the member until it knows how the request ended, or leaves: either ends the probe. */
  #hold(member: Member, doors: Circuit[] | null = null): Member {
    const { view, picks } = this.#search
    if (doors !== null) this.#given.probes.begin(doors, view.now)
    picks.note(member, view)
    this.#tested = doors
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

/** The view as it is now: reading the clock for every question about one choice costs more than the questions. */
function momentOf({ state, now, keep = 0, caps = null, random }: RotationView): RotationView {
  return { state, now, keep, caps, random }
}

function chooseFrom({ lanes, homes }: Given, search: Search): Member | null {
  for (const lane of lanes) {
    const member = chooseIn(lane, homes, search)
    if (member !== null) return member
  }
  // Nobody is thought to be ready: the waiting are looked at once more, in case the ledger has moved.
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
