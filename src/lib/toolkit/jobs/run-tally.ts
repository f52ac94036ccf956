import type { RunRecord, RunStatus } from '../../store/jobs/run-records.ts'
import type { RunTail } from '../../store/jobs/run-tail.ts'

/** Ended runs of a job for an account, and skipped slots, by how they ended. */
export interface RunTotal {
  user: string
  provider: string
  account: string
  job: string
  status: Exclude<RunStatus, 'running'>
  runs: number
}

/** Counts the runs that ended since the creation of the tally, in every process of the machine. */
export class RunTally {
  readonly #tail: Pick<RunTail, 'readNew'>
  readonly #totals = new Map<string, RunTotal>()

  constructor(tail: Pick<RunTail, 'readNew'>) {
    this.#tail = tail
  }

  read(): RunTotal[] {
    for (const run of this.#tail.readNew()) this.#count(run)
    return [...this.#totals.values()]
  }

  #count({ status, user, accountName, jobName, slots }: RunRecord): void {
    if (status === 'running') return
    const [provider = '', ...name] = accountName.split('/')
    const account = name.join('/')
    const key = JSON.stringify([user, accountName, jobName, status])
    const total = this.#totals.get(key) ?? { user, provider, account, job: jobName, status, runs: 0 }
    total.runs += status === 'skipped' ? slots : 1
    this.#totals.set(key, total)
  }
}
