import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { OBSERVED, type LearnedLimit } from '../../provider/limits/learned-limit.ts'
import { FROM_WORDS } from '../../provider/limits/limit-words.ts'
import type { Provider } from '../../provider/provider.ts'
import { activeCooldown } from '../../quota/cooldowns.ts'
import type { LearnedRecord } from '../../quota/log/events.ts'
import type { Ledger, Notice } from '../../quota/ledger.ts'
import { sumHolds } from '../../quota/in-flight.ts'
import { formatLimit, metrics, parseLimit, parseWindow } from '../../quota/limit.ts'
import { contradicts } from '../../quota/reported-count.ts'
import { LEARNED_HOLDS_MS } from '../../quota/set-limits.ts'
import type { LimitState, ModelLimitState, SubjectState } from '../../quota/log/state.ts'
import type { Member } from '../../rotation/pool/member.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** Shorter cooldowns end before they help. */
const SHORTEST_REST_MS = SECOND
/**
 * For a reset time that means *all* is back, part of it is back long before. The account's cooldown is not
 * longer than this.
 */
const LONGEST_GRADUAL_REST_MS = 10 * MINUTE
/** A cooldown longer than this is about a quota, a shorter one about a rate. */
const QUOTA_REST_MS = 10 * MINUTE
/** Learned limits are recorded again once a day, so that they do not expire. */
const REPEAT_MS = 24 * 60 * MINUTE
/** For each of limits and cooldowns. */
const MOST_EVENTS_A_MINUTE = 6
/** Models distinguished by name for each account. Clients choose the names. */
const MOST_MODELS = 64

/** The head of an answer, with lower-case names. */
export interface AnswerHead {
  get(name: string): string | undefined
}

/** The last values of one account for one model. */
interface Seen {
  /** The values of `limitHeaders`. */
  values: (string | undefined)[]
  /**
   * The ledger's lists after the last record. Other lists mean that a limit of the account was written or
   * forgotten.
   */
  limits: SubjectState['limits'] | undefined
  modelLimits: SubjectState['modelLimits'] | undefined
  /** For each of `limitHeaders`: the limit of the rest that it reports; null: none is counted. */
  counted: (LimitState | null)[]
  /** Epoch milliseconds: from then on the same values are read again. */
  until: number
  /** The same for "nothing left", which some services report for limits that they do not have. */
  spentUntil: number
}

interface Known {
  byModel: Map<string, Seen>
  /** The minute in which events were counted. */
  minute: number
  /** The events of that minute, by their kind: corrections of limits must not use up the room of cooldowns. */
  learned: number
  cooled: number
}

/** An answer, as far as its limits are concerned. */
export interface Answer {
  /** Epoch milliseconds of the ledger. */
  now: number
  /** Milliseconds since its request was sent. */
  ageMs: number
  /** The parsed body of an error. */
  error?: unknown
}

/** The moment at which an answer is read. */
type Reading = Pick<Answer, 'now' | 'ageMs'>

export interface LearnedLimitsOptions {
  ledger: Pick<Ledger, 'state'>
  /** Writes to the ledger what an answer taught about this account. No answer waits for it. */
  record: (notices: Notice[], account: Account) => void
}

/**
 * Records what answers say about limits: a countable limit as such, "nothing left until then" as a cooldown.
 * Every answer passes through here, and most repeat the one before. A repeated answer costs a few look-ups.
 */
export class LearnedLimits {
  readonly #options: LearnedLimitsOptions
  readonly #accounts = new Map<string, Known>()
  /** By provider: which of its headers report what is left, in the order of `limitHeaders`. */
  readonly #remaining = new WeakMap<Provider, boolean[]>()

  constructor(options: LearnedLimitsOptions) {
    this.#options = options
  }

  /** Reads an answer's head, and the body of an error. */
  note(member: Member, model: string | null, head: AnswerHead, answer: Answer): void {
    const { now, ageMs, error } = answer
    const { account, provider } = member
    const known = this.#accounts.get(account.id)
    const seen = known?.byModel.get(model ?? '')
    if (error === undefined && this.#isOld(member, head, seen, answer)) return
    this.#learn(member, model, {
      limits: provider.limitsFrom((name) => head.get(name), now, error),
      now,
      ageMs,
    })
    if (error !== undefined) return // the head without the body may repeat the one before
    const subject = this.#options.ledger.state.subjects.get(account.id)
    const values = provider.limitHeaders.map((name) => head.get(name))
    const isRemaining = this.#isRemaining(provider)
    const isSpent = values.some((value, at) => isRemaining[at] && value === '0')
    this.#remember(account.id, model ?? '', {
      values,
      limits: subject?.limits,
      modelLimits: subject?.modelLimits,
      counted: provider.limitHeaders.map((name, at) =>
        isRemaining[at] === true ? findCounted(subject, model, name) : null,
      ),
      until: now + REPEAT_MS,
      spentUntil: isSpent ? now + SHORTEST_REST_MS : 0,
    })
  }

  /** Whether the headers have nothing, or only the values from before. */
  #isOld({ account, provider }: Member, head: AnswerHead, seen: Seen | undefined, answer: Reading): boolean {
    const { now } = answer
    const names = provider.limitHeaders
    if (seen === undefined) {
      for (let at = 0; at < names.length; at += 1) if (head.get(names[at]!) !== undefined) return false
      return true
    }
    if (now >= seen.until) return false
    const isRemaining = this.#isRemaining(provider)
    const subject = this.#options.ledger.state.subjects.get(account.id)
    if (subject?.limits !== seen.limits || subject?.modelLimits !== seen.modelLimits) return false
    for (let at = 0; at < names.length; at += 1) {
      const value = head.get(names[at]!)
      if (isRemaining[at] ? value === '0' && now >= seen.spentUntil : value !== seen.values[at]) return false
      const limit = seen.counted[at]
      if (limit && value !== undefined && isContradicted(limit, Number(value), subject, answer)) return false
    }
    return true
  }

  #isRemaining(provider: Provider): boolean[] {
    let found = this.#remaining.get(provider)
    if (found === undefined) {
      found = provider.limitHeaders.map((name) => name.includes('remaining'))
      this.#remaining.set(provider, found)
    }
    return found
  }

  #remember(accountId: string, model: string, seen: Seen): void {
    const known = this.#readKnown(accountId)
    if (!known.byModel.has(model) && known.byModel.size >= MOST_MODELS) known.byModel.clear()
    known.byModel.set(model, seen)
  }

  #readKnown(accountId: string): Known {
    let known = this.#accounts.get(accountId)
    if (known === undefined) {
      known = { byModel: new Map(), minute: 0, learned: 0, cooled: 0 }
      this.#accounts.set(accountId, known)
    }
    return known
  }

  #learn(
    member: Member,
    model: string | null,
    { limits, now, ageMs }: Reading & { limits: LearnedLimit[] },
  ): void {
    const { state } = this.#options.ledger
    const subject = state.subjects.get(member.account.id)
    const records = limits
      .map((limit) => buildRecord(limit, model))
      .filter((record) => record !== null)
      .map((record) => findNews(record, subject, { now, ageMs }))
      .filter((record) => record !== null)
    const notices: Notice[] = limits
      .map((limit) => this.#buildRest(limit, member, { model, now }))
      .filter((notice) => notice !== null)
    if (records.length > 0) notices.push({ type: 'learn', account: member.account.id, limits: records })
    const allowed = this.#allowed(member.account.id, notices, now)
    if (allowed.length > 0) this.#options.record(allowed, member.account)
  }

  /** Nothing left until then: a cooldown until then, unless an equally long one is in force. */
  #buildRest(
    limit: LearnedLimit,
    { subjects }: Member,
    { model, now }: { model: string | null; now: number },
  ): Notice | null {
    const { remaining, resetsAt, refillsGradually, scope, from } = limit
    if (remaining !== 0 || resetsAt === null || !(resetsAt - now >= SHORTEST_REST_MS)) return null
    const until = refillsGradually === true ? Math.min(resetsAt, now + LONGEST_GRADUAL_REST_MS) : resetsAt
    const subject = subjects.quotaGroup ?? subjects.account
    const ofModel = scope === 'model' ? model : null
    const present = activeCooldown(this.#options.ledger.state, subject, ofModel, now)
    if (present !== null && (present.until === null || present.until >= until - SHORTEST_REST_MS)) return null
    return {
      type: 'cool',
      subject,
      ...(ofModel === null ? {} : { model: ofModel }),
      until: formatTime(until),
      reason: until - now > QUOTA_REST_MS ? 'quota-window' : 'rate-short',
      evidence: `${until < resetsAt ? 'shortened; ' : ''}nothing is left of it, says ${from}`,
    }
  }

  /** A service with erratic headers must not fill the ledger. */
  #allowed(accountId: string, notices: Notice[], now: number): Notice[] {
    if (notices.length === 0) return notices
    const known = this.#readKnown(accountId)
    const minute = Math.floor(now / MINUTE)
    if (known.minute !== minute) Object.assign(known, { minute, learned: 0, cooled: 0 })
    return notices.filter(({ type }) => {
      const kind = type === 'cool' ? 'cooled' : 'learned'
      known[kind] += 1
      return known[kind] <= MOST_EVENTS_A_MINUTE
    })
  }
}

/** The limit in the ledger's form; null: qwenctl cannot count it, or does not know its model. */
function buildRecord(limit: LearnedLimit, model: string | null): LearnedRecord | null {
  const { metric, window, max, scope, from } = limit
  if (window === OBSERVED || metric === null || !metrics.includes(metric)) return null
  if (max === null || !isCountable(metric, max, window)) return null
  if (scope === 'model' && model === null) return null
  const record: LearnedRecord = { metric, window, max, from }
  if (scope === 'model' && model !== null) record.model = model
  const left = countedRest(limit)
  if (left !== null) record.remaining = left
  return record
}

/**
 * The rest from which qwenctl counts on; null: it starts with nothing used. An end in the words of an error is
 * believed. Counted as used now, the window would end later than the service says.
 */
function countedRest({ remaining, resetsAt, from }: LearnedLimit): number | null {
  if (remaining === null || remaining < 0) return null
  return from === FROM_WORDS && resetsAt !== null ? null : remaining
}

/** Plugins report limits too. A limit that is not valid on the command line is rejected. */
function isCountable(metric: LearnedRecord['metric'], max: number, window: string): boolean {
  try {
    parseLimit(formatLimit({ metric, max, window }))
    return true
  } catch {
    return false // invalid_limit
  }
}

/** The times of a bucket are rounded, so that its pace seems to change a little. */
const SAME_PACE = 2

/** Whether both are the same limit: of one window, or of one bucket at about the same pace. */
function isSameLimit(limit: LimitState | ModelLimitState, record: LearnedRecord): boolean {
  if (limit.source !== 'learned' || limit.metric !== record.metric) return false
  if (limit.window === record.window) return true
  if (limit.clock.kind !== 'refill' || limit.from !== record.from) return false
  const clock = parseWindow(record.window)
  if (clock.kind !== 'refill') return false
  const ratio = clock.lengthMs / limit.clock.lengthMs
  return ratio < SAME_PACE && ratio > 1 / SAME_PACE
}

/** The record to write if the ledger has another value or count, or a record more than a day old; null: nothing new. */
function findNews(
  record: LearnedRecord,
  subject: SubjectState | undefined,
  { now, ageMs }: Reading,
): LearnedRecord | null {
  const isSame = (limit: LimitState | ModelLimitState) => isSameLimit(limit, record)
  const known =
    record.model === undefined
      ? subject?.limits.find(isSame)
      : subject?.modelLimits.find((limit) => limit.model === record.model && isSame(limit))
  if (known === undefined) return record
  const { max, remaining } = record
  if (remaining !== undefined && isContradicted({ ...known, max }, remaining, subject, { now, ageMs }))
    return { ...record, window: known.window, counted: true }
  return known.max !== max || (known.until ?? 0) < now + LEARNED_HOLDS_MS - REPEAT_MS ? record : null
}

/** The learned limit of requests beside a header of what is left: services name the two alike. */
function findCounted(
  subject: SubjectState | undefined,
  model: string | null,
  remaining: string,
): LimitState | null {
  const from = remaining.replace('remaining', 'limit')
  const isCounted = (limit: LimitState) =>
    limit.source === 'learned' && limit.metric === 'requests' && limit.from === from
  const ofModel = subject?.modelLimits.find((limit) => limit.model === model && isCounted(limit))
  return ofModel ?? subject?.limits.find(isCounted) ?? null
}

function isContradicted(
  limit: LimitState & { model?: string },
  remaining: number,
  subject: SubjectState | undefined,
  { now, ageMs }: Reading,
): boolean {
  const held = () => sumHolds(subject?.inFlight, limit, now)
  return contradicts(limit, { remaining, ageMs, held, now })
}
