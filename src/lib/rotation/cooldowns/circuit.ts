import { hasRoom } from '../../quota/standing.ts'
import type { Cooldown, LedgerState } from '../../quota/log/state.ts'
import { endpointFor } from '../eligibility.ts'
import { isGiven } from '../mismatch.ts'
import type { Member } from '../pool/member.ts'
import type { RotationMoment, Wanted } from '../rotation-request.ts'
import { routeKey } from '../rotation-request.ts'

/**
 * A cooldown of guessed length ends half open: it is unknown whether the account works again. One request at a time
 * tests it. A circuit identifies such a cooldown: a subject, or one model or endpoint of it.
 */
export interface Circuit {
  subject: string
  /** The ledger's key of the cooldown: `*` is every model, `route /embeddings` an endpoint. */
  model: string
}

/** A probe counts for this long, so that one that hangs does not keep the account from all other requests. */
const PROBE_MS = 60_000

/** The half-open circuits that a request for this model has to pass; null, as usual: none. */
export function halfOpenCircuits(
  member: Member,
  wanted: Wanted,
  { state, now }: RotationMoment,
): Circuit[] | null {
  // Every request runs this check, and few have a cooldown to look at.
  if (!coolsAny(member.subjects, state)) return null
  const isHalfOpen = ({ guessed, until }: Cooldown) => guessed === true && until !== null && until <= now
  return listCircuits(member, wanted, { state, now }, isHalfOpen)
}

/** The circuits that a successful request shows to work: guesses that have ended, or that predate the request. */
export function provenCircuits(
  member: Member,
  wanted: Wanted,
  { state, now }: RotationMoment,
  began: number,
): Circuit[] | null {
  if (!coolsAny(member.subjects, state)) return null
  const isProven = ({ guessed, until, since }: Cooldown) =>
    guessed === true && until !== null && (until <= now || since < began)
  return listCircuits(member, wanted, { state, now }, isProven)
}

/**
 * The circuits that only guesses block for this request. Null: something else excludes the account, or nothing does.
 * A request that names an account knows more than a guess, so a pinned request may try them.
 */
export function circuitsToProbe(member: Member, wanted: Wanted, view: RotationMoment): Circuit[] | null {
  const { subjects, hasCredential } = member
  const { state, now, caps } = view
  if (!hasCredential || !hasRoom(state.subjects.get(subjects.account), now, wanted.model ?? null, view))
    return null
  if (caps && !caps.hasRoom(subjects.account, state, now)) return null
  const isShut = ({ until }: Cooldown) => until === null || until > now
  if (
    listCircuits(member, wanted, view, (cooldown) => isShut(cooldown) && cooldown.guessed !== true) !== null
  )
    return null
  return listCircuits(member, wanted, view, isShut)
}

function listCircuits(
  member: Member,
  wanted: Wanted,
  view: RotationMoment,
  isMeant: (cooldown: Cooldown) => boolean,
): Circuit[] | null {
  const { account, quotaGroup, provider } = member.subjects
  const { state } = view
  const { model, anyOf } = wanted
  const endpoint = isGiven(anyOf) ? endpointFor(member, anyOf, view) : wanted
  const keys = ['*', routeKey(endpoint)]
  if (isGiven(model)) keys.push(model)
  const circuits: Circuit[] = []
  for (const subject of [account, quotaGroup, provider]) {
    const cooldowns = subject === null ? undefined : state.subjects.get(subject)?.cooldowns
    if (subject === null || cooldowns === undefined) continue
    for (const key of keys) {
      const cooldown = cooldowns.get(key)
      if (cooldown !== undefined && isMeant(cooldown)) circuits.push({ subject, model: key })
    }
  }
  return circuits.length === 0 ? null : circuits
}

function coolsAny({ account, quotaGroup, provider }: Member['subjects'], state: LedgerState): boolean {
  return cools(state, account) || cools(state, provider) || cools(state, quotaGroup)
}

function cools({ subjects }: LedgerState, subject: string | null): boolean {
  return subject !== null && (subjects.get(subject)?.cooldowns.size ?? 0) > 0
}

/** The name of a circuit in reservations. */
export function circuitName({ subject, model }: Circuit): string {
  return `${subject} ${model}`
}

/**
 * The probes under way. Probes of this process count from the choice; probes of others count once their reservations
 * are read. At worst, two processes choose at the same moment and both probe.
 */
export class Probes {
  readonly #began = new Map<string, number>()

  /** True, as usual: this process tests nothing. */
  get isIdle(): boolean {
    return this.#began.size === 0
  }

  begin(circuits: readonly Circuit[], now: number): void {
    for (const circuit of circuits) this.#began.set(circuitName(circuit), now)
  }

  end(circuits: readonly Circuit[]): void {
    for (const circuit of circuits) this.#began.delete(circuitName(circuit))
  }

  /** Whether a request tests one of these circuits. */
  isUnderWay(circuits: readonly Circuit[], { state, now }: RotationMoment): boolean {
    const names = circuits.map(circuitName)
    const since = now - PROBE_MS
    if (names.some((name) => (this.#began.get(name) ?? -Infinity) > since)) return true
    for (const { probe, at } of state.open.entries()) {
      if (probe !== undefined && at > since && probe.some((name) => names.includes(name))) return true
    }
    return false
  }
}
