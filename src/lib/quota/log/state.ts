import type { Charges } from '../charges.ts'
import type { Hold, OutcomeClass } from './events.ts'
import type { Limit, LimitSource } from '../limit.ts'
import type { OpenReservation, OpenReservations } from './open-reservations.ts'

export type { OpenReservation }

/**
 * The state that the ledger's events add up to. Only `fold.ts` changes it; `checkpoint.ts` reads and writes it as
 * JSON.
 */
export interface LedgerState {
  /** The newest time seen, in epoch milliseconds; it never runs backwards. */
  now: number
  /** How many events were applied. This order decides what "before a reset" means. */
  sequence: number
  /** Keyed by account, client key, quota group or provider subject. */
  subjects: Map<string, SubjectState>
  /** Reservations granted and not yet settled, by id. */
  open: OpenReservations
  /** Totals per UTC day (`YYYY-MM-DD`) and account. */
  days: Map<string, Map<string, DayTotals>>
  /** The last outside change to the ledger while it was in use: when (epoch milliseconds), and what changed. */
  lost: { at: number; what: string } | null
  /**
   * The event that last set the ledger's time: at an uptime of a run of the machine; null: none, as in old ledgers.
   */
  reference: TimeReference | null
  /** The claimed slots and the open runs of jobs. */
  jobs: JobSlots
  /** Null: no checkpoint is being made. */
  watcher: StateWatcher | null
}

/** Receives what the fold is about to change. */
export interface StateWatcher {
  beforeSubject(id: string): void
  beforeTotals(day: string, account: string): void
  /** Before a change of the whole state. */
  beforeAll(): void
}

export interface TimeReference {
  boot: string
  uptime: number
  /** Epoch milliseconds. */
  at: number
  writer: string
  /** The machine's own clock agreed. */
  confirmed: boolean
}

export interface SubjectState {
  /** Configured limits, then limits learned for all models. Two limits for one window both count. */
  limits: LimitState[]
  /** Learned limits of single models. A request counts when it ends; until then, `inFlight` holds it. */
  modelLimits: ModelLimitState[]
  /** Keyed by model; `*` means every model. */
  cooldowns: ReadonlyMap<string, Cooldown>
  /** Recent charges in buckets, so that a new limit starts from the real use. */
  trail: Trail
  /** `sequence` at the last reset: earlier charges no longer count. */
  resetSequence: number
  /**
   * Consecutive cooldowns, one soon after the other. Each lengthens the next guess; a success resets the number to
   * 0.
   */
  strikes: number
  /** Epoch milliseconds; null: never. */
  lastUsedAt: number | null
  /** Only for subjects with limits of tokens, of dollars or of single models; see `in-flight.ts`. */
  inFlight?: InFlight
  /** The last attempt did not reach the service; missing: it did, or there was no attempt. */
  unreached?: { since: number; reason: string }
}

/** Shared by all subjects without a cooldown: an empty map takes 200 bytes. */
export const NO_COOLDOWNS: ReadonlyMap<string, Cooldown> = new Map()

export interface InFlight {
  /** The requests in flight, in the order of their grants; those too old to be in flight are dropped. */
  requests: InFlightRequest[]
  /** The recent mean of answered requests; null: none was answered. */
  mean: Omit<TrailBucket, 'start'> | null
}

export interface InFlightRequest {
  /** When it was granted, in epoch milliseconds. */
  at: number
  /** The ledger's sequence at the grant. */
  sequence: number
  /** The most that it may use; missing: unknown. */
  hold?: Hold
  /** Missing: no limit of a single model was known at the grant. */
  model?: string
}

export interface LimitState extends Limit {
  source: LimitSource
  usage: WindowUsage
  /** The header or field that reported a learned limit; null: unknown, as in old ledgers. */
  from: string | null
  /** Epoch milliseconds at which a learned limit ends unless it is repeated; null: it does not end. */
  until: number | null
}

export interface ModelLimitState extends LimitState {
  model: string
}

/** The use of a limit in its present window. Times in epoch milliseconds. */
export type WindowUsage =
  /** `end` is exclusive. Both are null while a first-use window is not running. */
  | { kind: 'fixed'; start: number | null; end: number | null; used: number }
  /** The charges still in the window. */
  | { kind: 'rolling'; charges: Charges; used: number }

export interface Cooldown {
  /** Epoch milliseconds; null: until the user acts. */
  until: number | null
  since: number
  reason: OutcomeClass
  evidence: string | null
  /** `until` was guessed; missing: the provider gave it, or an old ledger does not say. */
  guessed?: true
  /**
   * For a guess: the number of consecutive failures behind it. A success ends the cooldown and resets the number.
   */
  strikes?: number
}

/** Charges per metric in minute, hour and day buckets. */
export interface Trail {
  minutes: number[]
  hours: number[]
  days: number[]
}

/**
 * Buckets as a flat list of numbers; `trail.ts` reads and writes it. An object for each bucket takes five times the
 * memory, and each of its numbers is another place to load.
 */
export type TrailList = readonly number[]

export interface TrailBucket {
  /** Epoch milliseconds at which the bucket begins. */
  start: number
  requests: number
  inputTokens: number
  outputTokens: number
  usd: number
}

/** The totals of one account on one UTC day. */
export interface DayTotals {
  requests: number
  succeeded: number
  failed: number
  inputTokens: number
  outputTokens: number
  /** Null until a cost is known. */
  costUsd: number | null
  /** The part of the tokens that qwenctl estimated; missing: none. */
  estimatedTokens?: number
  /** Attempts that the service answered and that used nothing, such as a refused key; missing: none. */
  uncounted?: number
  /** Attempts that were never sent and used nothing; missing: none. */
  unreached?: number
}

/** The ledger's knowledge about the slots of jobs. Times in epoch milliseconds. */
export interface JobSlots {
  /** Keyed by job and account. */
  last: Map<string, LastSlot>
  /** Runs that were claimed and have not ended, by id. */
  runs: Map<string, OpenRun>
  /** The number of runs begun in each minute of the last hour, oldest first. */
  minutes: { start: number; runs: number }[]
  /** Slots up to here cannot be claimed: an older version may have dropped their claims. */
  floor: number
}

export interface LastSlot {
  slot: number
  /** Attempts at this slot: more than one after a run that was lost. */
  attempt: number
  /** Runs so far, manual ones included; the next one has this number. */
  number: number
  /** The local day of the job, and the runs begun on it. */
  day: string
  today: number
}

export interface OpenRun {
  job: string
  account: string
  slot: number
  attempt: number
  at: number
}
