import type { Masked } from './logs/masked.ts'
import type { AttemptRecord, NamedAccount, RequestRecord } from './request-event.ts'
import { lastAttempted } from './request-event.ts'

/** Upper ends in seconds: from a cached answer to a long stream. */
export const durationEnds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const

export interface AccountLabels {
  user: string
  provider: string
  account: string
}

export interface RequestTotals extends AccountLabels {
  model: string
  outcome: string
  requests: number
  inputTokens: number
  outputTokens: number
  costUsd: number
  bytesIn: number
  bytesOut: number
}

export interface AttemptTotals extends AccountLabels {
  outcome: string
  attempts: number
  /** Attempts that failed over to another account. */
  failovers: number
}

export interface Durations {
  provider: string
  model: string
  /** By upper end, each value in one of them; the last counts all larger values. */
  counts: number[]
  sum: number
  count: number
}

/** The totals that count requests of one account (with its key), model and outcome. */
interface Series {
  /** The model in the client's spelling, and as shown. */
  written: string | null
  model: string
  outcome: string
  provider: string
  requests: RequestTotals
  latencies: Durations
  firstBytes: Durations | null
  /** The series of its last attempt, for a request with a single attempt; null: none was counted here yet. */
  attempts: AttemptTotals | null
}

/**
 * Clients choose the model names, so only this many are counted apart. Half of the places are for answered models.
 */
const MOST_MODELS = 100
const MOST_MODEL_LENGTH = 120
/** The most series of requests; further ones count under a shared account. */
const MOST_SERIES = 10_000
const OTHER = 'other'
const NO_ACCOUNT: NamedAccount = { id: '', user: '', provider: '', name: '' }
const OTHER_ACCOUNTS: NamedAccount = { id: '', user: OTHER, provider: OTHER, name: OTHER }

/** Totals of all requests so far. Adding is cheap; `metrics.ts` formats them at the time of a scrape. */
export class Totals {
  readonly requests = new Map<string, RequestTotals>()
  readonly attempts = new Map<string, AttemptTotals>()
  readonly latencies = new Map<string, Durations>()
  readonly firstBytes = new Map<string, Durations>()
  /** Requests that were refused because they could not be counted. */
  ledgerErrors = 0
  readonly #masked: Masked
  readonly #models = new Set<string>()
  /** The series of each account's last request. */
  readonly #last = new WeakMap<NamedAccount, Series>()

  constructor(masked: Masked) {
    this.#masked = masked
  }

  add(record: RequestRecord): void {
    const { attempts, latencyMs, firstByteMs } = record
    const series = this.#findSeries(record)
    addRequest(series.requests, record)
    if (attempts.length === 1) this.#attemptsIn(series, attempts[0]!).attempts += 1
    else if (attempts.length > 0) this.#countAll(attempts)
    observe(series.latencies, latencyMs)
    if (firstByteMs !== null) {
      series.firstBytes ??= ensureDurations(this.firstBytes, series.provider, series.model)
      observe(series.firstBytes, firstByteMs)
    }
    if (record.outcome === 'store_unwritable') this.ledgerErrors += 1
  }

  /** Usually the series of the account's previous request, found without building a key. */
  #findSeries(record: RequestRecord): Series {
    const { outcome } = record
    const account = lastAttempted(record) ?? NO_ACCOUNT
    const last = this.#last.get(account)
    if (last !== undefined && last.written === record.model && last.outcome === outcome) return last
    const model = this.#showModel(record)
    const { provider } = account
    const series = {
      written: record.model,
      outcome,
      provider,
      model,
      requests: this.#requestTotals(account, model, outcome),
      latencies: ensureDurations(this.latencies, provider, model),
      firstBytes: null,
      attempts: null,
    }
    this.#last.set(account, series)
    return series
  }

  #requestTotals(asked: NamedAccount, model: string, outcome: string): RequestTotals {
    const known = this.requests.get(makeKey(asked, outcome, model))
    if (known !== undefined) return known
    const isFull = this.requests.size >= MOST_SERIES
    const { user, provider, name } = isFull ? OTHER_ACCOUNTS : asked
    const named = isFull ? OTHER : model
    return ensureEntry(this.requests, makeKey({ user, provider, name }, outcome, named), () => ({
      user,
      provider,
      account: name,
      model: named,
      outcome,
      requests: 0,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
      bytesIn: 0,
      bytesOut: 0,
    }))
  }

  #attemptsIn(series: Series, attempt: AttemptRecord): AttemptTotals {
    if (series.attempts?.outcome !== attempt.outcome) series.attempts = this.#attemptTotals(attempt)
    return series.attempts
  }

  #countAll(attempts: readonly AttemptRecord[]): void {
    const last = attempts.length - 1
    for (let index = 0; index <= last; index += 1) {
      const total = this.#attemptTotals(attempts[index]!)
      total.attempts += 1
      if (index < last) total.failovers += 1
    }
  }

  #attemptTotals({ account, outcome }: AttemptRecord): AttemptTotals {
    const { user, provider, name } = account
    return ensureEntry(this.attempts, makeKey(account, outcome), () => ({
      user,
      provider,
      account: name,
      outcome,
      attempts: 0,
      failovers: 0,
    }))
  }

  #showModel({ model, outcome }: RequestRecord): string {
    if (model === null) return ''
    if (model.length > MOST_MODEL_LENGTH) return OTHER
    const shown = this.#masked.of(model)
    if (this.#models.has(shown)) return shown
    if (this.#models.size >= (outcome === 'ok' ? MOST_MODELS : MOST_MODELS / 2)) return OTHER
    this.#models.add(shown)
    return shown
  }
}

function ensureEntry<Entry>(all: Map<string, Entry>, key: string, make: () => Entry): Entry {
  const known = all.get(key)
  if (known !== undefined) return known
  const entry = make()
  all.set(key, entry)
  return entry
}

/**
 * By the shown names: an account that was removed and added again keeps its counts. Names have no line end, and a model
 * comes last.
 */
function makeKey(
  { user, provider, name }: Omit<NamedAccount, 'id'>,
  outcome: string,
  model: string = '',
): string {
  return [user, provider, name, outcome, model].join('\n')
}

function ensureDurations(all: Map<string, Durations>, provider: string, model: string): Durations {
  return ensureEntry(all, `${provider} ${model}`, () => {
    const counts = new Array<number>(durationEnds.length + 1).fill(0)
    return { provider, model, counts, sum: 0, count: 0 }
  })
}

function addRequest(total: RequestTotals, record: RequestRecord): void {
  const { inputTokens, outputTokens, costUsd } = record
  total.requests += 1
  total.inputTokens += inputTokens ?? 0
  total.outputTokens += outputTokens ?? 0
  total.costUsd += costUsd ?? 0
  total.bytesIn += record.bytesIn
  total.bytesOut += record.bytesOut
}

function observe(durations: Durations, ms: number): void {
  const seconds = ms / 1000
  let place = 0
  while (place < durationEnds.length && seconds > durationEnds[place]!) place += 1
  durations.counts[place]! += 1
  durations.sum += seconds
  durations.count += 1
}
