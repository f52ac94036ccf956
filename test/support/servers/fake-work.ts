// Jobs and batches of the scripted API.

import type { JobView } from '../../../src/lib/toolkit/jobs/job-views.ts'
import type { AccountView, BatchView, PlannedRun, RunView } from '../../../web/src/api/types.ts'
import type { Handler } from './fake-api.ts'

export class FakeWork {
  jobs: JobView[] = []
  next: PlannedRun[] = []
  /** With their outputs. */
  runs: RunView[] = []
  batches: BatchView[] = []

  routes(accountOf: (id: string) => AccountView): [string, Handler][] {
    const findJob = (name: string) => this.jobs.find((job) => job.name === name)
    return [
      ['GET /jobs', () => ({ jobs: this.jobs })],
      ['GET /jobs/next', () => ({ runs: this.next })],
      [
        'GET /jobs/runs',
        ({ query }) => {
          const account = query.get('account')
          const own = this.runs.filter((run) => account === null || run.account === account)
          return { runs: own.map(({ output: _, ...run }) => run) }
        },
      ],
      ['GET /job-runs/([^/]+)', ({ match: [id] }) => ({ run: this.runs.find((run) => run.id === id) })],
      [
        'POST /jobs/([^/]+)/(run|pause|resume)',
        ({ match: [name = '', verb] }) => {
          if (verb === 'run') return { runs: [{ id: 'run-9', account: 'acc_1' }] }
          const status = verb === 'pause' ? 'paused' : 'active'
          this.jobs = this.jobs.map((job) => (job.name === name ? { ...job, status } : job))
          return { job: findJob(name) }
        },
      ],
      [
        'POST /accounts/([^/]+)/(start|stop)',
        ({ match: [id = '', verb] }) => {
          const status = verb === 'stop' ? 'stopped' : 'active'
          this.jobs = this.jobs.map((job) => ({
            ...job,
            accounts: job.accounts.map((each) => (each.id === id ? { ...each, status } : each)),
          }))
          return { account: accountOf(id) }
        },
      ],
      ['GET /batches', () => ({ batches: this.batches })],
      [
        'POST /batches/([^/]+)/cancel',
        ({ match: [id] }) => {
          this.batches = this.batches.map((each) => (each.id === id ? { ...each, status: 'canceled' } : each))
          return { batch: this.batches.find((each) => each.id === id) }
        },
      ],
    ]
  }
}

const HOUR_MS = 3_600_000

export function madeRun(now: number, run: Partial<RunView> = {}): RunView {
  return {
    id: 'run-1',
    job: 'job_1',
    jobName: 'morning',
    account: 'acc_1',
    accountName: 'qwen/work',
    user: 'local',
    slot: formatTime(now - HOUR_MS),
    status: 'done',
    attempts: 1,
    slots: 1,
    claimedAt: formatTime(now - HOUR_MS),
    endedAt: formatTime(now - HOUR_MS + 1400),
    durationMs: 1400,
    isLate: false,
    isManual: false,
    reason: null,
    exitCode: 0,
    outputBytes: 5,
    output: 'hello',
    ...run,
  }
}

export function madeJob(
  now: number,
  accounts: Pick<AccountView, 'id' | 'user' | 'provider' | 'name'>[],
  job: Partial<JobView> = {},
): JobView {
  const nextAt = formatTime(now + HOUR_MS)
  const lastRun = madeRun(now)
  return {
    id: 'job_1',
    name: 'morning',
    user: null,
    status: 'active',
    schedule: 'at 07:00',
    zone: 'UTC',
    scheduleParts: { kind: 'at', times: ['07:00'], days: [] },
    kind: 'verify',
    action: { kind: 'verify' },
    target: { accounts: [], groups: [], provider: null, all: true },
    spreadMs: 0,
    overlap: 'skip',
    missed: 'skip',
    timeoutMs: 300_000,
    retries: 0,
    maxPerDay: null,
    values: {},
    out: null,
    accountKey: null,
    nextAt,
    lastRun,
    accounts: accounts.map(({ id, user, provider, name }) => ({
      id,
      user,
      provider,
      name,
      status: 'active',
      reason: null,
      fix: null,
      nextSlot: nextAt,
      nextAt,
      lastRun,
    })),
    createdAt: formatTime(now),
    updatedAt: formatTime(now),
    ...job,
  }
}

export function madeBatch(now: number, batch: Partial<BatchView> = {}): BatchView {
  return {
    id: 'batch_1',
    user: 'local',
    status: 'running',
    reason: null,
    format: 'openai',
    models: ['m1'],
    file: '/home/ann/tasks.jsonl',
    output: '/o',
    errors: '/e',
    journal: '/j',
    lines: 200,
    done: 90,
    failed: 10,
    unknown: 0,
    inFlight: 4,
    left: 96,
    inputTokens: 900,
    outputTokens: 300,
    costUsd: null,
    perMinute: 60,
    endsAt: formatTime(now + HOUR_MS),
    resumesAt: null,
    startedAt: formatTime(now - HOUR_MS),
    updatedAt: formatTime(now),
    endedAt: null,
    pid: 1,
    accounts: [],
    ...batch,
  }
}

function formatTime(at: number): string {
  return new Date(at).toISOString()
}
