import type { Account } from '../account/account.ts'
import { providerSubject, quotaGroupSubject } from '../account/account.ts'
import { activeCooldown, listCooldowns } from '../quota/cooldowns.ts'
import type { Ledger } from '../quota/ledger.ts'
import { hasRoom, standing } from '../quota/standing.ts'
import type { LedgerState, LimitState } from '../quota/log/state.ts'
import type { AccountLabels } from './request-totals.ts'

/** The sources that metrics read at the moment of a scrape. */
export interface MetricSources {
  /** The accounts that this proxy serves with. */
  accounts: () => readonly Account[]
  readonly ledger: Pick<Ledger, 'state' | 'now'>
  /** Requests in progress. */
  inFlight: () => number
  /** Connections to upstreams, active or idle. */
  upstreamConnections: () => number
  /** Ended runs of jobs since the start of the process. */
  jobRuns: () => readonly JobRunTotal[]
  /** Batches of this machine that run or wait. */
  batches: () => readonly BatchGauge[]
}

export interface JobRunTotal extends AccountLabels {
  job: string
  /** `done`, `failed`, `skipped`, `stopped` or `lost`. */
  status: string
  runs: number
}

export interface BatchGauge {
  id: string
  user: string | null
  done: number
  failed: number
  unknown: number
  inFlight: number
  /** Lines that are not sent yet. */
  left: number
}

export interface LimitGauge extends AccountLabels {
  metric: string
  window: string
  max: number
  remaining: number
  /** Epoch seconds; null when nothing is running. */
  resetsAt: number | null
}

export interface AccountGauge extends AccountLabels {
  /** The account is enabled, has room in every limit, and neither it nor its quota group is in cooldown. */
  isAvailable: boolean
}

export interface CooldownGauge {
  scope: 'account' | 'quota-group' | 'provider'
  reason: string
  count: number
}

export function limitGauges({ accounts, ledger }: MetricSources): LimitGauge[] {
  const now = ledger.now()
  const gauges = new Map<string, LimitGauge>()
  for (const account of accounts()) {
    for (const limit of ledger.state.subjects.get(account.id)?.limits ?? []) {
      const gauge = limitGauge(account, limit, now)
      const key = JSON.stringify([gauge.user, gauge.provider, gauge.account, gauge.metric, gauge.window])
      const other = gauges.get(key)
      if (other === undefined || gauge.remaining < other.remaining) gauges.set(key, gauge)
    }
  }
  return [...gauges.values()]
}

export function accountGauges({ accounts, ledger }: MetricSources): AccountGauge[] {
  const now = ledger.now()
  return accounts().map((account) => ({
    ...makeLabels(account),
    isAvailable: account.enabled && canServe(account, ledger.state, now),
  }))
}

export function cooldownGauges({ accounts, ledger }: MetricSources): CooldownGauge[] {
  const now = ledger.now()
  const counts = new Map<string, CooldownGauge>()
  for (const [subject, scope] of collectSubjects(accounts())) {
    for (const { cooldown } of listCooldowns(ledger.state, subject, now)) {
      const key = `${scope} ${cooldown.reason}`
      const gauge = counts.get(key) ?? { scope, reason: cooldown.reason, count: 0 }
      gauge.count += 1
      counts.set(key, gauge)
    }
  }
  return [...counts.values()]
}

/** Lines of running batches, by state. */
export function batchLines({ batches }: MetricSources) {
  return batches().flatMap(({ id, user, done, failed, unknown, inFlight, left }) =>
    Object.entries({ done, failed, unknown, in_flight: inFlight, left }).map(([state, lines]) => ({
      batch: id,
      user: user ?? '',
      state,
      lines,
    })),
  )
}

function limitGauge(account: Account, limit: LimitState, now: number): LimitGauge {
  const { remaining, resetsAt } = standing(limit, now)
  return {
    ...makeLabels(account),
    metric: limit.metric,
    window: limit.window,
    max: limit.max,
    remaining,
    resetsAt: resetsAt === null ? null : resetsAt / 1000,
  }
}

function canServe(account: Account, state: LedgerState, now: number): boolean {
  const group = quotaGroupSubject(account)
  return (
    hasRoom(state.subjects.get(account.id), now) &&
    activeCooldown(state, account.id, null, now) === null &&
    (group === null || activeCooldown(state, group, null, now) === null)
  )
}

/** The subjects of cooldowns, each once: accounts share quota groups and providers. */
function collectSubjects(accounts: readonly Account[]): Map<string, CooldownGauge['scope']> {
  const subjects = new Map<string, CooldownGauge['scope']>()
  for (const account of accounts) {
    const group = quotaGroupSubject(account)
    subjects.set(account.id, 'account')
    if (group !== null) subjects.set(group, 'quota-group')
    subjects.set(providerSubject(account), 'provider')
  }
  return subjects
}

function makeLabels({ user, provider, name }: Account): AccountLabels {
  return { user, provider, account: name }
}
