import type { LimitSource, Metric } from '../limit.ts'

/**
 * How one attempt ended. The classes and what each cools are a table in `rotation/cooling.ts`.
 * `aborted` is a client that left; `lost` an answer that broke off after its first byte. `request-declined`: this account
 * cannot serve this one request (too large for its rate, too dear for its credit), another account may. `route-missing`:
 * this account has no such endpoint.
 */
export const outcomeClasses = [
  'ok',
  'rate-short',
  'quota-window',
  'quota-hard',
  'auth-refresh',
  'auth-dead',
  'model-unavailable',
  'route-missing',
  'request-declined',
  'overloaded',
  'bad-request',
  'unreachable',
  'timeout',
  'aborted',
  'lost',
] as const
export type OutcomeClass = (typeof outcomeClasses)[number]

/** One line of the ledger. Times are RFC 3339 in UTC; a field that is unknown is left out. */
export type LedgerEvent =
  | ReserveEvent
  | SettleEvent
  | LimitsEvent
  | LearnEvent
  | ForgetEvent
  | ResetEvent
  | CoolEvent
  | ClearEvent
  | CloseEvent
  | LostEvent
  | ClockEvent

/** Claims one request against every subject named: the account first, then whatever else counts it (a client key). */
export interface ReserveEvent {
  type: 'reserve'
  /** Unique for ever: writer and number, `<writer>-<n>`. */
  id: string
  account: string
  /** Other subjects whose limits this request also has to fit. */
  also?: string[]
  /** Whole percent of each of the account's limits that this request has to leave to other uses; left out: 0. */
  keep?: number
  /** It tests whether these cooldowns, each `subject model`, are over; what it says binds nobody. */
  probe?: string[]
  at: string
}

export interface SettleEvent {
  type: 'settle'
  /** The reservation's. */
  id: string
  at: string
  outcome: OutcomeClass
  status?: number
  inputTokens?: number
  outputTokens?: number
  costUsd?: number
  /** The cost is of the price table: the provider named none. */
  estimated?: true
  latencyMs?: number
  firstByteMs?: number
  model?: string
  /** Where a request that qwenctl did not send was counted, for people. */
  note?: string
  /**
   * True: the provider never counted it, and its request is given back. `long-windows`: the provider refused it before any
   * byte of an answer; windows of an hour and longer get it back, shorter ones keep it. Versions before 0.2 keep all of it.
   */
  refunded?: true | 'long-windows'
  /** Why no byte of it reached the service, in words; a network fault, not a decision of qwenctl. */
  unreached?: string
}

/** The limits of a subject as from now; replaces the set before, all but what was learned. */
export interface LimitsEvent {
  type: 'limits'
  account: string
  at: string
  limits: LimitRecord[]
}

export interface LimitRecord {
  metric: Metric
  window: string
  max: number
  source: LimitSource
}

/** Limits that a provider told of: each replaces what it said before of that metric, window and model. */
export interface LearnEvent {
  type: 'learn'
  account: string
  at: string
  limits: LearnedRecord[]
}

export interface LearnedRecord {
  metric: Metric
  window: string
  max: number
  /** The one model that it holds for; left out: all of the account. */
  model?: string
  /** What the provider says is left: what was used by then is `max` less this. */
  remaining?: number
  /** The header or field that said so. */
  from: string
}

/** Ends all learned limits of a subject. */
export interface ForgetEvent {
  type: 'forget'
  account: string
  at: string
}

/** Sets every counter of the subject's limits to zero as from now. History stays. */
export interface ResetEvent {
  type: 'reset'
  account: string
  at: string
}

/** Keeps a subject (account, quota group, provider) or one model of it from being used. */
export interface CoolEvent {
  type: 'cool'
  subject: string
  at: string
  model?: string
  /** Null: until the user acts (`clear`). */
  until: string | null
  reason: OutcomeClass
  /** `until` is ours: the provider gave no time. */
  guessed?: true
  /** What the provider said, masked and cut: for people. */
  evidence?: string
}

/** Ends cooldowns of a subject: of one model (`*`: the one of all models), or all of them. */
export interface ClearEvent {
  type: 'clear'
  subject: string
  at: string
  model?: string
}

/** Ends a day's file: what stands after it in that file counts nothing, and `next` names the day that follows. */
export interface CloseEvent {
  type: 'close'
  at: string
  /** `YYYY-MM-DD` */
  next: string
}

/** Whether a `close` ends the file of a day: only a later day, which has begun by the time of the event, follows one. */
export function closes({ at, next }: CloseEvent, day: string): boolean {
  return next > day && Date.parse(next) <= Date.parse(at)
}

/** Other hands changed the ledger while it was in use: counts of before may be missing, and limits follow again. */
export interface LostEvent {
  type: 'lost'
  at: string
  /** What was done to which file, for people. */
  what: string
}

/** Sets the ledger's time: at this uptime of this run of the machine, it was `at`. */
export interface ClockEvent {
  type: 'clock'
  at: string
  /** One run of the machine; empty where the system does not tell, and a person set the time. */
  boot: string
  /** Milliseconds since it began. */
  uptime: number
  /** Whose clock it is: the first part of its reservations' ids. */
  writer: string
  /** The machine's own clock says the same. */
  confirmed?: true
}
