// Turns an account and the folded ledger into public documents. Pure: the state, the time and the running processes
// are arguments. The terminal, `--json`, the API and the page therefore always agree.

import type { Account } from '../../account/account.ts'
import { providerSubject, quotaGroupSubject } from '../../account/account.ts'
import { formatTime, formatTimeOrNull, formatDay } from '../../base/iso-time.ts'
import { cooldownWords } from '../../quota/cooldown-words.ts'
import { listCooldowns } from '../../quota/cooldowns.ts'
import type { Forecast } from '../../quota/forecast.ts'
import { makeForecast } from '../../quota/forecast.ts'
import { windowLength } from '../../quota/limit.ts'
import { PLAN_PREFIX } from '../../quota/set-limits.ts'
import { isInForce, countReserved, standing } from '../../quota/standing.ts'
import type {
  DayTotals,
  LedgerState,
  LimitState,
  ModelLimitState,
  OpenReservation,
  SubjectState,
  Trail,
} from '../../quota/log/state.ts'
import { findTotals } from '../../quota/log/totals.ts'
import { findStanding, standingWithoutProvider } from '../accounts/account-status.ts'
import { sumCapacity } from './capacity.ts'
import { roundedUsd } from './rounded-usd.ts'
import type { Plans } from '../plans/plans-file.ts'
import type {
  AccountQuotaView,
  AccountView,
  CooldownView,
  ForecastView,
  LimitView,
  QuotaDocument,
  TodayView,
} from '../views.ts'

export interface QuotaScene {
  state: LedgerState
  /** The ledger's time, epoch milliseconds. */
  now: number
  /** Whether the process that made a reservation still runs. */
  isAlive: (reservationId: string) => boolean
  /** Whether a provider with this id exists; without it an account cannot serve. Missing: every id exists. */
  hasProvider?: (id: string) => boolean
  /** The counts of providers, by account; missing: nothing is known. */
  plans?: Plans
}

/** The `quota show` document of these accounts, in their order. */
export function quotaDocument(options: QuotaScene & { accounts: Account[] }): QuotaDocument {
  const views = accountQuotaViews(options)
  return {
    now: formatTime(options.now),
    day: formatDay(options.now),
    accounts: views,
    totals: sumViews(views),
  }
}

/** The totals of the `quota show` document of these accounts. */
export function sumViews(views: readonly AccountQuotaView[]): QuotaDocument['totals'] {
  return {
    accounts: views.length,
    ready: views.filter((view) => view.status === 'ready').length,
    requests: sum(views.map((view) => view.today.requests)),
    remaining: sumOrNull(views.map(({ remaining }) => remaining)),
    remainingMinute: sumOrNull(views.map(({ remainingMinute }) => remainingMinute)),
    inputTokens: sum(views.map((view) => view.today.inputTokens)),
    outputTokens: sum(views.map((view) => view.today.outputTokens)),
  }
}

/** The `auth list` entries of the accounts, in their order. */
export function accountViews(
  options: QuotaScene & { accounts: Account[]; defaultAccount: string | null },
): AccountView[] {
  const quotas = accountQuotaViews(options)
  return options.accounts.map((account, index) => ({
    ...(quotas[index] as AccountQuotaView),
    createdAt: account.createdAt,
    auth: viewAuth(account),
    baseUrl: account.baseUrl,
    anthropicBaseUrl: account.anthropicBaseUrl ?? null,
    service: account.service ?? null,
    authHeader: account.authHeader ?? null,
    quotaGroup: account.quotaGroup,
    weight: account.weight,
    egressProxy: account.egressProxy?.shown ?? null,
    models: account.models,
    isDefault: account.id === options.defaultAccount,
  }))
}

function accountQuotaViews(options: QuotaScene & { accounts: Account[] }): AccountQuotaView[] {
  const open = openByAccount(options)
  return options.accounts.map((account) =>
    accountQuotaView(account, options, open.get(account.id) ?? nothingOpen),
  )
}

/** The open reservations of one account, separated by whether a process can still settle them. */
interface InFlight {
  live: OpenReservation[]
  orphaned: OpenReservation[]
}

const nothingOpen: InFlight = { live: [], orphaned: [] }

function todayView({ uncounted = 0, unreached = 0, estimatedTokens = 0, ...counted }: DayTotals): TodayView {
  const { requests, succeeded, costUsd } = counted
  return {
    ...counted,
    attempted: requests + uncounted,
    answered: succeeded,
    unreached,
    estimatedTokens,
    costUsd: roundedUsd(costUsd),
  }
}

/** Groups all open reservations in one pass, instead of one pass per account. */
function openByAccount(scene: QuotaScene): Map<string, InFlight> {
  const byAccount = new Map<string, InFlight>()
  for (const reservation of scene.state.open.entries()) {
    let entry = byAccount.get(reservation.account)
    if (entry === undefined) {
      entry = { live: [], orphaned: [] }
      byAccount.set(reservation.account, entry)
    }
    const list = scene.isAlive(reservation.id) ? entry.live : entry.orphaned
    list.push(reservation)
  }
  return byAccount
}

function accountQuotaView(account: Account, scene: QuotaScene, open: InFlight): AccountQuotaView {
  const { state, now } = scene
  const subject = state.subjects.get(account.id)
  const today = formatDay(now)
  const totals = findTotals(state, today, account.id)
  const isOrphan = account.enabled && scene.hasProvider?.(account.provider) === false
  const verdict = isOrphan ? standingWithoutProvider(account) : findStanding(account, state, now)
  const limits = limitViews(subject, open.live, now)
  const isUnpriced = totals.costUsd === null && totals.inputTokens + totals.outputTokens > 0
  if (isUnpriced) for (const limit of limits) limit.unpriced = limit.metric === 'usd'
  const cooldowns = cooldownViews(account, state, now)
  return {
    id: account.id,
    user: account.user,
    provider: account.provider,
    name: account.name,
    label: account.label ?? null,
    groups: account.groups,
    priority: account.priority,
    enabled: account.enabled,
    status: verdict.status,
    statusReason: verdict.reason,
    availableAt: formatTimeOrNull(verdict.availableAt),
    fix: verdict.fix,
    restingModels: restingModels(cooldowns),
    limits,
    ...sumCapacity(limits, verdict.status === 'ready'),
    today: todayView(totals),
    cooldowns,
    plan: scene.plans?.[account.id] ?? null,
    unsettled: open.orphaned.filter((reservation) => formatDay(reservation.at) === today).length,
    lastUsedAt: formatTimeOrNull(subject?.lastUsedAt ?? null),
  }
}

function limitViews(subject: SubjectState | undefined, open: OpenReservation[], now: number): LimitView[] {
  if (subject === undefined) return []
  return [
    ...bindingLimits(subject, now).map((limit) =>
      limitView(limit, { reserved: countReserved(subject, open, limit, now), trail: subject.trail }, now),
    ),
    ...subject.modelLimits
      .filter((limit) => isInForce(limit, now))
      .map((limit) => limitView(limit, { reserved: 0, trail: null }, now)),
  ]
}

/** Keeps one limit per metric and window: of two, the stricter one, in the place of the first. */
function bindingLimits({ limits }: SubjectState, now: number): LimitState[] {
  const binding = new Map<string, LimitState>()
  for (const limit of limits) {
    if (!isInForce(limit, now)) continue
    const key = `${limit.metric}/${limit.window}`
    const known = binding.get(key)
    if (known === undefined || limit.max < known.max) binding.set(key, limit)
  }
  return [...binding.values()]
}

interface LimitUse {
  reserved: number
  /** The usage trail for the pace; null: unknown. */
  trail: Trail | null
}

/** A limit in its public form. */
export function limitView(
  limit: LimitState | ModelLimitState,
  { reserved, trail }: LimitUse,
  now: number,
): LimitView {
  const { used, remaining, resetsAt } = standing(limit, now)
  return {
    metric: limit.metric,
    window: limit.window,
    windowMs: windowLength(limit.clock),
    max: limit.max,
    used,
    reserved: Math.min(reserved, used),
    remaining: Math.max(0, remaining),
    resetsAt: formatTimeOrNull(resetsAt),
    source: limit.from?.startsWith(PLAN_PREFIX) === true ? 'plan' : limit.source,
    model: 'model' in limit ? limit.model : null,
    from: limit.from,
    unpriced: false,
    forecast: trail === null ? null : forecastView(makeForecast(limit, trail, now)),
  }
}

function forecastView(forecast: Forecast | null): ForecastView | null {
  if (forecast === null) return null
  const { exhaustsAt, earliest, latest, perHour } = forecast
  return {
    exhaustsAt: formatTimeOrNull(exhaustsAt),
    earliest: formatTimeOrNull(earliest),
    latest: formatTimeOrNull(latest),
    perHour,
  }
}

function cooldownViews(account: Account, state: LedgerState, now: number): CooldownView[] {
  const views: CooldownView[] = []
  const add = (scope: CooldownView['scope'], subject: string) => {
    for (const { model, cooldown } of listCooldowns(state, subject, now))
      views.push({
        model,
        scope,
        reason: cooldown.reason,
        words: cooldownWords[cooldown.reason],
        evidence: cooldown.evidence,
        since: formatTime(cooldown.since),
        until: formatTimeOrNull(cooldown.until),
      })
  }
  add('account', account.id)
  const group = quotaGroupSubject(account)
  if (group !== null) add('quota-group', group)
  add('provider', providerSubject(account))
  return views
}

function viewAuth(account: Account): AccountView['auth'] {
  const credential = account.credential
  switch (credential.type) {
    case 'none':
      return { type: 'none', hint: null, expiresAt: null }
    case 'api-key':
      return { type: 'api-key', hint: credential.hint, expiresAt: null }
    case 'oauth':
      return { type: 'oauth', hint: credential.hint, expiresAt: credential.expiresAt }
  }
}

/** Models in their own cooldown, whichever subject holds it. */
function restingModels(cooldowns: CooldownView[]): string[] {
  if (cooldowns.length === 0) return []
  return [...new Set(cooldowns.flatMap(({ model }) => (model === null ? [] : [model])))].sort()
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function sumOrNull(numbers: (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null)
  return known.length === 0 ? null : sum(known)
}
