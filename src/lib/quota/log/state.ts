import type { OutcomeClass } from './events.ts'
import type { Limit, LimitSource } from '../limit.ts'
import type { OpenReservation, OpenReservations } from './open-reservations.ts'

export type { OpenReservation }

/** Everything the ledger's events add up to. Changed by `fold.ts` alone; JSON through `checkpoint.ts`. */
export interface LedgerState {
  /** The newest time seen, epoch milliseconds; it never runs backwards. */
  now: number
  /** How many events were applied: their order, for what "before a reset" means. */
  sequence: number
  /** By account, client key, quota group or provider subject. */
  subjects: Map<string, SubjectState>
  /** Granted and not yet settled, by reservation id. */
  open: OpenReservations
  /** Totals per UTC day (`YYYY-MM-DD`) and account. */
  days: Map<string, Map<string, DayTotals>>
  /** When, in epoch milliseconds, other hands last changed the ledger while it was in use, and what they did. */
  lost: { at: number; what: string } | null
  /** What the ledger's time was set by last: at an uptime of a run of the machine; null: nothing, as in old ledgers. */
  reference: TimeReference | null
}

export interface TimeReference {
  boot: string
  uptime: number
  /** Epoch milliseconds. */
  at: number
  writer: string
  /** The machine's own clock said the same. */
  confirmed: boolean
}

export interface SubjectState {
  /** Those that were set, then those learned for all models. Of two for one window both are counted. */
  limits: LimitState[]
  /** Learned limits of single models, counted when a request is settled: only then the ledger knows its model. */
  modelLimits: ModelLimitState[]
  /** By model; `*` stands for every model. */
  cooldowns: Map<string, Cooldown>
  /** What was charged lately, in buckets, so that a limit defined anew starts from what was really used. */
  trail: Trail
  /** `sequence` at the last reset: charges before it no longer count. */
  resetSequence: number
  /** Cooldowns in a row, one soon after the other, which lengthen guessed ones; a success sets it to 0. */
  strikes: number
  /** Epoch milliseconds, null: never. */
  lastUsedAt: number | null
  /** The last attempt did not reach the service; missing: it did, or there was none. */
  unreached?: { since: number; reason: string }
}

export interface LimitState extends Limit {
  source: LimitSource
  usage: WindowUsage
  /** What told of a learned limit; null: nobody had to, or an old ledger does not say. */
  from: string | null
  /** Epoch milliseconds from which on a learned limit that was not repeated holds no longer; null: for good. */
  until: number | null
}

export interface ModelLimitState extends LimitState {
  model: string
}

/** What was used of a limit in its present window. Times in epoch milliseconds. */
export type WindowUsage =
  /** `end` is exclusive; a first-use window that is not running has both null. */
  | { kind: 'fixed'; start: number | null; end: number | null; used: number }
  /** Charges still in the window, oldest first. */
  | { kind: 'rolling'; charges: Charge[]; used: number }

export interface Charge {
  at: number
  amount: number
}

export interface Cooldown {
  /** Epoch milliseconds, null: until the user acts. */
  until: number | null
  since: number
  reason: OutcomeClass
  evidence: string | null
  /** `until` was guessed; missing: it was said, or an old ledger does not tell. */
  guessed?: true
  /** Of a guess: how many failures in a row it is of. A success ends the cooldown, and with it the count. */
  strikes?: number
}

/** Charges per metric in minute, hour and day buckets. */
export interface Trail {
  minutes: TrailBucket[]
  hours: TrailBucket[]
  days: TrailBucket[]
}

export interface TrailBucket {
  /** Epoch milliseconds at which the bucket begins. */
  start: number
  requests: number
  inputTokens: number
  outputTokens: number
  usd: number
}

/** One account's UTC day. */
export interface DayTotals {
  requests: number
  succeeded: number
  failed: number
  inputTokens: number
  outputTokens: number
  /** Null until a cost is known. */
  costUsd: number | null
  /** Attempts that the service answered and that counted nothing, such as a refused key; missing: none. */
  uncounted?: number
  /** Attempts that never left, and counted nothing; missing: none. */
  unreached?: number
}
