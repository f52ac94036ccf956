import { randomBytes } from 'node:crypto'
import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { checkName } from '../../account/name.ts'
import { resolveReference } from '../../account/reference.ts'
import { QwenctlError } from '../../base/errors.ts'
import { nearest } from '../../base/text/nearest.ts'
import type { Job } from '../../schedule/job.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { JobsData } from '../../store/documents/jobs-document.ts'
import { RunRecords } from '../../store/jobs/run-records.ts'
import type { RunRecord } from '../../store/jobs/run-records.ts'
import { RunTail } from '../../store/jobs/run-tail.ts'
import { SharedRuns } from '../../store/jobs/shared-runs.ts'
import type { Home } from '../../store/home.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { JobInput } from './job-input.ts'
import { RunTally } from './run-tally.ts'
import type { JobView, PlannedRun, RunQuery, RunView } from './job-views.ts'

/** The accounts of a job, as references. */
export interface JobTarget {
  accounts?: string[] | undefined
  groups?: string[] | undefined
  provider?: string | undefined
  all?: boolean | undefined
}

export interface NewJob extends JobInput, JobTarget {
  name: string
  /** Missing: all users. */
  user?: string | undefined
}

export interface JobsParts {
  home: Home
  document: JsonDocument<JobsData>
  books: () => Promise<{ state: LedgerState; now: number }>
  accounts: () => Promise<Account[]>
  /** Restricts the jobs to those of one user; missing: all users. */
  user?: string
  isInFlight: (runId: string) => boolean
  /** Whether jobs may start windows of plans. */
  allowsPrime: () => Promise<boolean>
  clock: () => number
}

/** Scheduled work: the stored jobs, and the record of their runs. */
export class Jobs {
  readonly #parts: JobsParts
  readonly runRecords: RunRecords
  readonly #shared: SharedRuns

  constructor(parts: JobsParts) {
    this.#parts = parts
    this.runRecords = new RunRecords(parts.home, (record) => this.#shared.add(record))
    this.#shared = new SharedRuns(parts.home, this.runRecords)
  }

  /** Reads what other machines of a shared store recorded. Never rejects. */
  fetchRuns(): Promise<void> {
    return this.#shared.fetch()
  }

  /** Resolves when a shared store has the records of this process, or does not answer. */
  settle(): Promise<void> {
    return this.#shared.settle()
  }

  /** The jobs of one user: jobs of other users are invisible, and none is created for another user. */
  ofUser(user: string): Jobs {
    const accounts = async () => (await this.#parts.accounts()).filter((account) => account.user === user)
    return new Jobs({ ...this.#parts, user, accounts })
  }

  /** The stored document. */
  async read(): Promise<JobsData> {
    return this.#visible(await this.#parts.document.read())
  }

  #visible(data: JobsData): JobsData {
    const { user } = this.#parts
    return user === undefined ? data : { ...data, jobs: data.jobs.filter((job) => job.user === user) }
  }

  /** Throws `name_in_use`, `account_not_found`, `invalid_usage` and `invalid_value`. */
  async add(wanted: NewJob): Promise<JobView> {
    const { readNewJob } = await import('./job-input.ts')
    checkName('job', wanted.name)
    const now = this.#now()
    const user = this.#parts.user ?? wanted.user
    const fields = readNewJob(wanted, Date.parse(now))
    if (wanted.prime === true) await this.#checkPrime()
    const job: Job = {
      id: `job_${randomBytes(8).toString('hex')}`,
      name: wanted.name,
      user: user ?? null,
      ...fields,
      ...(await this.#target(wanted, user)),
      isPaused: false,
      paused: {},
      since: now,
      createdAt: now,
      updatedAt: now,
    }
    await this.#parts.document.update((data) => {
      refuseTaken(data, job.name)
      data.jobs.push(job)
    })
    return this.show(job.id)
  }

  /** Changes what is given. A changed schedule begins now: an earlier slot of it does not run. */
  async set(name: string, changes: Partial<NewJob>): Promise<JobView> {
    const { readJobChanges } = await import('./job-input.ts')
    if (changes.name !== undefined) checkName('job', changes.name)
    const now = this.#now()
    const { accounts, groups, provider, all } = changes
    const hasTarget = [accounts, groups, provider, all].some((part) => part !== undefined)
    if (changes.prime === true) await this.#checkPrime()
    const target = hasTarget ? await this.#target(changes, undefined) : {}
    const id = await this.#change(name, (job, data) => {
      if (changes.name !== undefined && changes.name !== job.name) refuseTaken(data, changes.name)
      const fields = readJobChanges(job, changes, Date.parse(now))
      if (fields.schedule !== undefined || fields.zone !== undefined) job.since = now
      Object.assign(job, fields, target, changes.name === undefined ? {} : { name: changes.name })
    })
    return this.show(id)
  }

  /** Stops new runs, for all accounts of the job or for the named ones. */
  async pause(name: string, accounts: string[] = []): Promise<JobView> {
    const ids = await this.#ids(accounts)
    const paused = { at: this.#now(), reason: 'a person paused it' }
    const id = await this.#change(name, (job) => {
      if (ids.length === 0) job.isPaused = true
      for (const account of ids) job.paused[account] = paused
    })
    return this.show(id)
  }

  /** Pauses a job for one account after failures; false: it was paused already. */
  async pauseAfterFailures(job: Job, account: string, reason: string): Promise<boolean> {
    let isNew = false
    await this.#change(job.id, (stored) => {
      isNew = stored.paused[account] === undefined
      stored.paused[account] ??= { at: this.#now(), reason }
    })
    return isNew
  }

  /** Runs it again from the next slot on. */
  async resume(name: string, accounts: string[] = []): Promise<JobView> {
    const ids = await this.#ids(accounts)
    const now = this.#now()
    const id = await this.#change(name, (job) => {
      job.isPaused = false
      job.since = now
      for (const account of ids.length === 0 ? Object.keys(job.paused) : ids) delete job.paused[account]
    })
    return this.show(id)
  }

  async remove(name: string): Promise<JobView> {
    const view = await this.show(name)
    await this.#parts.document.update((data) => {
      data.jobs = data.jobs.filter(({ id }) => id !== view.id)
    })
    this.runRecords.removeOutputs(view.id)
    return view
  }

  /** Starts or stops all jobs of an account. Jobs begin again with their next slot. */
  async order(accountId: string, isStopped: boolean): Promise<void> {
    await this.orderAll([accountId], isStopped)
  }

  /** The same for several accounts, all or none. */
  async orderAll(accountIds: readonly string[], isStopped: boolean): Promise<void> {
    await this.#parts.document.update((data) => {
      for (const id of accountIds) {
        if ((data.accounts[id]?.isStopped ?? false) !== isStopped)
          data.accounts[id] = { isStopped, at: this.#now() }
      }
    })
  }

  /** Sorted by name. `user`: only jobs of this user's accounts. */
  async list({ user }: { user?: string | undefined } = {}): Promise<JobView[]> {
    const { viewJobs } = await import('./view-jobs.ts')
    await this.fetchRuns()
    const views = viewJobs({ ...(await this.#viewParts()), runs: this.#lastRuns() }, user)
    return views.sort((one, other) => one.name.localeCompare(other.name))
  }

  /** By name or id. Throws `job_not_found`, naming the nearest. */
  async show(name: string): Promise<JobView> {
    const { viewJobs } = await import('./view-jobs.ts')
    const job = findJob(await this.read(), name)
    await this.fetchRuns()
    const parts = await this.#viewParts()
    const data = { ...parts.data, jobs: [job] }
    const [view] = viewJobs({ ...parts, data, runs: this.#lastRuns(job.id) })
    return view as JobView
  }

  async find(name: string): Promise<Job> {
    return findJob(await this.read(), name)
  }

  /** Runs and skipped slots, the newest first. */
  async runs({ job, account, status, limit = 50, withOutput = false }: RunQuery = {}): Promise<RunView[]> {
    const { viewRun } = await import('./view-jobs.ts')
    await this.fetchRuns()
    const wanted = job === undefined ? null : await this.#jobId(job)
    const accountId = account === undefined ? null : (await this.#ids([account]))[0]
    const { user } = this.#parts
    const fits = (run: RunRecord) =>
      (user === undefined || run.user === user) &&
      (wanted === null || run.job === wanted) &&
      (accountId === null || run.account === accountId) &&
      (status === undefined || viewRun(run, this.#parts.isInFlight).status === status)
    const found = this.runRecords.read({ limit, fits })
    return found.map((run) => {
      const view = viewRun(run, this.#parts.isInFlight)
      return withOutput ? { ...view, output: this.runRecords.readOutput(run) } : view
    })
  }

  /** A run with its kept output. Throws `job_not_found`. */
  async run(id: string): Promise<RunView> {
    const { viewRun } = await import('./view-jobs.ts')
    await this.fetchRuns()
    const { user, isInFlight } = this.#parts
    const fits = (run: RunRecord) => run.id === id && (user === undefined || run.user === user)
    const [run] = this.runRecords.read({ limit: 1, fits })
    if (run === undefined) throw new QwenctlError('job_not_found', `there is no run ${id.slice(0, 64)}`)
    return { ...viewRun(run, isInFlight), output: this.runRecords.readOutput(run) }
  }

  /** The planned runs within the next days, the earliest first. */
  async next({ days = 1, job, user, limit = 1000 }: NextQuery = {}): Promise<PlannedRun[]> {
    const { planRuns } = await import('./view-jobs.ts')
    const parts = await this.#viewParts()
    const jobs = job === undefined ? parts.data.jobs : [findJob(parts.data, job)]
    return planRuns({ ...parts, data: { ...parts.data, jobs } }, { days, limit, user })
  }

  /** The ended runs and skipped slots since a time, in epoch milliseconds. */
  endedRuns(since: number): RunRecord[] {
    const from = formatTime(since)
    const fits = (run: RunRecord) => run.status !== 'running' && run.claimedAt >= from
    return this.runRecords.read({ limit: Infinity, fits })
  }

  /** Counts the runs that end from now on. */
  tally(): RunTally {
    return new RunTally(new RunTail(this.runRecords))
  }

  async #checkPrime(): Promise<void> {
    if (await this.#parts.allowsPrime()) return
    throw new QwenctlError('invalid_usage', 'jobs may not start windows of plans here', {
      hint: 'read the terms of the provider, then type: qwenctl config set jobs.prime true',
    })
  }

  /** A removed job is still in the record, by its name. */
  async #jobId(name: string): Promise<string> {
    const data = await this.read()
    const known = data.jobs.find((job) => job.id === name || job.name === name)
    if (known !== undefined) return known.id
    const [run] = this.runRecords.read({ limit: 1, fits: ({ jobName }) => jobName === name })
    return run?.job ?? findJob(data, name).id
  }

  #lastRuns(job?: string): RunRecord[] {
    return this.runRecords.read({ limit: 2000, fits: (run) => job === undefined || run.job === job })
  }

  async #viewParts() {
    const { state, now } = await this.#parts.books()
    const { isInFlight } = this.#parts
    return { data: await this.read(), accounts: await this.#parts.accounts(), state, now, isInFlight }
  }

  async #change(name: string, change: (job: Job, data: JobsData) => void): Promise<string> {
    return this.#parts.document.update((data) => {
      const job = findJob(this.#visible(data), name)
      change(job, data)
      job.updatedAt = this.#now()
      return job.id
    })
  }

  async #target(target: JobTarget, user: string | undefined) {
    const { accounts = [], groups = [], provider, all = false } = target
    if (accounts.length + groups.length === 0 && provider === undefined && !all) {
      throw new QwenctlError('invalid_usage', 'a job needs accounts', {
        hint: 'give -a ACCOUNT, -g GROUP, -p PROVIDER or --all',
      })
    }
    const ids = await this.#ids(accounts, user)
    return { accounts: ids, groups, provider: provider ?? null, all }
  }

  async #ids(references: string[], user?: string): Promise<string[]> {
    if (references.length === 0) return []
    const accounts = await this.#parts.accounts()
    const filter = user === undefined ? {} : { user }
    return [...new Set(references.map((reference) => resolveReference(accounts, reference, filter).id))]
  }

  #now(): string {
    return formatTime(this.#parts.clock())
  }
}

export interface NextQuery {
  days?: number | undefined
  job?: string | undefined
  user?: string | undefined
  limit?: number
}

function refuseTaken(data: JobsData, name: string): void {
  if (!data.jobs.some((job) => job.name === name)) return
  throw new QwenctlError('name_in_use', `there is already a job "${name}"`, {
    hint: `change it with qwenctl jobs set ${name}, or choose another name`,
  })
}

function findJob({ jobs }: JobsData, name: string): Job {
  const found = jobs.find((job) => job.id === name) ?? jobs.find((job) => job.name === name)
  if (found !== undefined) return found
  const meant = nearest(
    name,
    jobs.map((job) => job.name),
  )
  throw new QwenctlError(
    'job_not_found',
    `there is no job "${name.slice(0, 64)}"`,
    meant === null ? {} : { hint: `did you mean ${meant}?` },
  )
}
