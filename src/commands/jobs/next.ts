import { Args, Flags } from '@oclif/core'
import type { PlannedRun } from '../../lib/toolkit/jobs/job-views.ts'
import { formatNext } from '../../lib/terminal/jobs/job-messages.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

export default class JobsNext extends AccountCommand {
  static override summary = 'list what will run, and when'
  static override examples = [
    '<%= config.bin %> jobs next',
    '<%= config.bin %> jobs next morning --days 7 --json',
  ]
  static override args = {
    job: Args.string({ description: 'name of a job; missing: all', ignoreStdin: true }),
  }
  static override flags = {
    days: Flags.integer({ description: 'days to look ahead', min: 1, max: 366, default: 1, helpValue: 'N' }),
    limit: Flags.integer({ description: 'the first N runs', min: 1, default: 50, helpValue: 'N' }),
  }

  async run(): Promise<{ runs: PlannedRun[] }> {
    const { args, flags } = await this.parse(JobsNext)
    const { days, limit, user } = flags
    const runs = await this.toolkit.jobs.next({ days, limit, job: args.job, user })
    const now = new Date().toISOString()
    if (runs.length === 0) this.tell('Nothing is planned. The jobs: qwenctl jobs list')
    else
      this.printTable(
        columns,
        runs.map((run) => formatRow(run, now)),
      )
    return { runs }
  }
}

const columns = [{ header: 'AT' }, { header: 'IN' }, { header: 'JOB' }, { header: 'ACCOUNT' }]

function formatRow({ at, job, account }: PlannedRun, now: string): string[] {
  return [at, formatNext(at, now), job, `${account.provider}/${account.name}`]
}
