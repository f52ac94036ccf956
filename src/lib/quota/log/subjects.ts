import { findJobOfKey } from '../../account/client-key.ts'
import { countUsed } from '../standing.ts'
import type { OpenReservation } from './open-reservations.ts'
import type { SubjectState, LedgerState, DayTotals } from './state.ts'
import { NO_COOLDOWNS } from './state.ts'
import { emptyTotals } from './totals.ts'
import { emptyTrail } from './trail.ts'

/** A shared empty list; no code adds to it. */
export const NO_OTHERS: string[] = []
const NO_SUBJECTS: readonly SubjectState[] = []
/** As long as the trail keeps days, which covers the longest window. */
const LONGEST_COUNT_MS = 40 * 86_400_000

/** The subject of an event, to change it. */
export function ensureSubject(state: LedgerState, id: string): SubjectState {
  state.watcher?.beforeSubject(id)
  let subject = state.subjects.get(id)
  if (subject === undefined) {
    subject = {
      limits: [],
      modelLimits: [],
      cooldowns: NO_COOLDOWNS,
      trail: emptyTrail(),
      resetSequence: 0,
      strikes: 0,
      lastUsedAt: null,
    }
    state.subjects.set(id, subject)
  }
  return subject
}

/**
 * The other subjects of a reservation; most reservations have none. Keys of jobs are new every few days, and no
 * document shows their use: without a limit they are no subject, and only the history names them.
 */
export function ensureSubjects(
  state: LedgerState,
  ids: readonly string[] = NO_OTHERS,
): readonly SubjectState[] {
  if (ids.length === 0) return NO_SUBJECTS
  return ids.filter((id) => isCounted(state, id)).map((id) => ensureSubject(state, id))
}

/** The other subjects that a reservation charged. */
export function ensureCharged(
  state: LedgerState,
  { also, charged }: OpenReservation,
): readonly SubjectState[] {
  return ensureSubjects(state, charged ?? also)
}

/** The subjects that a reservation charges, as `OpenReservation.charged`; undefined: all. */
export function listCharged(state: LedgerState, ids: readonly string[]): string[] | undefined {
  if (ids.every((id) => isCounted(state, id))) return undefined
  return ids.filter((id) => isCounted(state, id))
}

/** Drops a subject, unless something of it may still count. Whether it does follows from earlier events alone. */
export function dropSubject(state: LedgerState, id: string): boolean {
  const subject = state.subjects.get(id)
  if (subject === undefined || !isOver(subject, state.now)) return false
  state.watcher?.beforeSubject(id)
  state.subjects.delete(id)
  return true
}

/**
 * Whether the last charge of a subject is older than every window, and than every open reservation. A bucket that took
 * more than its maximum refills for longer than its window. A subject without a charge may be that of a key that is
 * being made.
 */
export function isOver({ lastUsedAt, cooldowns, limits }: SubjectState, now: number): boolean {
  if (lastUsedAt === null || lastUsedAt + LONGEST_COUNT_MS >= now || cooldowns.size > 0) return false
  return limits.every((limit) => countUsed(limit, now) === 0)
}

function isCounted(state: LedgerState, id: string): boolean {
  return state.subjects.has(id) || findJobOfKey(id) === null
}

/** The totals of an account on a day, to change them. */
export function totalsIn(state: LedgerState, day: string, account: string): DayTotals {
  state.watcher?.beforeTotals(day, account)
  let accounts = state.days.get(day)
  if (accounts === undefined) state.days.set(day, (accounts = new Map<string, DayTotals>()))
  let totals = accounts.get(account)
  if (totals === undefined) accounts.set(account, (totals = emptyTotals()))
  return totals
}
