import type { Account } from '../../account/account.ts'
import { OBSERVED, type LearnedLimit } from '../../provider/learned-limit.ts'
import type { Provider } from '../../provider/provider.ts'
import { activeCooldown } from '../../quota/cooldowns.ts'
import type { LearnedRecord } from '../../quota/log/events.ts'
import type { Ledger, Notice } from '../../quota/ledger.ts'
import { formatLimit, metrics, parseLimit } from '../../quota/limit.ts'
import { LEARNED_HOLDS_MS } from '../../quota/set-limits.ts'
import type { LimitState, ModelLimitState, SubjectState } from '../../quota/log/state.ts'
import type { Member } from '../../rotation/pool/member.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** Shorter rests are over before they help. */
const SHORTEST_REST_MS = SECOND
/** Where a reset is when *all* is back, some of it is back long before: the account is not kept away longer than this. */
const LONGEST_GRADUAL_REST_MS = 10 * MINUTE
/** A rest longer than this is about a quota, a shorter one about a rate. */
const QUOTA_REST_MS = 10 * MINUTE
/** What was learned is said anew once a day, so that it does not end. */
const REPEAT_MS = 24 * 60 * MINUTE
const MOST_EVENTS_A_MINUTE = 6
/** Models of one account that are told apart by name; clients choose the names. */
const MOST_MODELS = 64

/** The head of an answer, by lower-case names. */
export interface AnswerHead {
  get(name: string): string | undefined
}

/** What one account said last for one model. */
interface Seen {
  /** The values of `limitHeaders`. */
  values: (string | undefined)[]
  /** The ledger's lists as they were after it: others when somebody wrote, or forgot, a limit of the account. */
  limits: SubjectState['limits'] | undefined
  modelLimits: SubjectState['modelLimits'] | undefined
  /** Epoch milliseconds: then it is looked at again, though it says the same. */
  until: number
  /** The same for "nothing left", which some services say of limits that they do not have. */
  spentUntil: number
}

interface Known {
  byModel: Map<string, Seen>
  /** The minute that events were counted in, and how many. */
  minute: number
  events: number
}

export interface LearnedLimitsOptions {
  ledger: Pick<Ledger, 'state'>
  /** Writes to the ledger what an answer to this account taught; no answer waits for it. */
  record: (notices: Notice[], account: Account) => void
}

/**
 * What answers tell of limits, brought into the ledger: a limit that qwenctl can count as such, "nothing left until then" as a
 * rest. Every answer comes through here, and nearly all of them say what the one before said: that costs a few look-ups.
 */
export class LearnedLimits {
  readonly #options: LearnedLimitsOptions
  readonly #accounts = new Map<string, Known>()
  /** By provider: which of its headers tell what is left, in the order of `limitHeaders`. */
  readonly #remaining = new WeakMap<Provider, boolean[]>()

  constructor(options: LearnedLimitsOptions) {
    this.#options = options
  }

  /** Takes what an answer's head says; `now` in epoch milliseconds of the ledger. `error`: the body of an error, parsed. */
  note(
    member: Member,
    model: string | null,
    head: AnswerHead,
    { now, error }: { now: number; error?: unknown },
  ): void {
    const { account, provider } = member
    const known = this.#accounts.get(account.id)
    const seen = known?.byModel.get(model ?? '')
    if (error === undefined && this.#isOld(member, head, seen, now)) return
    this.#learn(member, model, {
      limits: provider.limitsFrom((name) => head.get(name), now, error),
      now,
    })
    if (error !== undefined) return // its head, without the body, may say what the one before said
    const subject = this.#options.ledger.state.subjects.get(account.id)
    const values = provider.limitHeaders.map((name) => head.get(name))
    const isRemaining = this.#isRemaining(provider)
    const isSpent = values.some((value, at) => isRemaining[at] && value === '0')
    this.#remember(account.id, model ?? '', {
      values,
      limits: subject?.limits,
      modelLimits: subject?.modelLimits,
      until: now + REPEAT_MS,
      spentUntil: isSpent ? now + SHORTEST_REST_MS : 0,
    })
  }

  /** Whether the headers say nothing at all, or what they said before. */
  #isOld({ account, provider }: Member, head: AnswerHead, seen: Seen | undefined, now: number): boolean {
    const names = provider.limitHeaders
    if (seen === undefined) {
      for (let at = 0; at < names.length; at += 1) if (head.get(names[at]!) !== undefined) return false
      return true
    }
    if (now >= seen.until) return false
    const isRemaining = this.#isRemaining(provider)
    for (let at = 0; at < names.length; at += 1) {
      const value = head.get(names[at]!)
      if (isRemaining[at] ? value === '0' && now >= seen.spentUntil : value !== seen.values[at]) return false
    }
    const subject = this.#options.ledger.state.subjects.get(account.id)
    return subject?.limits === seen.limits && subject?.modelLimits === seen.modelLimits
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
    const known = this.#knownOf(accountId)
    if (!known.byModel.has(model) && known.byModel.size >= MOST_MODELS) known.byModel.clear()
    known.byModel.set(model, seen)
  }

  #knownOf(accountId: string): Known {
    let known = this.#accounts.get(accountId)
    if (known === undefined) {
      known = { byModel: new Map(), minute: 0, events: 0 }
      this.#accounts.set(accountId, known)
    }
    return known
  }

  #learn(
    member: Member,
    model: string | null,
    { limits, now }: { limits: LearnedLimit[]; now: number },
  ): void {
    const { state } = this.#options.ledger
    const records = limits
      .map((limit) => recordOf(limit, model))
      .filter((record) => record !== null)
      .filter((record) => isNews(record, state.subjects.get(member.account.id), now))
    const notices: Notice[] = limits
      .map((limit) => this.#restOf(limit, member, { model, now }))
      .filter((notice) => notice !== null)
    if (records.length > 0) notices.push({ type: 'learn', account: member.account.id, limits: records })
    const allowed = this.#allowed(member.account.id, notices, now)
    if (allowed.length > 0) this.#options.record(allowed, member.account)
  }

  /** Nothing left until then: a rest until then, unless one as long is under way. */
  #restOf(
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
      until: new Date(until).toISOString(),
      reason: until - now > QUOTA_REST_MS ? 'quota-window' : 'rate-short',
      evidence: `${until < resetsAt ? 'shortened; ' : ''}nothing is left of it, says ${from}`,
    }
  }

  /** A service whose headers jump about must not fill the ledger. */
  #allowed(accountId: string, notices: Notice[], now: number): Notice[] {
    if (notices.length === 0) return notices
    const known = this.#knownOf(accountId)
    const minute = Math.floor(now / MINUTE)
    if (known.minute !== minute) Object.assign(known, { minute, events: 0 })
    const allowed = notices.slice(0, Math.max(0, MOST_EVENTS_A_MINUTE - known.events))
    known.events += allowed.length
    return allowed
  }
}

/** The limit as the ledger keeps it; null: qwenctl cannot count it, or does not know for which model it holds. */
function recordOf(limit: LearnedLimit, model: string | null): LearnedRecord | null {
  const { metric, window, max, remaining, scope, from } = limit
  if (window === OBSERVED || metric === null || !metrics.includes(metric)) return null
  if (max === null || !isCountable(metric, max, window)) return null
  if (scope === 'model' && model === null) return null
  const record: LearnedRecord = { metric, window, max, from }
  if (scope === 'model' && model !== null) record.model = model
  if (remaining !== null && remaining >= 0) record.remaining = remaining
  return record
}

/** Plugins tell limits too: none that could not be written on a command line. */
function isCountable(metric: LearnedRecord['metric'], max: number, window: string): boolean {
  try {
    parseLimit(formatLimit({ metric, max, window }))
    return true
  } catch {
    return false // invalid_limit
  }
}

/** Whether the ledger has it otherwise, or has not heard of it for a day. */
function isNews(record: LearnedRecord, subject: SubjectState | undefined, now: number): boolean {
  const isSame = (limit: LimitState | ModelLimitState) =>
    limit.source === 'learned' && limit.metric === record.metric && limit.window === record.window
  const known =
    record.model === undefined
      ? subject?.limits.find(isSame)
      : subject?.modelLimits.find((limit) => limit.model === record.model && isSame(limit))
  if (known === undefined) return true
  return known.max !== record.max || (known.until ?? 0) < now + LEARNED_HOLDS_MS - REPEAT_MS
}
