import { hasRoom } from '../quota/standing.ts'
import type { Cooldown, LedgerState } from '../quota/log/state.ts'
import type { Member } from './pool/member.ts'
import type { RotationMoment, Wanted } from './rotation-request.ts'
import { routeKey } from './rotation-request.ts'

/**
 * A cooldown whose length we guessed ends half open: nobody knows whether the account works again, so one request at a
 * time finds out. A door is what such a cooldown stands for: a subject, or one model or endpoint of it.
 */
export interface Circuit {
  subject: string
  /** As the ledger keys cooldowns: `*` is every model, `route /embeddings` an endpoint. */
  model: string
}

/** A probe counts for so long; one that hangs must not keep an account from everybody. */
const PROBE_MS = 60_000

/** The doors that a request for this model has to pass and that are half open; null, as nearly always: none. */
export function halfOpenCircuits(
  { subjects }: Member,
  wanted: Wanted,
  { state, now }: RotationMoment,
): Circuit[] | null {
  // Every request asks, and nearly none of them has a cooldown to look at.
  if (!coolsAny(subjects, state)) return null
  const isHalfOpen = ({ guessed, until }: Cooldown) => guessed === true && until !== null && until <= now
  return doorsOf(subjects, wanted, state, isHalfOpen)
}

/** The doors that a success of a request shows to be open: guesses that have ended, or that it began after. */
export function provenCircuits(
  { subjects }: Member,
  wanted: Wanted,
  { state, now }: RotationMoment,
  began: number,
): Circuit[] | null {
  if (!coolsAny(subjects, state)) return null
  const isProven = ({ guessed, until, since }: Cooldown) =>
    guessed === true && until !== null && (until <= now || since < began)
  return doorsOf(subjects, wanted, state, isProven)
}

/**
 * The doors that our guesses keep shut for this request; null where something else keeps it out, or nothing does. Who names
 * an account for a request knows more than a guess, so a request that is pinned may try them.
 */
export function circuitsToProbe(
  { subjects, hasCredential }: Member,
  wanted: Wanted,
  { state, now, keep, caps }: RotationMoment,
): Circuit[] | null {
  if (!hasCredential || !hasRoom(state.subjects.get(subjects.account), now, wanted.model ?? null, keep))
    return null
  if (caps && !caps.hasRoom(subjects.account, state, now)) return null
  const isShut = ({ until }: Cooldown) => until === null || until > now
  if (doorsOf(subjects, wanted, state, (cooldown) => isShut(cooldown) && cooldown.guessed !== true) !== null)
    return null
  return doorsOf(subjects, wanted, state, isShut)
}

function doorsOf(
  { account, quotaGroup, provider }: Member['subjects'],
  wanted: Wanted,
  state: LedgerState,
  isMeant: (cooldown: Cooldown) => boolean,
): Circuit[] | null {
  const { model } = wanted
  const keys = ['*', routeKey(wanted)]
  if (model !== null && model !== undefined) keys.push(model)
  const doors: Circuit[] = []
  for (const subject of [account, quotaGroup, provider]) {
    const cooldowns = subject === null ? undefined : state.subjects.get(subject)?.cooldowns
    if (subject === null || cooldowns === undefined) continue
    for (const key of keys) {
      const cooldown = cooldowns.get(key)
      if (cooldown !== undefined && isMeant(cooldown)) doors.push({ subject, model: key })
    }
  }
  return doors.length === 0 ? null : doors
}

function coolsAny({ account, quotaGroup, provider }: Member['subjects'], state: LedgerState): boolean {
  return cools(state, account) || cools(state, provider) || cools(state, quotaGroup)
}

function cools({ subjects }: LedgerState, subject: string | null): boolean {
  return subject !== null && (subjects.get(subject)?.cooldowns.size ?? 0) > 0
}

/** A door as reservations name it. */
export function circuitName({ subject, model }: Circuit): string {
  return `${subject} ${model}`
}

/**
 * The probes under way. Those of this process from the moment of the choice; those of others as soon as their
 * reservations are read, so that two processes may choose at one moment and probe both, and no more than that.
 */
export class Probes {
  readonly #began = new Map<string, number>()

  /** True, as nearly always: this process tests nothing. */
  get isIdle(): boolean {
    return this.#began.size === 0
  }

  begin(doors: readonly Circuit[], now: number): void {
    for (const door of doors) this.#began.set(circuitName(door), now)
  }

  end(doors: readonly Circuit[]): void {
    for (const door of doors) this.#began.delete(circuitName(door))
  }

  /** Whether somebody is testing one of these doors. */
  isUnderWay(doors: readonly Circuit[], { state, now }: RotationMoment): boolean {
    const names = doors.map(circuitName)
    const since = now - PROBE_MS
    if (names.some((name) => (this.#began.get(name) ?? -Infinity) > since)) return true
    for (const { probe, at } of state.open.entries()) {
      if (probe !== undefined && at > since && probe.some((name) => names.includes(name))) return true
    }
    return false
  }
}
