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

interface Planned extends JobPair {
  /** When the next look at the pair is due (epoch milliseconds). */
  lookAt: number
  /** A slot that was due on time and waits for room; null: none. */
  waiting: number | null
  /** The slot with which the wait began; null: nothing waits. */
  waitingSince: number | null
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
    const due = [...this.#planned.values()].filter(({ lookAt }) => lookAt <= now)
    for (const planned of due.sort((one, other) => one.lookAt - other.lookAt)) {
      if (this.#isEnded) break
      await this.#serve(planned)
    }
    const next = Math.min(...[...this.#planned.values()].map(({ lookAt }) => lookAt), Infinity)
    return Math.max(FASTEST_LOOK_MS, Math.min(SLOWEST_LOOK_MS, next - ledger.now()))
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
      const { waiting = null, waitingSince = null } = before.get(key) ?? {}
      this.#planned.set(key, { ...pair, lookAt: 0, waiting, waitingSince })
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
      endWait(planned)
      return
    }
    const { job, account } = planned
    const isWaiting = planned.waiting === due.slot
    const isLate = due.do === 'skip' || due.isLate
    const wanted: SlotOfJob = { job, account, slot: due.slot, isLate, isManual: false, attempt: 1 }
    if (due.do === 'skip' && !isWaiting) {
      await runner.skip(wanted, formatMissed(due.missed), due.missed)
      return
    }
    const passed = due.do === 'run' ? due.missed : due.missed - 1
    await this.#begin(planned, { ...wanted, isLate: isLate && !isWaiting }, passed)
  }

  /** `passed`: unclaimed slots before this one. */
  async #begin(planned: Planned, wanted: SlotOfJob, passed: number): Promise<void> {
    const { ledger, runner } = this.#parts
    const { job, slot } = wanted
    const refusal = refuseSlot(ledger.state, runner.buildClaim(wanted, this.#limits))
    if (refusal === null) {
      const run = await runner.start(wanted, this.#limits)
      run?.ended.catch((error: unknown) => this.#report(error))
      if (run !== null && passed > 0) this.#recordPassed(planned, wanted, { runId: run.id, passed })
      endWait(planned)
      return
    }
    planned.waiting = slot
    planned.waitingSince ??= slot
    if (refusal === 'claimed') return
    const waitsTooLong = ledger.now() - (slot + planned.spreadMs) > Math.max(job.timeoutMs, SLOWEST_LOOK_MS)
    if (refusal === 'running' && job.overlap === 'queue') planned.lookAt = ledger.now() + SLOWEST_LOOK_MS / 4
    else if (refusal === 'running') await runner.skip(wanted, this.#formatOverlap(wanted))
    else if (refusal === 'per-day')
      await runner.skip(
        wanted,
        `it ran ${job.maxPerDay} times on this day, the most that --max-per-day allows`,
      )
    else if (waitsTooLong) await runner.skip(wanted, formatNoRoom(refusal, this.#limits))
    else planned.lookAt = ledger.now() + SLOWEST_LOOK_MS / 4
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
    const hasWaited = planned.waitingSince !== null && planned.waitingSince <= slot
    const reason = hasWaited ? formatWaited(passed) : formatPassed(passed)
    runner.recordPassed({ ...wanted, slot }, runId, passed, reason)
  }

  #formatOverlap({ job, account }: SlotOfJob): string {
    const run = findRun(this.#parts.ledger.state.jobs, { job: job.id, account: account.id })
    const since = run === null ? '' : ` of ${formatTime(run.slot)}`
    return `the run${since} has not ended`
  }
}

function endWait(planned: Planned): void {
  planned.waiting = null
  planned.waitingSince = null
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
    ? `${limits.maxConcurrent} runs were active until its timeout (jobs.maxConcurrent)`
    : `${limits.maxPerHour} runs began within an hour (jobs.maxPerHour)`
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
