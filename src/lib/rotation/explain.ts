import type { MismatchKind, Refusal } from './refusal.ts'
import { isAvailable, refusal } from './eligibility.ts'
import { lasts } from './refusal.ts'
import { circuitsToProbe, halfOpenCircuits, Probes } from './cooldowns/circuit.ts'
import { Latencies } from './pool/latencies.ts'
import type { Member } from './pool/member.ts'
import { Pool } from './pool/pool.ts'
import { accountsLeftOut } from './models/model-holders.ts'
import { Picks } from './pool/picks.ts'
import type { RosterTier } from './pool/roster.ts'
import { buildRoster } from './pool/roster.ts'
import type { RotationMoment, RotationRequest, Session } from './rotation-request.ts'
import type { BoundUse, TooMuch } from './use/use-bounds.ts'
import type { StrategyName } from './strategies/strategies.ts'
import { Turns } from './pool/turns.ts'
import { strategies } from './strategies/strategies.ts'
import type { Ranking } from './strategies/strategy.ts'

/** A way to serve a request: the request to the pool, and the format that it would be translated from. */
export interface ExplainedWay {
  wanted: RotationRequest
  /** The client's own format, if this way speaks the other; null: nothing is translated. */
  translatedFrom: RotationRequest['dialect']
}

/** The result for one account. With a place, a request would try it, in that order; else the refusal says why not. */
export type Verdict = { member: Member } & (
  | {
      place: number
      way: ExplainedWay
      refusal: null
      /** A guess about it has ended, or the request tries it in spite of one. One request at a time tests it. */
      isHalfOpen: boolean
      /** The bound that the answer gets, since the request may use more than is left; null: none. */
      mostOutput: number | null
    }
  | { place: null; way: null; refusal: Refusal; isHalfOpen: false; mostOutput: null }
)

/**
 * Whether the places are the order of the next request, or only a likely one. The ledger shows no chance and no
 * turns, which each proxy counts in memory. With such strategies, accounts are placed by their last use.
 */
export function isForeseen(strategy: StrategyName): boolean {
  const ranking = strategies[strategy]({ members: [], latencies: new Latencies(), turns: new Turns() })
  return ranking.kind === 'ordered' ? ranking.isSticky : ranking.kind === 'scored'
}

export interface ExplainOptions {
  strategy: StrategyName
  /** A conversation (`wanted.session`) goes to its own account first. */
  affinity: boolean
  view: RotationMoment
  /** Fits the request into the limits of tokens and dollars; null: none counts it. Missing: its size is unknown. */
  fitUse?: (member: Member, way: ExplainedWay) => BoundUse | TooMuch | null
}

/** For every member, in the order given: whether a request would try it now, at which place, and if not, why. */
export function explain(
  members: readonly Member[],
  ways: readonly ExplainedWay[],
  options: ExplainOptions,
): Verdict[] {
  const asked = new Map<Member, ExplainedWay>()
  const uses = new Uses(options)
  for (const way of ways) {
    const ordered = inOrder(members, way.wanted, options).filter((member) => uses.fits(member, way))
    const tested = new Set(ordered.filter((member) => isTested(member, way, options.view)))
    for (const member of [...ordered.filter((other) => !tested.has(other)), ...tested]) {
      if (!asked.has(member)) asked.set(member, way)
    }
  }
  const leftOut = ways.map((way) => ({ way, isLeftOut: accountsLeftOut(members, way.wanted) }))
  const isHalfOpen = (member: Member, { wanted }: ExplainedWay) =>
    (halfOpenCircuits(member, wanted, options.view) ?? circuitsToProbe(member, wanted, options.view)) !== null
  const places = new Map([...asked.keys()].map((member, index) => [member, index + 1]))
  return members.map((member) => {
    const way = asked.get(member)
    if (way === undefined) {
      const refusal = uses.refusals.get(member) ?? mostTelling(member, leftOut, options.view)
      return { member, place: null, way: null, isHalfOpen: false, mostOutput: null, refusal }
    }
    return {
      member,
      place: places.get(member) as number,
      way,
      isHalfOpen: isHalfOpen(member, way),
      mostOutput: uses.findBound(member, way),
      refusal: null,
    }
  })
}

/** Fits the request into the limits of each member. */
class Uses {
  /** The refusals of members that could serve a smaller request. */
  readonly refusals = new Map<Member, Refusal>()
  readonly #fitUse: ExplainOptions['fitUse']

  constructor({ fitUse }: ExplainOptions) {
    this.#fitUse = fitUse
  }

  fits(member: Member, way: ExplainedWay): boolean {
    const use = this.#fitUse?.(member, way)
    if (use?.kind !== 'too-much') return true
    const { words, availableAt } = use
    const next: Refusal = { kind: 'too-little-left', words, availableAt }
    const known = this.refusals.get(member)
    if (known === undefined || lasts(next) < lasts(known)) this.refusals.set(member, next)
    return false
  }

  findBound(member: Member, way: ExplainedWay): number | null {
    const use = this.#fitUse?.(member, way)
    return use?.kind === 'fits' ? use.mostOutput : null
  }
}

/** Whether another request tests the member. Until that ends, the member is tried last. */
function isTested(member: Member, { wanted }: ExplainedWay, view: RotationMoment): boolean {
  const circuits = halfOpenCircuits(member, wanted, view)
  return circuits !== null && new Probes().isUnderWay(circuits, view)
}

/** The most accounts to take from the pool itself; no request gets further. */
const MOST_ASKED = 64

/** The members that may serve, in the order in which the pool offers them to a request. */
function inOrder(members: readonly Member[], wanted: RotationRequest, options: ExplainOptions): Member[] {
  const likely = likelyOrder(members, wanted, options)
  const { strategy, affinity, view } = options
  if (!isForeseen(strategy)) return likely
  const offered = new Set<Member>()
  const pool = new Pool(members, { strategy, affinity })
  for (const member of pool.candidates(wanted, { ...view, random: () => 0 })) {
    if (offered.add(member).size === MOST_ASKED) break
  }
  for (const member of likely) offered.add(member)
  return [...offered]
}

/** Tier by tier: the homes of the conversation, then the likely order of the strategy. */
function likelyOrder(
  members: readonly Member[],
  wanted: RotationRequest,
  { strategy, affinity, view }: ExplainOptions,
): Member[] {
  return buildRoster(members, wanted).flatMap((tier) => {
    const free = new Set(tier.members.filter((member) => mayServe(member, wanted, view)))
    const ranking = strategies[strategy]({
      members: tier.members,
      latencies: new Latencies(),
      turns: new Turns(),
    })
    const isSticky = ranking.kind === 'ordered' && ranking.isSticky
    const session = wanted.session ?? ''
    const known = affinity ? (wanted.homes ?? []) : []
    const homes = known.flatMap((id) => [...free].find(({ account }) => account.id === id) ?? [])
    if (affinity && !isSticky && session !== '') homes.push(...listHomes(tier, session, free))
    for (const home of homes) free.delete(home)
    return [...homes, ...ranked([...free], isForeseen(strategy) ? ranking : null, view)]
  })
}

/** A pinned request may also try a member that only a guess blocks. */
function mayServe(member: Member, wanted: RotationRequest, view: RotationMoment): boolean {
  return (
    isAvailable(member, wanted, view) ||
    (Boolean(wanted.pin) && circuitsToProbe(member, wanted, view) !== null)
  )
}

function listHomes(tier: RosterTier, session: Session, free: ReadonlySet<Member>): Member[] {
  const found = new Set<Member>()
  for (;;) {
    const home = tier.homes.find(session, (member) => free.has(member) && !found.has(member))
    if (home === null) return [...found]
    found.add(home)
  }
}

function ranked(free: Member[], ranking: Ranking | null, view: RotationMoment): Member[] {
  const picks = new Picks()
  const findRank = (member: Member) => {
    if (ranking === null) return 0
    return ranking.kind === 'ordered' ? ranking.place(member) : ranking.score(member, { view, picks })
  }
  const ranks = new Map(free.map((member) => [member, findRank(member)]))
  // Not `a - b`: for two infinite ranks that is NaN.
  return free.sort((a, b) => {
    const [rankA, rankB] = [ranks.get(a) as number, ranks.get(b) as number]
    return rankA === rankB ? picks.compareUse(a, b, view.state) : rankA < rankB ? -1 : 1
  })
}

/** From the least telling refusal to the most: for an account at another provider, its models do not matter. */
const byMeaning: readonly MismatchKind[] = [
  'disabled',
  'other-service',
  'other-user',
  'not-pinned',
  'not-allowed',
  'other-provider',
  'other-group',
  'wrong-dialect',
  'no-such-route',
  'model-not-served',
  'model-elsewhere',
  'kept-apart',
]

/** A way, and the members that it leaves out because others have the model. */
interface WayForMembers {
  way: ExplainedWay
  isLeftOut: (member: Member) => boolean
}

/** Picks from the refusals of several ways the one that ends first, or else the one closest to serving. */
function mostTelling(member: Member, ways: readonly WayForMembers[], view: RotationMoment): Refusal {
  let found: Refusal | null = null
  for (const { way, isLeftOut } of ways) {
    const next = refusal(member, way.wanted, view, isLeftOut)
    if (next !== null && (found === null || tellsMore(next, found))) found = next
  }
  return (
    found ?? { kind: 'wrong-dialect', availableAt: null, words: 'no way to serve the request leads there' }
  )
}

function tellsMore(a: Refusal, b: Refusal): boolean {
  const [meaningOfA, meaningOfB] = [rankMeaning(a), rankMeaning(b)]
  return meaningOfA === meaningOfB ? lasts(a) < lasts(b) : meaningOfA > meaningOfB
}

function rankMeaning({ kind }: Refusal): number {
  const place = byMeaning.findIndex((known) => known === kind)
  return place < 0 ? byMeaning.length : place
}
