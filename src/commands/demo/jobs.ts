import type { JobsDemoDocument } from '../../lib/demo/demo-jobs.ts'
import type { RunView } from '../../lib/toolkit/jobs/job-views.ts'
import { DemoCommand } from '../base/demo-command.ts'

export default class DemoJobs extends DemoCommand {
  static override enableJsonFlag = true
  static override summary = 'watch scheduled work over three accounts, with simulated accounts'
  static override description =
    'Runs a staggered job and a job that always fails, with two schedules at once, in a temporary home. Your own accounts are not touched, and no provider is called.'
  static override examples = ['<%= config.bin %> demo jobs', '<%= config.bin %> demo jobs --json']

  async run(): Promise<JobsDemoDocument> {
    await this.parse(DemoJobs)
    const { playJobs } = await import('../../lib/demo/demo-jobs.ts')
    this.print(
      'The job greet asks each account every 3 s, with a delay of its own. The job broken always fails.',
    )
    this.print('Two schedules run at once, as two proxies would.\n')
    const document = await this.untilInterrupted(({ signal }) =>
      playJobs({
        startSchedule: this.startSchedule,
        onRun: (run) => this.print(formatRun(run)),
        onTrouble: this.onTrouble,
        signal,
        every: '3s',
        hasFailingJob: true,
        playMs: 9_000,
        enoughRuns: Infinity,
      }),
    )
    const { runs, eachSlotOnce, failing } = document
    this.print(`\nbroken is ${failing?.status}: ${failing?.reason}`)
    const verdict = eachSlotOnce ? 'Each slot ran once' : 'A slot ran TWICE'
    this.print(`${verdict}: ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}.`)
    if (!eachSlotOnce) process.exitCode = 1
    return document
  }
}

function formatRun({ jobName, accountName, slot, claimedAt, status, reason }: RunView): string {
  const time = claimedAt.slice(11, 23)
  const why = reason === null ? '' : `: ${reason}`
  return `${time}  ${jobName.padEnd(7)} ${accountName.padEnd(14)} slot ${slot.slice(11, 19)}  ${status}${why}`
}
