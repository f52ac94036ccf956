import type { JobAccountView, JobAction, JobView, RunView } from '../../toolkit/jobs/job-views.ts'
import type { Palette } from '../format/color.ts'
import { formatAgo, formatIn } from '../format/format-time.ts'
import { formatDuration } from '../../base/durations.ts'
import { printable } from '../../base/text/printable.ts'

/** The task of a job: `ask "hi"`, `./report.sh --fast`, `verify`. */
export function formatAction(action: JobAction): string {
  if (action.kind === 'verify' || action.kind === 'plan') return action.kind
  if (action.kind === 'batch') return printable(`batch ${action.file}`)
  if (action.kind === 'command') return printable(action.command.join(' '))
  if (action.isPrime === true) return 'prime'
  const prompt = action.text === null ? `template ${action.template}` : `ask "${action.text}"`
  return printable(action.command === null ? prompt : `${prompt} to ${action.command.join(' ')}`)
}

/** `done 3 min ago`, `failed 2 h ago`; `-` without a run. */
export function formatRun(run: RunView | null, now: string): string {
  if (run === null) return '-'
  return `${run.status} ${formatAgo(run.endedAt ?? run.claimedAt, now)}`
}

export function formatNext(at: string | null, now: string): string {
  return at === null ? '-' : formatIn(at, now)
}

/** Everything about one job. `now` as RFC 3339. */
export function formatJobCard(job: JobView, now: string, palette: Palette): string {
  const fields: [string, string | null][] = [
    ['id', job.id],
    ['does', formatAction(job.action)],
    ['schedule', `${job.schedule} (${job.zone})`],
    ['spread', job.spreadMs === 0 ? null : formatDuration(job.spreadMs)],
    ['overlap', job.overlap],
    ['missed', job.missed],
    ['timeout', formatDuration(job.timeoutMs)],
    ['retries', String(job.retries)],
    ['most per day', job.maxPerDay === null ? null : String(job.maxPerDay)],
    ['answer to', job.out],
    [
      'next run',
      job.nextAt === null ? formatUnplanned(job) : `${job.nextAt} (${formatNext(job.nextAt, now)})`,
    ],
  ]
  const lines = fields.flatMap(([label, value]) =>
    value === null ? [] : [`  ${palette.quiet(label.padEnd(12))} ${printable(value)}`],
  )
  const accounts = job.accounts.map((account) => `  ${formatAccount(account, now)}`)
  return [`${palette.strong(printable(job.name))}  ${job.status}`, ...lines, ...accounts].join('\n')
}

function formatUnplanned({ scheduleParts: parts, status }: JobView): string {
  const waits = parts.kind === 'after-reset' && (status === 'active' || status === 'running')
  return waits ? `not planned yet: no ${parts.window} window of its accounts has begun` : 'not planned'
}

function formatAccount(account: JobAccountView, now: string): string {
  const name = `${account.provider}/${account.name}`.padEnd(24)
  const last = `last ${formatRun(account.lastRun, now)}`
  if (account.status === 'active') return `${name} next ${formatNext(account.nextAt, now)}, ${last}`
  return `${name} ${account.status}: ${account.reason}; ${account.fix}`
}

/** `1.4 s`. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

/** A job as one of its accounts has it. */
export interface JobOfAccount extends Pick<
  JobAccountView,
  'status' | 'reason' | 'fix' | 'nextAt' | 'lastRun'
> {
  job: string
  schedule: string
}

/** The jobs of an account. */
export function listAccountJobs(account: string, jobs: readonly JobView[]): JobOfAccount[] {
  return jobs.flatMap(({ name, schedule, accounts }) =>
    accounts
      .filter(({ id }) => id === account)
      .map(({ status, reason, fix, nextAt, lastRun }) => ({
        job: name,
        schedule,
        status,
        reason,
        fix,
        nextAt,
        lastRun,
      })),
  )
}

/** `morning at 07:00, next in 3 h, last done 2 h ago`. */
export function formatJobOfAccount({ job, schedule, ...account }: JobOfAccount, now: string): string {
  const state =
    account.status === 'active'
      ? `next ${formatNext(account.nextAt, now)}`
      : `${account.status} (${account.fix})`
  return printable(`${job} ${schedule}, ${state}, last ${formatRun(account.lastRun, now)}`)
}
