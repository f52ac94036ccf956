import { Args, Flags } from '@oclif/core'
import type { RunView } from '../../lib/toolkit/jobs/job-views.ts'
import { formatSeconds } from '../../lib/terminal/jobs/job-messages.ts'
import { formatAgo } from '../../lib/terminal/format/format-time.ts'
import { listStatuses, pickItems } from '../../lib/terminal/list-table.ts'
import type { ListShape } from '../../lib/terminal/list-table.ts'
import { listFlags } from '../base/flags/list-flags.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class JobsRuns extends ToolkitCommand {
  static override summary = 'list runs and skipped slots, the newest first'
  static override examples = [
    '<%= config.bin %> jobs runs',
    '<%= config.bin %> jobs runs morning --status failed',
    '<%= config.bin %> jobs runs morning --output --limit 1',
  ]
  static override args = {
    job: Args.string({ description: 'name of a job; missing: all', ignoreStdin: true }),
  }
  static override flags = {
    ...listFlags,
    account: Flags.string({ char: 'a', description: 'only runs for this account', helpValue: 'ACCOUNT' }),
    limit: Flags.integer({
      description: 'the newest N runs, 50 by default',
      min: 1,
      default: 50,
      helpValue: 'N',
    }),
    output: Flags.boolean({ description: 'print the kept output of each run' }),
  }

  async run(): Promise<{ runs: RunView[] }> {
    const { args, flags } = await this.parse(JobsRuns)
    const { account, limit, output: withOutput } = flags
    const query = { job: args.job, account, limit, withOutput }
    const newest = await this.toolkit.jobs.runs(query)
    const status = flags.status as RunView['status'] | undefined
    // The newest runs of this status, at any age. An unknown status is refused below.
    const fitting = status === undefined ? [] : await this.toolkit.jobs.runs({ ...query, status })
    const runs = pickItems(status === undefined ? newest : fitting, shape, flags)
    const now = new Date().toISOString()
    if (newest.length === 0) this.tell('No job has run yet. What is planned: qwenctl jobs next')
    else if (withOutput) for (const run of runs) this.print(formatOutput(run))
    else this.printList(runs, shape, { flags, rowsOf: (items) => items.map((run) => formatRow(run, now)) })
    return { runs }
  }
}

const shape: ListShape<RunView> = {
  columns: [
    { key: 'job', aliases: ['name'], header: 'JOB', value: ({ jobName }) => jobName },
    { key: 'account', header: 'ACCOUNT', rank: 9, value: ({ accountName }) => accountName },
    { key: 'status', header: 'STATUS', rank: 10, value: ({ status }) => status },
    { key: 'slot', header: 'SLOT', rank: 5, value: ({ slot }) => slot },
    { key: 'begun', header: 'BEGUN', rank: 6, value: ({ claimedAt }) => claimedAt },
    { key: 'took', header: 'TOOK', rank: 4, value: ({ durationMs }) => durationMs },
    { key: 'reason', header: 'REASON', rank: 3 },
  ],
  nameOf: ({ id }) => id,
  statusOf: ({ status }) => status,
  statuses: listStatuses<RunView['status']>({
    running: true,
    done: true,
    failed: true,
    skipped: true,
    stopped: true,
    lost: true,
  }),
}

function formatRow(run: RunView, now: string): string[] {
  const late = run.isLate ? ' (late)' : run.isManual ? ' (manual)' : ''
  return [
    run.jobName,
    run.accountName,
    run.status,
    `${run.slot}${late}`,
    formatAgo(run.claimedAt, now),
    run.durationMs === null ? '-' : formatSeconds(run.durationMs),
    run.reason ?? '',
  ]
}

function formatOutput(run: RunView): string {
  const head = `--- ${run.jobName} for ${run.accountName}, ${run.slot}: ${run.status}`
  return [head, ...(run.reason === null ? [] : [run.reason]), run.output ?? '(no output is kept)'].join('\n')
}
