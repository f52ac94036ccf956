import type { Account } from '../../../lib/account/account.ts'
import { QwenctlError } from '../../../lib/base/errors.ts'
import type { RunRecord } from '../../../lib/store/jobs/run-records.ts'
import type { JobNotice } from '../../../lib/toolkit/notices/notice-views.ts'
import type { RunView } from '../../../lib/toolkit/jobs/job-views.ts'
import type { Toolkit } from '../../../lib/toolkit/toolkit.ts'
import { withPool } from './open-pool.ts'

export interface JobsOfProxy {
  /** Starts a job now, for these accounts or for all. Resolves when the runs have begun. */
  run: (job: string, accounts: string[]) => Promise<{ id: string; account: string }[]>
  /** Stops the schedule and its runs. */
  stop: (reason: string) => Promise<void>
}

export interface ScheduleOptions {
  url: string
  /** Only jobs of this user's accounts; null: all. */
  user: string | null
  env: NodeJS.ProcessEnv
  onRun?: (run: RunRecord) => void
  onTrouble: (message: string) => void
}

/** Runs the schedule of all jobs over a running proxy. */
export async function startSchedule(toolkit: Toolkit, options: ScheduleOptions): Promise<JobsOfProxy> {
  const { AccountPools, JobRunner, JobScheduler, listRunnable } =
    await import('../../../lib/toolkit/jobs/runner/index.ts')
  const { url, user, env, onTrouble, onRun } = options
  const ledger = await toolkit.ledger()
  const pools = new AccountPools(toolkit, () => url)
  const runner = new JobRunner({
    toolkit,
    ledger,
    env,
    onTrouble,
    poolFor: (account, job) => pools.poolFor(account, job),
    ...(onRun === undefined ? {} : { onRun }),
    onFailed: (run, account, isPaused) =>
      void toolkit.notices.tellJob(buildNotice(run, account, isPaused), onTrouble),
  })
  toolkit.jobs.runRecords.removeOld(ledger.now())
  const scheduler = new JobScheduler({ toolkit, ledger, runner, user, onTrouble })
  scheduler.start()
  return {
    run: async (name, references) => {
      const { job, accounts } = await listRunnable(toolkit, name, references)
      const begun = accounts.map(async (account) => {
        const slot = { job, account, slot: ledger.now(), isLate: false, isManual: true, attempt: 1 }
        const run = await runner.start(slot, {
          maxConcurrent: null,
          maxPerHour: null,
          pauseAfterFailures: null,
        })
        return run === null ? [] : [{ id: run.id, account: account.id }]
      })
      return (await Promise.all(begun)).flat()
    },
    stop: async (reason) => {
      await scheduler.stop(reason)
      await pools.close()
    },
  }
}

function buildNotice(run: RunRecord, account: Account, isPaused: boolean): JobNotice {
  const { id, user, provider, name, groups } = account
  return {
    type: isPaused ? 'job.paused' : 'job.failed',
    test: false,
    at: run.endedAt ?? run.claimedAt,
    account: { id, user, provider, name, groups },
    job: { id: run.job, name: run.jobName },
    slot: isPaused ? null : run.slot,
    reason: run.reason ?? 'no reason is known',
  }
}

export interface RunNowOptions {
  /** References; empty: all accounts of the job. */
  accounts: string[]
  env: NodeJS.ProcessEnv
  onTrouble: (message: string) => void
  onEnd: (run: RunView) => void
}

/** Runs a job now for its accounts, over a pool of this process. Resolves when every run has ended. */
export async function runJobNow(toolkit: Toolkit, name: string, options: RunNowOptions): Promise<RunView[]> {
  const { AccountPools, JobRunner, listRunnable, readJobLimits } =
    await import('../../../lib/toolkit/jobs/runner/index.ts')
  const { job, accounts } = await listRunnable(toolkit, name, options.accounts)
  const ledger = await toolkit.ledger()
  const limits = { ...(await readJobLimits(toolkit.settings)), maxPerHour: null }
  const { onTrouble, onEnd, env } = options
  return withPool(toolkit, { secret: '', onTrouble }, async ({ url }) => {
    const pools = new AccountPools(toolkit, () => url)
    const runner = new JobRunner({
      toolkit,
      ledger,
      env,
      onTrouble,
      poolFor: (account, job) => pools.poolFor(account, job),
    })
    const onSignal = () => runner.stop('a person interrupted it')
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
    const runs: RunView[] = []
    const runOne = async (account: Account) => {
      const slot = { job, account, slot: ledger.now(), isLate: false, isManual: true, attempt: 1 }
      const run = await runner.start(slot, { ...limits, maxConcurrent: null })
      if (run === null) {
        throw new QwenctlError(
          'failed',
          `the job ${job.name} already runs for ${account.provider}/${account.name}`,
          {
            hint: `wait for its end, or stop it with qwenctl accounts stop ${account.provider}/${account.name}`,
          },
        )
      }
      const ended = await run.ended
      const view = (
        await toolkit.jobs.runs({ job: job.id, account: account.id, limit: 5, withOutput: true })
      ).find(({ id }) => id === ended.id)
      if (view === undefined) return
      runs.push(view)
      onEnd(view)
    }
    try {
      const most = limits.maxConcurrent ?? accounts.length
      for (let start = 0; start < accounts.length; start += most)
        await Promise.all(accounts.slice(start, start + most).map(runOne))
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      await runner.settled()
      await pools.close()
    }
    return runs
  })
}
