// The rotation room decides which accounts may serve a request, and in which order. It also decides what an outcome
// puts into cooldown, and for how long. The room is pure: accounts, the ledger's state, time and chance are
// arguments, and nothing is sent or written here. `pool.ts` answers requests; `eligibility.ts` explains refusals;
// `cooling.ts` computes cooldowns; `strategies/` order accounts.

import type { AccountScope } from '../../account/client-key.ts'
import { everyAccount, isInScope } from '../../account/client-key.ts'
import type { Refusal } from '../refusal.ts'
import type { Lane } from './candidates.ts'
import { Candidates } from './candidates.ts'
import { lacksWanted, refusal } from '../eligibility.ts'
import { mismatchKind } from '../mismatch.ts'
import { circuitName, circuitsToProbe, halfOpenCircuits, Probes } from '../cooldowns/circuit.ts'
import { LargeTier } from './large-tier.ts'
import { Latencies } from './latencies.ts'
import type { Member } from './member.ts'
import { weighEvidence } from '../models/model-evidence.ts'
import type { ModelStep } from '../models/model-steps.ts'
import { readName } from '../models/whole-name.ts'
import { accountsLeftOut } from '../models/model-holders.ts'
import { Picks } from './picks.ts'
import { RecentMap } from './recent-map.ts'
import type { RosterTier } from './roster.ts'
import { buildRoster } from './roster.ts'
import type { RotationMoment, RotationRequest, RotationView, Wanted } from '../rotation-request.ts'
import type { StrategyName } from '../strategies/strategies.ts'
import { mayBeServed } from '../models/usable-aliases.ts'
import { Turns } from './turns.ts'
import { strategies } from '../strategies/strategies.ts'
import { findReturn, SmallTier } from './tier.ts'

export interface PoolOptions {
  strategy: StrategyName
  /** Keeps a conversation on its account, where prompt caches are warm. */
  affinity: boolean
  /** The pool that this one replaces, for its knowledge of latencies and use. */
  previous?: Pool
}

/** Up to this many members, a tier's choice is exact; above, its cost does not grow with their number. */
const MOST_EXACT = 64
const MOST_ROSTERS = 32
const MOST_LANES = 64
const MOST_MODELS = 1024
/** For each scope. */
const MOST_NAMES = 256
const LONGEST_NAME = 200

/** The accounts of one version of the documents. Create a new pool when they change. */
export class Pool {
  readonly members: readonly Member[]
  readonly #options: PoolOptions
  readonly #byId: ReadonlyMap<string, Member>
  /** The providers of the accounts in each scope. */
  readonly #providers = new WeakMap<AccountScope, ReadonlySet<string>>()
  /** The meaning of names in each scope. Lists and members do not change in a pool. */
  readonly #names = new WeakMap<AccountScope, RecentMap<string, readonly ModelStep[]>>()
  /** A member of each family. Members of a family serve alike, so few checks tell models apart. */
  readonly #families: readonly Member[]
  readonly #latencies: Latencies
  readonly #readsLatencies: boolean
  readonly #picks: Picks
  readonly #probes: Probes
  readonly #turns: RecentMap<string, Turns>
  readonly #answers = new RecentMap<string, string>(MOST_MODELS)
  readonly #rosters = new RecentMap<string, RosterTier[]>(MOST_ROSTERS)
  readonly #lanes = new RecentMap<string, Lane[]>(MOST_LANES)
  /** The last request: most requests choose from the same lanes. */
  #last: { request: RotationRequest; lanes: Lane[] } | null = null

  constructor(members: readonly Member[], options: PoolOptions) {
    const { previous, ...own } = options
    this.members = members
    this.#options = own
    this.#byId = new Map(members.map((member) => [member.account.id, member]))
    this.#families = [...new Map(members.map((member) => [member.family, member])).values()]
    this.#latencies = previous === undefined ? new Latencies() : previous.#latencies
    const ranking = strategies[own.strategy]({
      members: [],
      latencies: this.#latencies,
      turns: new Turns(),
    })
    this.#readsLatencies = ranking.kind !== 'ordered' && ranking.readsLatencies === true
    this.#picks = previous === undefined ? new Picks() : previous.#picks
    this.#probes = previous === undefined ? new Probes() : previous.#probes
    this.#turns = previous === undefined ? new RecentMap(MOST_LANES) : previous.#turns
  }

  member(accountId: string): Member | null {
    return this.#byId.get(accountId) ?? null
  }

  /** For `splitModel`. For a client, providers of accounts outside its scope do not exist. */
  hasProvider(id: string, scope: AccountScope = everyAccount): boolean {
    let providers = this.#providers.get(scope)
    if (providers === undefined) {
      const seen = this.members.filter(({ account }) => isInScope(scope, account))
      providers = new Set(seen.map(({ account }) => account.provider))
      this.#providers.set(scope, providers)
    }
    return providers.has(id)
  }

  /** Reads a name for the client with this scope: see `whole-name.ts`. */
  readName(name: string, scope: AccountScope): readonly ModelStep[] {
    let names = this.#names.get(scope)
    if (names === undefined) this.#names.set(scope, (names = new RecentMap(MOST_NAMES)))
    let steps = names.get(name)
    if (steps === undefined) {
      steps = readName(name, scope, this)
      if (name.length <= LONGEST_NAME) names.set(name, steps)
    }
    return steps
  }

  /** Whether any account could ever serve such a request, apart from what it has spent. */
  fits(request: RotationRequest): boolean {
    return mayBeServed(this.members, request)
  }

  /** The members that may serve, best first: see `candidates.ts`. */
  candidates(request: RotationRequest, view: RotationView): Candidates {
    return new Candidates(request, view, {
      lanes: this.#buildLanes(request),
      pinned: request.pin ? this.member(request.pin) : null,
      homes: request.homes && this.#options.affinity ? this.#listMembers(request.homes) : null,
      picks: this.#picks,
      probes: this.#probes,
    })
  }

  /** The names of the circuits that such a request tests at the member, for its reservation; null: none. */
  listProbes(member: Member, wanted: Wanted, view: RotationMoment): string[] | null {
    if (this.#probes.isIdle) return null
    const circuits = halfOpenCircuits(member, wanted, view) ?? circuitsToProbe(member, wanted, view)
    return circuits?.map(circuitName) ?? null
  }

  /** The members that may not serve this request now, and why. */
  whyNot(request: RotationRequest, view: RotationMoment): { member: Member; refusal: Refusal }[] {
    const found = []
    const isLeftOut = accountsLeftOut(this.members, request)
    for (const member of this.members) {
      const why = refusal(member, request, view, isLeftOut)
      if (why !== null) found.push({ member, refusal: why })
    }
    return found
  }

  /**
   * The member that may serve this request first, and when: epoch milliseconds, or now if one may already. `at` is
   * null when only the user can bring a member back. Null when no account fits the request at all. Accounts that
   * answered that they lack the model or the endpoint do not return for it.
   */
  earliestReturn(
    request: RotationRequest,
    view: RotationMoment,
  ): { member: Member; at: number | null } | null {
    let first: { member: Member; at: number } | null = null
    for (const { tier } of this.#buildLanes(request)) {
      const found = tier.earliest(view)
      if (found !== null && (first === null || found.at < first.at)) first = found
    }
    return first === null ? null : { member: first.member, at: first.at === Infinity ? null : first.at }
  }

  /** `earliestReturn` without these accounts (ids); checks every account. */
  earliestReturnBut(
    request: RotationRequest,
    view: RotationMoment,
    except: ReadonlySet<string>,
  ): { member: Member; at: number | null } | null {
    const isLeftOut = accountsLeftOut(this.members, request)
    let first: { member: Member; at: number } | null = null
    for (const member of this.members) {
      if (except.has(member.account.id) || lacksWanted(member, request, view)) continue
      if (mismatchKind(member, request) !== null || isLeftOut(member)) continue
      const at = findReturn(member, request, view)
      if (first === null || at < first.at) first = { member, at }
    }
    return first === null ? null : { member: first.member, at: first.at === Infinity ? null : first.at }
  }

  /** Records how long an account took for an answer's first byte, for strategies that use latencies. */
  observe(accountId: string, latencyMs: number, now: number): void {
    if (!this.#readsLatencies) return
    this.#latencies.observe(accountId, latencyMs, now)
  }

  #buildLanes(request: RotationRequest): Lane[] {
    if (request.pin) return this.#pinned(request, request.pin)
    if (this.#last !== null && isAlike(this.#last.request, request)) return this.#last.lanes
    const lanes = this.#lanesOfKind(request)
    this.#last = { request, lanes }
    return lanes
  }

  #lanesOfKind(request: RotationRequest): Lane[] {
    const kind = this.#buildKindKey(request)
    const key = `${request.model ?? ''}\n${kind}`
    let lanes = this.#lanes.get(key)
    if (lanes === undefined) {
      lanes = this.#findRoster(kind, request).map((roster) => this.#lane(roster, request))
      this.#lanes.set(key, lanes)
    }
    return lanes
  }

  #lane(roster: RosterTier, request: RotationRequest): Lane {
    const { members } = roster
    const { model, route, dialect, anyOf } = request
    const wanted: Wanted = { model, route, dialect, anyOf }
    const turns = this.#findTurns(request, members[0]!.account.priority)
    const ranking = strategies[this.#options.strategy]({ members, latencies: this.#latencies, turns })
    const tier =
      members.length <= MOST_EXACT
        ? new SmallTier(members, ranking, wanted)
        : new LargeTier(members, ranking, wanted)
    const isSticky = ranking.kind === 'ordered' && ranking.isSticky
    return { tier, roster: this.#options.affinity ? roster : null, derivesHomes: !isSticky }
  }

  #listMembers(ids: readonly string[]): Member[] {
    return ids.flatMap((id) => this.#byId.get(id) ?? [])
  }

  #pinned(request: RotationRequest, pin: string): Lane[] {
    const member = this.#byId.get(pin)
    if (member === undefined || mismatchKind(member, request) !== null) return []
    const ranking = strategies['fill-first']({
      members: [member],
      latencies: this.#latencies,
      turns: new Turns(),
    })
    return [{ tier: new SmallTier([member], ranking, request), roster: null, derivesHomes: false }]
  }

  /** Turns outlive what was learned about the model in the meantime. */
  #findTurns(request: RotationRequest, priority: number): Turns {
    const key = JSON.stringify([request.model, priority, ...listScope(request)])
    let turns = this.#turns.get(key)
    if (turns === undefined) this.#turns.set(key, (turns = new Turns()))
    return turns
  }

  /** Requests of a kind fit the same members. Models with the same evidence from all families are of a kind. */
  #buildKindKey(request: RotationRequest): string {
    const { model } = request
    const answers = typeof model === 'string' ? this.#answersFor(model) : ''
    return JSON.stringify([answers, ...listScope(request)])
  }

  #answersFor(model: string): string {
    let answers = this.#answers.get(model)
    if (answers === undefined) {
      answers = this.#families.map((member) => weighEvidence(member, model)).join()
      this.#answers.set(model, answers)
    }
    return answers
  }

  #findRoster(kind: string, request: RotationRequest): RosterTier[] {
    let roster = this.#rosters.get(kind)
    if (roster === undefined) {
      roster = buildRoster(this.members, request)
      this.#rosters.set(kind, roster)
    }
    return roster
  }
}

/** Everything but the model that decides which accounts fit a request. */
function listScope(request: RotationRequest): unknown[] {
  const { dialect, route, anyOf, user, provider, service, group, allowed } = request
  const endpoints = anyOf?.map((each) => [each.dialect, each.route])
  return [dialect, route, endpoints, user, provider, service, group, allowed?.accounts, allowed?.groups]
}

/** Whether two requests without a pin choose from the same lanes. */
function isAlike(a: RotationRequest, b: RotationRequest): boolean {
  return (
    a.model === b.model &&
    a.dialect === b.dialect &&
    a.route === b.route &&
    a.anyOf === b.anyOf &&
    a.user === b.user &&
    a.provider === b.provider &&
    a.service === b.service &&
    a.group === b.group &&
    a.allowed === b.allowed
  )
}
