import { nameProblem } from '../../account/name.ts'
import type { AccountOrder, Job } from '../../schedule/job.ts'
import type { Home } from '../home.ts'
import { JsonDocument } from './document.ts'
import { openSharedDocument } from '../redis/open-store.ts'

export interface JobsData {
  version: 1
  jobs: Job[]
  /** The order of a person for all jobs of an account, by account id. */
  accounts: Record<string, AccountOrder>
}

/** `jobs.json`: scheduled work. Holds no secret. */
export function openJobsDocument(home: Home): JsonDocument<JobsData> {
  return new JsonDocument<JobsData>({
    file: home.jobsFile,
    kind: 'job store',
    version: 1,
    shared: () => openSharedDocument(home, 'jobs'),
    empty: () => ({ version: 1, jobs: [], accounts: {} }),
    validate: describeProblem,
  })
}

function describeProblem(data: unknown): string | null {
  const { jobs, accounts } = data as { jobs?: unknown; accounts?: unknown }
  if (!Array.isArray(jobs)) return 'jobs must be a list'
  if (typeof accounts !== 'object' || accounts === null) return 'accounts must be an object'
  const index = (jobs as unknown[]).findIndex((job) => !isJob(job))
  return index < 0 ? null : `jobs[${index}] is not a job`
}

function isJob(value: unknown): boolean {
  const job = (value ?? {}) as Partial<Job>
  const { id, name, accounts, groups, spreadMs, timeoutMs, retries, since } = job
  const numbers: unknown[] = [spreadMs, timeoutMs, retries]
  return (
    typeof id === 'string' &&
    typeof name === 'string' &&
    nameProblem(name) === null &&
    typeof job.schedule?.kind === 'string' &&
    typeof job.action?.kind === 'string' &&
    typeof job.zone === 'string' &&
    [accounts, groups].every((list) => Array.isArray(list)) &&
    numbers.every((number) => typeof number === 'number' && number >= 0) &&
    Number.isFinite(Date.parse(since ?? ''))
  )
}
