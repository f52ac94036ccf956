import { formatCount, pluralize } from '../../../base/text/count-noun.ts'
import { formatTime } from '../../../base/iso-time.ts'
import type { Account } from '../../../account/account.ts'
import { readMessage } from '../../../base/errors.ts'
import type { Ledger } from '../../../quota/ledger.ts'
import { findRun, refuseSlot, slotKey } from '../../../quota/log/job-slots.ts'
import { decideDue } from '../../../schedule/due.ts'
import { latestSlot } from '../../../schedule/slots.ts'
import type { JobsData } from '../../../store/documents/jobs-document.ts'
import type { Toolkit } from '../../toolkit.ts'
import { buildDueInput, findHindrance, listPairs, buildPlan } from '../job-plans.ts'
import type { JobPair } from '../job-plans.ts'
import { readJobLimits } from './job-limits.ts'
import type { JobRunner, JobLimits, SlotOfJob } from './job-runner.ts'
import { endLostRuns } from './lost-runs.ts'
import { NO_TURN, compareTurns, noteRuns } from './turns.ts'
import type { Turn } from './turns.ts'

export interface SchedulerParts {
  toolkit: Pick<
    Toolkit,
    'accounts' | 'jobs' | 'settings' | 'isInFlight' | 'watchAccounts' | 'watchJobs' | 'watchSettings'
  >
  ledger: Ledger
  runner: JobRunner
  /** Only jobs of this user's accounts; null: all. */
  user: string | null
  onTrouble: (message: string) => void
}

/** The scheduler compares slots with the last claimed one, so a late check misses none. */
const SLOWEST_LOOK_MS = 1000
const FASTEST_LOOK_MS = 20
const LOST_LOOK_MS = 5000
/** How often pairs that wait are looked at. */
const WAITING_LOOK_MS = 250

interface Planned extends JobPair, Turn {
  /** When the next look at the pair is due (epoch milliseconds). */
  lookAt: number
  waiting: Waiting | null
}

/** A slot that waits for room, or for the end of a run. */
interface Waiting {
  slot: number
  /** The slot with which the wait began: newer slots replace one that waits. */
  firstSlot: number
  /** When it began to wait (epoch milliseconds). */
  since: number
  /** Whether it was late before it waited. */
  isLate: boolean
}

/** Runs due slots of all jobs. Any number of processes may each have one: the ledger gives a slot to one of them. */
export class JobScheduler {
  readonly #parts: SchedulerParts
  #limits: JobLimits = { maxConcurrent: null, maxPerHour: null, pauseAfterFailures: null }
  #planned = new Map<string, Planned>()
  #isStale = true
  #isEnded = false
  #timer: NodeJS.Timeout | null = null
  #lostLookAt = 0
  /** When the pairs that wait for room are looked at, all of them together; null: none waits. */
  #roomLookAt: number | null = null
  #looking: Promise<void> = Promise.resolve()
  #trouble = ''
  #unwatch: (() => void)[] = []

  constructor(parts: SchedulerParts) {
    this.#parts = parts
  }

  start(): void {
    const { toolkit } = this.#parts
    const onChange = () => {
      this.#isStale = true
      this.#plan(0)
    }
    this.#unwatch = [
      toolkit.watchJobs(onChange),
      toolkit.watchAccounts(onChange),
      toolkit.watchSettings(onChange),
    ]
    this.#plan(0)
  }

  /** Ends the schedule and stops its runs. */
  async stop(reason: string): Promise<void> {
    this.#isEnded = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    for (const unwatch of this.#unwatch) unwatch()
    await this.#looking
    this.#parts.runner.stop(reason)
    await this.#parts.runner.settled()
  }

  /** Starts everything that is due, and returns the time until the next look in milliseconds. */
  async look(): Promise<number> {
    const { ledger } = this.#parts
    ledger.refresh()
    if (this.#isStale) await this.#reload()
    const now = ledger.now()
    if (now >= this.#lostLookAt) {
      this.#lostLookAt = now + LOST_LOOK_MS
      await endLostRuns({ ...this.#parts, limits: this.#limits, pairs: this.#planned })
    }
    if (this.#roomLookAt !== null && this.#roomLookAt <= now) this.#roomLookAt = null
    for (const planned of this.#listDue(now)) {
      if (this.#isEnded) break
      await this.#serve(planned)
    }
    const next = Math.min(...[...this.#planned.values()].map(({ lookAt }) => lookAt), Infinity)
    return Math.max(FASTEST_LOOK_MS, Math.min(SLOWEST_LOOK_MS, next - ledger.now()))
  }

  /** The pairs to look at now, in the order of their turns. */
  #listDue(now: number): Planned[] {
    const due = [...this.#planned.values()].filter(({ lookAt }) => lookAt <= now)
    for (const planned of due) noteRuns(planned, this.#parts.ledger.state.jobs, now)
    const turns = due.map((planned) => {
      const { runs, ranAt, lookAt, waiting } = planned
      return { planned, runs, ranAt, dueAt: waiting?.since ?? lookAt }
    })
    return turns.sort(compareTurns).map(({ planned }) => planned)
  }

  #plan(afterMs: number): void {
    if (this.#isEnded) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#looking = this.#looking.then(() => this.#lookAndPlan())
    }, afterMs).unref()
  }

  async #lookAndPlan(): Promise<void> {
    if (this.#isEnded) return
    try {
      const afterMs = await this.look()
      this.#trouble = ''
      this.#plan(afterMs)
    } catch (error) {
      this.#report(error)
      this.#plan(SLOWEST_LOOK_MS)
    }
  }

  /** Reports a lasting fault, such as a full disk, only once instead of every second. */
  #report(error: unknown): void {
    const message = `jobs: ${readMessage(error)}`
    if (message !== this.#trouble) this.#parts.onTrouble(message)
    this.#trouble = message
  }

  async #reload(): Promise<void> {
    const { toolkit, user, runner } = this.#parts
    this.#isStale = false
    const [data, accounts, limits] = await Promise.all([
      toolkit.jobs.read(),
      toolkit.accounts.records(),
      readJobLimits(toolkit.settings),
    ]).catch((error: unknown) => {
      this.#isStale = true
      throw error
    })
    this.#limits = limits
    const own = user === null ? accounts : accounts.filter((account) => account.user === user)
    const before = this.#planned
    this.#planned = new Map()
    for (const pair of listPairs(data, own)) {
      if (findHindrance(data, pair) !== null) continue
      const key = slotKey(pair.job.id, pair.account.id)
      const { runs, ranAt, waiting } = before.get(key) ?? { ...NO_TURN, waiting: null }
      this.#planned.set(key, { ...pair, lookAt: 0, waiting, runs, ranAt })
    }
    runner.stop('the job or the account was stopped', ({ job, account, isManual }) =>
      isRunEnded(data, accounts, { job, account, isManual }),
    )
  }

  /** Decides about one job and account, and runs its slot if one is due. */
  async #serve(planned: Planned): Promise<void> {
    const { ledger, runner } = this.#parts
    const now = ledger.now()
    const due = decideDue(buildDueInput(planned, ledger.state, now))
    if (due.do === 'wait') {
      const isReset = planned.job.schedule.kind === 'after-reset'
      planned.lookAt = isReset ? Math.min(due.at ?? Infinity, now + SLOWEST_LOOK_MS) : (due.at ?? Infinity)
      planned.waiting = null
      return
    }
    const { job, account } = planned
    const waiting = planned.waiting?.slot === due.slot ? planned.waiting : null
    const isLate = waiting === null ? due.do === 'skip' || due.isLate : waiting.isLate
    const wanted: SlotOfJob = { job, account, slot: due.slot, isLate, isManual: false, attempt: 1 }
    if (due.do === 'skip' && waiting === null) {
      await runner.skip(wanted, formatMissed(due.missed), due.missed)
      return
    }
    const passed = due.do === 'run' ? due.missed : due.missed - 1
    await this.#begin(planned, wanted, passed)
  }

  /** `passed`: unclaimed slots before this one. */
  async #begin(planned: Planned, wanted: SlotOfJob, passed: number): Promise<void> {
    const { ledger, runner } = this.#parts
    const { job } = wanted
    const refusal = refuseSlot(ledger.state, runner.buildClaim(wanted, this.#limits))
    // Room that became free since the last look is for the pairs that wait, in the order of their turns.
    if (refusal === null && this.#roomLookAt === null) {
      const run = await runner.start(wanted, this.#limits)
      if (run === null) return // another process has the slot, or the room
      run.ended.catch((error: unknown) => this.#report(error))
      if (passed > 0) this.#recordPassed(planned, wanted, { runId: run.id, passed })
      noteRuns(planned, ledger.state.jobs, ledger.now())
      planned.waiting = null
      return
    }
    const waiting = this.#noteWaiting(planned, wanted)
    if (refusal === 'claimed') return
    const waitsTooLong = ledger.now() - waiting.since > Math.max(job.timeoutMs, SLOWEST_LOOK_MS)
    if (refusal === 'running' && job.overlap === 'queue') planned.lookAt = ledger.now() + WAITING_LOOK_MS
    else if (refusal === 'running') await runner.skip(wanted, this.#formatOverlap(wanted))
    else if (refusal === 'per-day')
      await runner.skip(
        wanted,
        `it ran ${job.maxPerDay} times on this day, the most that --max-per-day allows`,
      )
    else if (refusal !== null && waitsTooLong) await runner.skip(wanted, formatNoRoom(refusal, this.#limits))
    else planned.lookAt = this.#awaitRoom()
  }

  /** The time of the next look at all pairs that wait for room. */
  #awaitRoom(): number {
    return (this.#roomLookAt ??= this.#parts.ledger.now() + WAITING_LOOK_MS)
  }

  /** Notes since when the slot waits. */
  #noteWaiting(planned: Planned, { slot, isLate }: SlotOfJob): Waiting {
    const { waiting } = planned
    if (waiting?.slot === slot) return waiting
    const firstSlot = waiting?.firstSlot ?? slot
    return (planned.waiting = { slot, firstSlot, since: this.#parts.ledger.now(), isLate })
  }

  #recordPassed(
    planned: Planned,
    wanted: SlotOfJob,
    { runId, passed }: { runId: string; passed: number },
  ): void {
    const { ledger, runner } = this.#parts
    const plan = buildPlan(planned, ledger.state, ledger.now())
    const slot = latestSlot(plan, wanted.slot - 1) ?? wanted.slot
    // A run that catches up may also wait for room. The slots before it were missed for want of a proxy.
    const hasWaited = planned.waiting !== null && planned.waiting.firstSlot <= slot
    const reason = hasWaited ? formatWaited(passed) : formatPassed(passed)
    runner.recordPassed({ ...wanted, slot }, runId, passed, reason)
  }

  #formatOverlap({ job, account }: SlotOfJob): string {
    const run = findRun(this.#parts.ledger.state.jobs, { job: job.id, account: account.id })
    const since = run === null ? '' : ` of ${formatTime(run.slot)}`
    return `the run${since} has not ended`
  }
}

function formatMissed(missed: number): string {
  const slots = missed === 1 ? 'the slot was' : `${missed} slots were`
  return `${slots} missed: no proxy ran then; --missed once catches up on one`
}

function formatPassed(passed: number): string {
  const slots = passed === 1 ? 'the slot was' : `${passed} slots were`
  return `${slots} missed: no proxy ran then; the slot after that ran`
}

function formatWaited(passed: number): string {
  const slots = passed === 1 ? 'the slot' : `${passed} slots`
  return `${slots} passed while the job waited; the slot after that ran`
}

function formatNoRoom(refusal: 'concurrent' | 'per-hour', limits: JobLimits): string {
  return refusal === 'concurrent'
    ? `${formatCount(limits.maxConcurrent ?? 0, 'run')} ${pluralize(limits.maxConcurrent ?? 0, 'was', 'were')} active until its timeout (jobs.maxConcurrent)`
    : `${formatCount(limits.maxPerHour ?? 0, 'run')} began within an hour (jobs.maxPerHour)`
}

/** Stops runs of a removed job or a stopped account. A paused job finishes its runs. */
function isRunEnded(
  data: JobsData,
  accounts: readonly Account[],
  { job: jobId, account: accountId, isManual }: { job: string; account: string; isManual: boolean },
): boolean {
  const job = data.jobs.find(({ id }) => id === jobId)
  const account = accounts.find(({ id }) => id === accountId)
  if (job === undefined || account === undefined || !account.enabled) return true
  return !isManual && data.accounts[accountId]?.isStopped === true
}
