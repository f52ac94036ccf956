import { isRunning } from '../../../toolkit/batch/batch-views.ts'
import type { BatchView } from '../../../toolkit/batch/batch-views.ts'
import type { JobView, RunView } from '../../../toolkit/jobs/job-views.ts'
import { gaugeParts } from '../../../terminal/format/gauge.ts'
import { shortNumber } from '../../../terminal/format/short-number.ts'
import { printable } from '../../../terminal/format/text-width.ts'
import type { Line, Tone } from '../../line.ts'
import { joinSpans, padLine, span } from '../../line.ts'
import type { ScreenState } from '../../state/screen-state.ts'
import { section } from './field-line.ts'
import type { ScreenLook } from '../look.ts'
import { shortDuration } from '../words/short-duration.ts'

const DOT: Line = [span(' · ', 'quiet')]
const NAME_CELLS = 24
const BAR_CELLS = 16
const MOST_BATCHES = 20

/** The page about jobs and batches: what runs, what comes next, and how the last runs ended. */
export function workPage({ work, now }: ScreenState, look: ScreenLook): Line[] {
  if (work === null) return [[span('reading …', 'quiet')]]
  const { jobs, batches } = work
  const byNext = [...jobs].sort((one, other) => readNext(one) - readNext(other))
  return [
    ...section('batches').slice(1),
    ...(batches.length === 0
      ? [[span('none; qwenctl batch run FILE', 'quiet')]]
      : batches.slice(0, MOST_BATCHES).map((batch) => batchLine(batch, now, look))),
    ...section('jobs'),
    ...(jobs.length === 0
      ? [[span('none; qwenctl jobs add NAME', 'quiet')]]
      : byNext.map((job) => jobLine(job, now))),
  ]
}

/** The jobs of one account, for its page. */
export function accountJobLines(id: string, { work, now }: ScreenState): Line[] {
  const own = (work?.jobs ?? []).flatMap((job) =>
    job.accounts.filter((account) => account.id === id).map((account) => ({ job, account })),
  )
  return own.map(({ job, account }) => [
    ...padLine([span(printable(job.name))], NAME_CELLS),
    ...joinSpans(
      [
        [span(printable(job.schedule), 'quiet')],
        account.status === 'active'
          ? formatNext(account.nextAt, now)
          : [span(account.status, 'warn'), span(` ${printable(account.fix ?? '')}`, 'quiet')],
        formatLast(account.lastRun, now),
      ],
      DOT,
    ),
  ])
}

function readNext({ nextAt }: JobView): number {
  return nextAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(nextAt)
}

function jobLine(job: JobView, now: number): Line {
  const { name, status, schedule, accounts, nextAt, lastRun } = job
  const tone: Tone = status === 'active' || status === 'running' ? 'good' : 'warn'
  return [
    ...padLine([span(printable(name))], NAME_CELLS),
    ...joinSpans(
      [
        [span(status, tone)],
        [span(printable(schedule), 'quiet')],
        [span(`${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'}`, 'quiet')],
        formatNext(nextAt, now),
        formatLast(lastRun, now),
      ],
      DOT,
    ),
  ]
}

function formatNext(nextAt: string | null, now: number): Line {
  if (nextAt === null) return [span('nothing planned', 'quiet')]
  const left = Date.parse(nextAt) - now
  return left <= 0 ? [span('due')] : [span('next in ', 'quiet'), span(shortDuration(left))]
}

const runTones: Record<RunView['status'], Tone | undefined> = {
  running: undefined,
  done: 'good',
  failed: 'bad',
  lost: 'bad',
  skipped: 'warn',
  stopped: 'warn',
}

function formatLast(run: RunView | null, now: number): Line {
  if (run === null) return [span('never ran', 'quiet')]
  const ago = shortDuration(Math.max(0, now - Date.parse(run.claimedAt)))
  const reason = run.reason === null ? '' : `: ${run.reason}`
  return [span(run.status, runTones[run.status]), span(` ${ago} ago${printable(reason)}`, 'quiet')]
}

function batchLine(batch: BatchView, now: number, look: ScreenLook): Line {
  const { file, status, lines, done, failed, inFlight, resumesAt, endsAt, perMinute } = batch
  const answered = done + failed
  const { filled, rest, edges } = gaugeParts(answered, lines, { width: BAR_CELLS, unicode: look.unicode })
  const time = (at: string) => shortDuration(Math.max(0, Date.parse(at) - now))
  return [
    ...padLine([span(printable(file.split(/[\\/]/).at(-1) ?? file))], NAME_CELLS),
    ...[span(edges[0]), span(filled, 'good'), span(rest, 'quiet'), span(`${edges[1]} `)],
    ...joinSpans(
      [
        [span(status, isRunning(batch) || status === 'completed' ? 'good' : 'warn')],
        [span(`${shortNumber(answered)} of ${shortNumber(lines)}`)],
        failed === 0 ? [] : [span(`${shortNumber(failed)} failed`, 'warn')],
        inFlight === 0 ? [] : [span(`${inFlight} in flight`, 'quiet')],
        perMinute === null || resumesAt !== null ? [] : [span(`${shortNumber(perMinute)}/min`, 'quiet')],
        resumesAt === null ? [] : [span(`resumes in ${time(resumesAt)}`, 'warn')],
        endsAt === null ? [] : [span(`ends in ${time(endsAt)}`, 'quiet')],
      ],
      DOT,
    ),
  ]
}
