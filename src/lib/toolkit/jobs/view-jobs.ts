import type { Account } from '../../account/account.ts'
import { formatTime } from '../../base/iso-time.ts'
import { findRun } from '../../quota/log/job-slots.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { decideDue } from '../../schedule/due.ts'
import type { Job } from '../../schedule/job.ts'
import { formatSchedule } from '../../schedule/schedule.ts'
import { nextSlot } from '../../schedule/slots.ts'
import type { JobsData } from '../../store/documents/jobs-document.ts'
import type { RunRecord } from '../../store/jobs/run-records.ts'
import { buildDueInput, findHindrance, listPairs, buildPlan } from './job-plans.ts'
import type { JobPair } from './job-plans.ts'
import type { JobAccountView, JobView, PlannedRun, RunView } from './job-views.ts'

export interface ViewParts {
  data: JobsData
  accounts: readonly Account[]
  state: LedgerState
  now: number
  isInFlight: (runId: string) => boolean
}

/** The jobs with each of their accounts. `runs`: the newest first. */
export function viewJobs(parts: ViewParts & { runs: readonly RunRecord[] }, user?: string): JobView[] {
  const latest = new Map<string, RunRecord>()
  for (const run of parts.runs) {
    const key = `${run.job} ${run.account}`
    if (!latest.has(key)) latest.set(key, run)
  }
  const shown = parts.accounts.filter((account) => (user ?? account.user) === account.user)
  return parts.data.jobs
    .filter((job) => user === undefined || job.user === null || job.user === user)
    .map((job) => {
      const accounts = listPairs({ ...parts.data, jobs: [job] }, shown).map((pair) =>
        viewAccount(parts, pair, latest.get(`${job.id} ${pair.account.id}`) ?? null),
      )
      return viewJob(parts, user === undefined ? job : namingOnly(shown, job), accounts)
    })
}

/** The job, with these accounts alone among those that it names. */
function namingOnly(accounts: readonly Account[], job: Job): Job {
  const ids = new Set(accounts.map(({ id }) => id))
  return { ...job, accounts: job.accounts.filter((id) => ids.has(id)) }
}

function viewJob(parts: ViewParts, job: Job, accounts: JobAccountView[]): JobView {
  const { id, name, user, schedule, zone, action } = job
  const next = accounts.map(({ nextAt }) => nextAt).filter((at) => at !== null)
  const last = accounts.map(({ lastRun }) => lastRun).filter((run) => run !== null)
  return {
    id,
    name,
    user,
    status: deriveStatus(job, accounts, parts),
    schedule: formatSchedule(schedule),
    scheduleParts: schedule,
    zone,
    kind: action.kind,
    action,
    target: { accounts: job.accounts, groups: job.groups, provider: job.provider, all: job.all },
    spreadMs: job.spreadMs,
    overlap: job.overlap,
    missed: job.missed,
    timeoutMs: job.timeoutMs,
    retries: job.retries,
    maxPerDay: job.maxPerDay,
    values: job.values,
    out: job.out,
    accountKey: job.accountKey,
    nextAt: next.sort()[0] ?? null,
    lastRun: last.sort((one, other) => other.claimedAt.localeCompare(one.claimedAt))[0] ?? null,
    accounts,
    createdAt: job.createdAt,
    updatedAt: job.updatedAt,
  }
}

function deriveStatus(
  job: Job,
  accounts: JobAccountView[],
  { state, isInFlight }: ViewParts,
): JobView['status'] {
  if (job.isPaused) return 'paused'
  if (accounts.length === 0) return 'no-accounts'
  const runs = accounts.some(({ id }) => {
    const run = findRun(state.jobs, { job: job.id, account: id })
    return run !== null && isInFlight(run.id)
  })
  if (runs) return 'running'
  if (accounts.some(({ status }) => status === 'active')) return 'active'
  return accounts.some(({ status }) => status === 'paused') ? 'paused' : 'stopped'
}

function viewAccount(parts: ViewParts, pair: JobPair, last: RunRecord | null): JobAccountView {
  const { id, user, provider, name } = pair.account
  const hindrance = findHindrance(parts.data, pair)
  const planned = hindrance === null ? findNext(pair, parts) : null
  return {
    id,
    user,
    provider,
    name,
    status: hindrance?.status ?? 'active',
    reason: hindrance?.reason ?? null,
    fix: hindrance?.fix ?? null,
    nextSlot: planned === null ? null : formatTime(planned.slot),
    nextAt: planned === null ? null : formatTime(planned.at),
    lastRun: last === null ? null : viewRun(last, parts.isInFlight),
  }
}

/** The slot that is due, or the next one. */
function findNext(pair: JobPair, { state, now }: ViewParts): { slot: number; at: number } | null {
  const due = decideDue(buildDueInput(pair, state, now))
  if (due.do === 'wait') return due.slot === null ? null : { slot: due.slot, at: due.slot + pair.spreadMs }
  if (due.do === 'run') return { slot: due.slot, at: due.slot + pair.spreadMs }
  const slot = nextSlot(buildPlan(pair, state, now), now - pair.spreadMs)
  return slot === null ? null : { slot, at: slot + pair.spreadMs }
}

export function viewRun({ process: _, ...run }: RunRecord, isInFlight: (runId: string) => boolean): RunView {
  const isLost = run.status === 'running' && !isInFlight(run.id)
  const { endedAt, claimedAt } = run
  return {
    ...run,
    ...(isLost ? { status: 'lost', reason: 'the process that ran it has ended' } : {}),
    durationMs: endedAt === null ? null : Date.parse(endedAt) - Date.parse(claimedAt),
  }
}

/** Every planned run within `days`, the earliest first. */
export function planRuns(
  parts: ViewParts,
  { days, limit, user }: { days: number; limit: number; user?: string | undefined },
): PlannedRun[] {
  const end = parts.now + days * 86_400_000
  const planned: (PlannedRun & { time: number })[] = []
  for (const pair of listPairs(parts.data, parts.accounts)) {
    if ((user !== undefined && pair.account.user !== user) || findHindrance(parts.data, pair) !== null)
      continue
    const { id, provider, name } = pair.account
    const account = { id, user: pair.account.user, provider, name }
    let count = 0
    for (let next = findNext(pair, parts); next !== null && next.at <= end && count < limit; count += 1) {
      const { slot, at } = next
      planned.push({ job: pair.job.name, account, slot: formatTime(slot), at: formatTime(at), time: at })
      const following = nextSlot(buildPlan(pair, parts.state, parts.now), slot)
      next = following === null ? null : { slot: following, at: following + pair.spreadMs }
    }
  }
  const sorted = planned.sort((one, other) => one.time - other.time).slice(0, limit)
  return sorted.map(({ time: _, ...run }) => run)
}
