import { setTimeout as delay } from 'node:timers/promises'
import type { Account } from '../../../account/account.ts'
import { readMessage } from '../../../base/errors.ts'
import { formatTime } from '../../../base/iso-time.ts'
import type { Ledger, SlotClaim } from '../../../quota/ledger.ts'
import { slotKey } from '../../../quota/log/job-slots.ts'
import { formatLocalDay } from '../../../schedule/local-times.ts'
import type { Job } from '../../../schedule/job.ts'
import type { RunRecord } from '../../../store/jobs/run-records.ts'
import { describeProcess } from '../../../store/locks/lock-owner.ts'
import type { Toolkit } from '../../toolkit.ts'
import { performRun } from './perform-run.ts'
import type { PerformParts, RunOrder, RunResult } from './perform-run.ts'

export interface RunnerParts extends PerformParts {
  toolkit: PerformParts['toolkit'] & Pick<Toolkit, 'jobs'>
  ledger: Ledger
  /** Receives every change of a run. */
  onRun?: (run: RunRecord) => void
  /** A run failed; `isPaused`: and failures have now paused the job for the account. */
  onFailed?: (run: RunRecord, account: Account, isPaused: boolean) => void
  onTrouble: (message: string) => void
}

/** The limits over all jobs, from the settings; null: none. */
export interface JobLimits {
  maxConcurrent: number | null
  maxPerHour: number | null
  pauseAfterFailures: number | null
}

export interface SlotOfJob {
  job: Job
  account: Account
  /** Epoch milliseconds. */
  slot: number
  isLate: boolean
  isManual: boolean
  attempt: number
  /** The lost run that this one repeats. */
  replaces?: string
}

/** Waits before the second and later attempts of a run. */
const RETRY_MS = [1000, 5000, 15_000, 30_000]

/** Claims slots, runs them in this process, and records the results. */
export class JobRunner {
  readonly #parts: RunnerParts
  readonly #active = new Map<string, { record: RunRecord; abort: AbortController; ended: Promise<unknown> }>()

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  get active(): readonly RunRecord[] {
    return [...this.#active.values()].map(({ record }) => record)
  }

  /** The claim of a slot under the limits. */
  buildClaim({ job, account, slot, isManual, attempt, replaces }: SlotOfJob, limits: JobLimits): SlotClaim {
    const { ledger } = this.#parts
    return {
      job: job.id,
      account: account.id,
      slot: formatTime(slot),
      ...(attempt > 1 ? { attempt } : {}),
      ...(replaces === undefined ? {} : { replaces }),
      ...(isManual ? { manual: true } : {}),
      day: formatLocalDay(job.zone, ledger.now()),
      ...(job.maxPerDay === null || isManual || attempt > 1 ? {} : { perDay: job.maxPerDay }),
      ...(job.overlap === 'allow' ? {} : { alone: true }),
      ...(limits.maxConcurrent === null ? {} : { most: limits.maxConcurrent }),
      ...(limits.maxPerHour === null ? {} : { perHour: limits.maxPerHour }),
    }
  }

  /** Claims the slot and starts its run. Null: another process has it, or a limit of the claim was reached. */
  async start(
    wanted: SlotOfJob,
    limits: JobLimits,
  ): Promise<{ id: string; ended: Promise<RunRecord> } | null> {
    const { ledger } = this.#parts
    const id = await ledger.claimSlot(this.buildClaim(wanted, limits))
    if (id === null) return null
    const { job, account } = wanted
    const number = ledger.state.jobs.last.get(slotKey(job.id, account.id))?.number ?? 1
    const record = this.#record(id, wanted)
    const abort = new AbortController()
    const onProcess = (pid: number) => this.#recordProcess(record, pid)
    const ended = this.#run({ ...wanted, id, number, signal: abort.signal, onProcess }, record, limits)
    this.#active.set(id, { record, abort, ended })
    return { id, ended: ended.finally(() => this.#active.delete(id)) }
  }

  /** Uses up a slot without a run, and records why. `slots`: how many slots that covers. */
  async skip(wanted: SlotOfJob, reason: string, slots = 1): Promise<void> {
    const { job, account, slot, isManual, attempt } = wanted
    const claim = {
      job: job.id,
      account: account.id,
      slot: formatTime(slot),
      attempt,
      skipped: true,
    } as const
    const id = await this.#parts.ledger.claimSlot(claim)
    if (id === null || isManual) return
    const record: RunRecord = { ...this.#record(id, wanted), status: 'skipped', attempts: 0, reason, slots }
    this.#write({ ...record, endedAt: record.claimedAt })
  }

  /** Records slots that passed before the slot of a run. The claim of the run has used them up. */
  recordPassed(wanted: SlotOfJob, runId: string, slots: number, reason: string): void {
    const record = this.#record(`${runId}-passed`, wanted)
    const skipped = { status: 'skipped', attempts: 0, reason, slots } as const
    this.#write({ ...record, ...skipped, isLate: true, endedAt: record.claimedAt })
  }

  /** Stops active runs that fit: SIGTERM, then SIGKILL. */
  stop(reason: string, fits: (run: RunRecord) => boolean = () => true): void {
    for (const { record, abort } of this.#active.values()) if (fits(record)) abort.abort(reason)
  }

  /** Resolves when no run is active. */
  async settled(): Promise<void> {
    while (this.#active.size > 0)
      await Promise.allSettled([...this.#active.values()].map(({ ended }) => ended))
  }

  async #run(order: SlotOfJob & RunOrder, record: RunRecord, limits: JobLimits): Promise<RunRecord> {
    this.#write(record)
    const { result, attempts } = await this.#attempt(order)
    const { status, reason, exitCode, output, outputBytes } = result
    const ended: RunRecord = {
      ...record,
      status,
      reason,
      exitCode,
      outputBytes,
      attempts,
      endedAt: formatTime(this.#parts.ledger.now()),
    }
    try {
      if (output !== '') this.#parts.toolkit.jobs.runRecords.keepOutput(ended, output)
    } catch (error) {
      this.#parts.onTrouble(`the output of a run was not kept: ${readMessage(error)}`)
    }
    this.#write(ended)
    await this.#parts.ledger.record([{ type: 'slot-end', id: order.id }]).catch((error: unknown) => {
      this.#parts.onTrouble(`the end of a run is not in the ledger: ${readMessage(error)}`)
    })
    if (status === 'failed') await this.#countFailure(order, ended, limits).catch(this.#report)
    return ended
  }

  /** If this process is killed, another one finds the command and ends it. */
  #recordProcess(record: RunRecord, pid: number): void {
    const process = describeProcess(pid)
    if (process !== null) this.#write({ ...record, process })
  }

  async #attempt(order: SlotOfJob & RunOrder): Promise<{ result: RunResult; attempts: number }> {
    for (let attempts = 1; ; attempts += 1) {
      const result = await performRun(this.#parts, order)
      const isFinal = result.status !== 'failed' || attempts > order.job.retries
      if (isFinal || order.signal.aborted) return { result, attempts }
      const waitMs = RETRY_MS[Math.min(attempts, RETRY_MS.length) - 1]
      await delay(waitMs, undefined, { signal: order.signal }).catch(() => undefined)
    }
  }

  /** Pauses the job for the account after failures in a row. */
  async #countFailure(order: SlotOfJob, run: RunRecord, limits: JobLimits): Promise<void> {
    const reason = await this.#pauseAfterFailures(order, limits)
    this.#parts.onFailed?.(reason === null ? run : { ...run, reason }, order.account, reason !== null)
  }

  /** The reason of the pause; null: not paused now. */
  async #pauseAfterFailures({ job, account }: SlotOfJob, limits: JobLimits): Promise<string | null> {
    const most = limits.pauseAfterFailures
    if (most === null) return null
    await this.#parts.toolkit.jobs.fetchRuns()
    const since = (await this.#parts.toolkit.jobs.find(job.id)).since
    const runs = this.#parts.toolkit.jobs.runRecords.read({
      limit: most,
      fits: (run) =>
        run.job === job.id && run.account === account.id && run.claimedAt >= since && countsAsResult(run),
    })
    if (runs.length < most || !runs.every(({ status }) => status === 'failed' || status === 'lost'))
      return null
    const reason = `it failed ${most} times in a row: ${runs[0]?.reason ?? 'no reason is known'}`
    const isNew = await this.#parts.toolkit.jobs.pauseAfterFailures(job, account.id, reason)
    return isNew ? reason : null
  }

  #record(id: string, { job, account, slot, isLate, isManual, attempt }: SlotOfJob): RunRecord {
    return {
      id,
      job: job.id,
      jobName: job.name,
      account: account.id,
      user: account.user,
      accountName: `${account.provider}/${account.name}`,
      slot: formatTime(slot),
      status: 'running',
      claimedAt: formatTime(this.#parts.ledger.now()),
      endedAt: null,
      attempts: attempt,
      isLate,
      isManual,
      reason: null,
      exitCode: null,
      outputBytes: 0,
      slots: 1,
    }
  }

  #write(record: RunRecord): void {
    try {
      this.#parts.toolkit.jobs.runRecords.write(record)
    } catch (error) {
      this.#parts.onTrouble(`a run of the job ${record.jobName} was not recorded: ${readMessage(error)}`)
    }
    this.#parts.onRun?.(record)
  }

  readonly #report = (error: unknown): void => this.#parts.onTrouble(`jobs: ${readMessage(error)}`)
}

/** Skipped and stopped runs do not count as failures or successes. */
function countsAsResult({ status }: RunRecord): boolean {
  return status === 'done' || status === 'failed' || status === 'lost'
}
