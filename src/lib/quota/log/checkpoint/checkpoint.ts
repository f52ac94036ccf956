import type { Charges } from '../../charges.ts'
import { parseWindow } from '../../limit.ts'
import { jobSlotsFromJson, jobSlotsToJson } from '../job-slots.ts'
import type { JobSlotsJson } from '../job-slots.ts'
import { OpenReservations } from '../open-reservations.ts'
import type {
  Cooldown,
  DayTotals,
  LedgerState,
  LimitState,
  ModelLimitState,
  OpenReservation,
  SubjectState,
  TrailList,
  WindowUsage,
} from '../state.ts'
import { NO_COOLDOWNS } from '../state.ts'
import { listBuckets, packBuckets } from '../trail.ts'

/** A ledger position: the state contains everything before it. */
export interface Position {
  /** The day's file, `YYYY-MM-DD`. */
  day: string
  /** The offset in bytes. */
  offset: number
}

type LimitJson = Omit<LimitState, 'clock' | 'usage'> & {
  usage: Extract<WindowUsage, { kind: 'fixed' }> | RollingJson
}
type ModelLimitJson = LimitJson & Pick<ModelLimitState, 'model'>

/**
 * A busy rolling window holds thousands of charges, so they are flat pairs: milliseconds since the previous charge,
 * and amount.
 */
interface RollingJson {
  kind: 'rolling'
  used: number
  charges: number[]
}

type Bucket = [start: number, requests: number, inputTokens: number, outputTokens: number, usd: number]

/** The folded state as JSON, with times in epoch milliseconds. It is rewritten often, and only qwenctl reads it. */
export interface StateJson {
  now: number
  sequence: number
  subjects: Record<string, SubjectJson>
  open: Record<string, OpenReservation>
  days: Record<string, Record<string, DayTotals>>
  lost: LedgerState['lost']
  reference: LedgerState['reference']
  jobs: JobSlotsJson
}

interface SubjectJson extends Omit<SubjectState, 'limits' | 'modelLimits' | 'cooldowns' | 'trail'> {
  limits: LimitJson[]
  modelLimits: ModelLimitJson[]
  cooldowns: Record<string, Cooldown>
  trail: { minutes: Bucket[]; hours: Bucket[]; days: Bucket[] }
}

/** The state as JSON, with the days after `historyThrough` only (null: all). Older days are kept elsewhere. */
export function stateToJson(state: LedgerState, historyThrough: string | null = null): StateJson {
  const subjects: Record<string, SubjectJson> = {}
  for (const [id, subject] of state.subjects) subjects[id] = subjectToJson(subject)
  const days: StateJson['days'] = {}
  for (const [day, accounts] of state.days) {
    if (historyThrough === null || day > historyThrough) days[day] = Object.fromEntries(accounts)
  }
  return { ...headToJson(state), subjects, days }
}

/** All but the parts that grow with the number of accounts. */
export function headToJson(state: LedgerState): Omit<StateJson, 'subjects' | 'days'> {
  return {
    now: state.now,
    sequence: state.sequence,
    open: Object.fromEntries(openEntries(state)),
    lost: state.lost,
    reference: state.reference,
    jobs: jobSlotsToJson(state.jobs),
  }
}

export function subjectToJson(subject: SubjectState): SubjectJson {
  const { minutes, hours, days } = subject.trail
  return {
    ...subject,
    limits: subject.limits.map(limitToJson),
    modelLimits: subject.modelLimits.map((limit) => ({ ...limitToJson(limit), model: limit.model })),
    cooldowns: Object.fromEntries(subject.cooldowns),
    trail: { minutes: toRows(minutes), hours: toRows(hours), days: toRows(days) },
  }
}

/**
 * Reads the state that `stateToJson` wrote. Throws on any other shape: a faulty checkpoint is never used in part.
 */
export function stateFromJson(json: StateJson): LedgerState {
  const state: LedgerState = {
    now: number(json.now),
    sequence: number(json.sequence),
    subjects: new Map(),
    open: openFrom(json.open),
    days: new Map(
      Object.entries(json.days).map(([day, accounts]) => [day, new Map(Object.entries(accounts))]),
    ),
    lost: json.lost,
    reference: json.reference,
    jobs: jobSlotsFromJson(json.jobs),
    watcher: null,
  }
  for (const [id, subject] of Object.entries(json.subjects)) {
    state.subjects.set(id, {
      ...subject,
      limits: subject.limits.map(limitFromJson),
      modelLimits: subject.modelLimits.map((limit) => ({ ...limitFromJson(limit), model: limit.model })),
      cooldowns: cooldownsFrom(subject.cooldowns),
      trail: {
        minutes: fromRows(subject.trail.minutes),
        hours: fromRows(subject.trail.hours),
        days: fromRows(subject.trail.days),
      },
    })
  }
  return state
}

function cooldownsFrom(json: Record<string, Cooldown>): ReadonlyMap<string, Cooldown> {
  const entries = Object.entries(json)
  return entries.length === 0 ? NO_COOLDOWNS : new Map(entries)
}

function limitToJson({ clock: _clock, usage, ...limit }: LimitState): LimitJson {
  if (usage.kind === 'fixed') return { ...limit, usage }
  const charges: number[] = []
  let before = 0
  for (let index = 0; index < usage.charges.length; index += 2) {
    const at = usage.charges[index]!
    charges.push(at - before, usage.charges[index + 1]!)
    before = at
  }
  return { ...limit, usage: { kind: 'rolling', used: usage.used, charges } }
}

function limitFromJson({ usage, ...limit }: LimitJson): LimitState {
  const clock = parseWindow(limit.window)
  if (usage.kind === 'fixed') return { ...limit, clock, usage }
  const charges: Charges = []
  let at = 0
  for (let index = 0; index < usage.charges.length; index += 2) {
    at += number(usage.charges[index])
    charges.push(at, number(usage.charges[index + 1]))
  }
  return { ...limit, clock, usage: { kind: 'rolling', used: number(usage.used), charges } }
}

function* openEntries(state: LedgerState): Generator<[string, OpenReservation]> {
  for (const { id, ...open } of state.open.entries()) yield [id, open]
}

function openFrom(json: StateJson['open']): OpenReservations {
  const open = new OpenReservations()
  for (const [id, reservation] of Object.entries(json)) open.add(id, reservation)
  return open
}

function toRows(list: TrailList): Bucket[] {
  return listBuckets(list).map((bucket) => [
    bucket.start,
    bucket.requests,
    bucket.inputTokens,
    bucket.outputTokens,
    bucket.usd,
  ])
}

function fromRows(rows: Bucket[]): number[] {
  return packBuckets(
    rows.map(([start, requests, inputTokens, outputTokens, usd]) => ({
      start: number(start),
      requests,
      inputTokens,
      outputTokens,
      usd,
    })),
  )
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('not a checkpoint')
  return value
}
