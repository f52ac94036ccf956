import type { LimitSource, Metric } from '../limit.ts'

/**
 * How one attempt ended. The table in `rotation/cooldowns/cooling.ts` lists the classes and the cooldown of each. `aborted`:
 * the client left. `lost`: the answer broke off after its first byte. `request-declined`: this account cannot serve
 * this request (too large for its rate, too expensive for its credit), but another may. `route-missing`: this
 * account has no such endpoint.
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

/** A line of the ledger. Times are RFC 3339 in UTC; unknown fields are left out. */
export type LedgerEvent =
  | ReserveEvent
  | SettleEvent
  | LimitsEvent
  | LearnEvent
  | ForgetEvent
  | DropEvent
  | ResetEvent
  | CoolEvent
  | ClearEvent
  | CloseEvent
  | LostEvent
  | ClockEvent
  | SlotEvent
  | SlotEndEvent

/**
 * Reserves one request for every subject named: the account first, then any other subject that counts it, such as a
 * client key.
 */
export interface ReserveEvent {
  type: 'reserve'
  /** Unique in all ledgers: writer and number, `<writer>-<n>`. */
  id: string
  account: string
  /** Other subjects with limits that this request must also fit. */
  also?: string[]
  /**
   * The percentage of each account limit that this request must leave to other uses, a whole number; left out: 0.
   */
  keep?: number
  /**
   * The most that the request may use. It is granted only if every limit has room for that, beside what others in
   * flight may use. Left out: no bound is known, or no limit counts tokens or dollars.
   */
  hold?: Hold
  /** The model of the request; left out: the account has no limits of single models. */
  model?: string
  /**
   * The request probes whether these cooldowns are over, each `subject model`. Their result does not affect other
   * requests.
   */
  probe?: string[]
  /**
   * The request was granted and sent, but the store lost its event. The event is charged even above the limit. A store
   * that loses acknowledged writes needs this.
   */
  granted?: true
  at: string
}

/** The most that a request may use: tokens, and US dollars (0: no price is known). */
export interface Hold {
  inputTokens: number
  outputTokens: number
  usd: number
}

export interface SettleEvent {
  type: 'settle'
  /** The id of the reservation. */
  id: string
  at: string
  outcome: OutcomeClass
  status?: number
  inputTokens?: number
  outputTokens?: number
  costUsd?: number
  /** The cost comes from the price table: the provider named none. */
  estimated?: true
  /** The tokens are an estimate of qwenctl: the service named none, or the answer was cut. */
  estimatedTokens?: true
  latencyMs?: number
  firstByteMs?: number
  model?: string
  /** The origin of a count for a request that qwenctl did not send; for people. */
  note?: string
  /**
   * True: the provider never counted the request, so it is returned. `long-windows`: the provider refused it before
   * any byte of an answer. Windows of an hour and longer return it, shorter ones keep it. Versions before 0.2 keep
   * all of it.
   */
  refunded?: true | 'long-windows'
  /** Why no byte of the request reached the service, in words; a network fault, not a decision of qwenctl. */
  unreached?: string
}

/** The limits of a subject from now on; replaces the previous set, except the learned limits. */
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

/** Limits that a provider reported. Each replaces the earlier report for the same metric, window and model. */
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
  /** The only model that the limit covers; left out: the whole account. */
  model?: string
  /** The remaining amount that the provider reports: the use so far is `max` less this. */
  remaining?: number
  /**
   * True: `remaining` replaces the count of a limit that is known already. Versions before 0.2 keep their own count.
   * In the report of a plan: what went through qwenctl lately stays charged beside it.
   */
  counted?: true
  /** The header or field that reported the limit. */
  from: string
}

/** Ends all learned limits of a subject. */
export interface ForgetEvent {
  type: 'forget'
  account: string
  at: string
}

/**
 * The key of a subject was removed. The fold drops the subject, unless a charge of it may still count at this place.
 * Versions before 0.2 keep it, which changes no verdict.
 */
export interface DropEvent {
  type: 'drop'
  account: string
  at: string
}

/** Sets every counter of the subject's limits to zero as from now. History stays. */
export interface ResetEvent {
  type: 'reset'
  account: string
  at: string
}

/** Takes a subject (account, quota group, provider) or one model of it out of use. */
export interface CoolEvent {
  type: 'cool'
  subject: string
  at: string
  model?: string
  /** Null: until the user acts (`clear`). */
  until: string | null
  reason: OutcomeClass
  /** qwenctl chose `until`: the provider gave no time. */
  guessed?: true
  /** The provider's message, masked and cut; for people. */
  evidence?: string
}

/** Ends cooldowns of a subject: those of one model (`*`: the one for all models), or all of them. */
export interface ClearEvent {
  type: 'clear'
  subject: string
  at: string
  model?: string
}

/** Ends a day's file. Later lines in that file count nothing, and `next` names the following day. */
export interface CloseEvent {
  type: 'close'
  at: string
  /** `YYYY-MM-DD` */
  next: string
}

/**
 * Whether a `close` ends the file of a day. Only a later day, already begun at the time of the event, may follow.
 */
export function closes({ at, next }: CloseEvent, day: string): boolean {
  return next > day && Date.parse(next) <= Date.parse(at)
}

/**
 * Another program changed the ledger while it was in use. Earlier counts may be missing, and the limits follow
 * again.
 */
export interface LostEvent {
  type: 'lost'
  at: string
  /** The file and its change, for people. */
  what: string
}

/**
 * Claims one slot of a job for one account, so that any number of processes runs it once. The limits in the event
 * decide at its place in the ledger whether it takes effect.
 */
export interface SlotEvent {
  type: 'slot'
  /** The id of the run: writer and number, as for reservations. */
  id: string
  job: string
  account: string
  at: string
  /** The planned time; for a manual run, the time of the claim. */
  slot: string
  /** Above 1: the run repeats a lost run of the slot. */
  attempt?: number
  /** The id of the lost run that this one repeats. It must still be open, and ends with this claim. */
  replaces?: string
  /** A person started the run: it takes no slot. */
  manual?: true
  /** The slot is used up without a run. */
  skipped?: true
  /** The local day of the job, `YYYY-MM-DD`, on which `perDay` counts. */
  day?: string
  /** The most runs of the job for the account on that day. */
  perDay?: number
  /** No other run of the job for the account may be open. */
  alone?: true
  /** The most open runs over all jobs. */
  most?: number
  /** The most runs begun within an hour over all jobs. */
  perHour?: number
}

/** Ends the run of a slot. Its result is in the record of runs. */
export interface SlotEndEvent {
  type: 'slot-end'
  id: string
  at: string
}

/** Sets the ledger's time: at this uptime of this run of the machine, the time was `at`. */
export interface ClockEvent {
  type: 'clock'
  at: string
  /** The id of one run of the machine; empty when the system gives none and a person set the time. */
  boot: string
  /** Milliseconds since the run began. */
  uptime: number
  /** The writer that has this clock: the first part of its reservation ids. */
  writer: string
  /** The machine's own clock agrees. */
  confirmed?: true
  /** The step is elapsed time that the uptime did not measure, and moves nothing. */
  passed?: true
}
