import type { JobView } from '../../lib/toolkit/jobs/job-views.ts'
import { formatAction, formatNext, formatRun } from '../../lib/terminal/jobs/job-messages.ts'
import { listStatuses, pickItems } from '../../lib/terminal/list-table.ts'
import type { ListShape } from '../../lib/terminal/list-table.ts'
import { listFlags } from '../base/flags/list-flags.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

export default class JobsList extends AccountCommand {
  static override summary = 'list jobs, their next run and their last one'
  static override examples = [
    '<%= config.bin %> jobs list',
    '<%= config.bin %> jobs list --status paused --json',
  ]
  static override flags = listFlags

  async run(): Promise<{ jobs: JobView[] }> {
    const { flags } = await this.parse(JobsList)
    const { user } = flags
    const all = await this.toolkit.jobs.list(user === undefined ? {} : { user })
    const jobs = pickItems(all, shape, flags)
    const now = new Date().toISOString()
    if (all.length === 0)
      this.tell('There are no jobs. Add one: qwenctl jobs add NAME --at 07:00 --all --ask "TEXT"')
    else this.printList(jobs, shape, { flags, rowsOf: (items) => items.map((job) => formatRow(job, now)) })
    return { jobs }
  }
}

const shape: ListShape<JobView> = {
  columns: [
    { key: 'job', aliases: ['name'], header: 'JOB', value: ({ name }) => name },
    { key: 'status', header: 'STATUS', rank: 10, value: ({ status }) => status },
    { key: 'schedule', header: 'SCHEDULE', rank: 6, value: ({ schedule }) => schedule },
    { key: 'accounts', header: 'ACCOUNTS', rank: 5, value: ({ accounts }) => accounts.length },
    { key: 'next', header: 'NEXT', rank: 8, value: ({ nextAt }) => nextAt },
    { key: 'last', header: 'LAST', rank: 7, value: ({ lastRun }) => lastRun?.claimedAt ?? null },
    { key: 'does', header: 'DOES', rank: 2 },
  ],
  nameOf: ({ name }) => name,
  statusOf: ({ status }) => status,
  statuses: listStatuses<JobView['status']>({
    active: true,
    running: true,
    paused: true,
    stopped: true,
    'no-accounts': true,
  }),
}

function formatRow(job: JobView, now: string): string[] {
  const zone = job.zone === 'UTC' ? '' : ` ${job.zone}`
  return [
    job.name,
    job.status,
    `${job.schedule}${zone}`,
    String(job.accounts.length),
    formatNext(job.nextAt, now),
    formatRun(job.lastRun, now),
    formatAction(job.action),
  ]
}
