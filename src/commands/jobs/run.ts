import { QwenctlError } from '../../lib/base/errors.ts'
import type { RunView } from '../../lib/toolkit/jobs/job-views.ts'
import { formatSeconds } from '../../lib/terminal/jobs/job-messages.ts'
import { jobAccountsFlag } from '../base/flags/job-flags.ts'
import { runJobNow } from '../base/proxy/run-schedule.ts'
import { ToolkitCommand, jobArgument } from '../base/toolkit-command.ts'

export default class JobsRun extends ToolkitCommand {
  static override summary = 'run a job now, for all of its accounts or for some'
  static override description =
    'It needs no running proxy, and takes no slot of the schedule. Exits with 1 when a run fails.'
  static override examples = [
    '<%= config.bin %> jobs run morning',
    '<%= config.bin %> jobs run morning -a qwen/work',
  ]
  static override args = { job: jobArgument }
  static override flags = { account: jobAccountsFlag }

  async run(): Promise<{ runs: RunView[] }> {
    const { args, flags } = await this.parse(JobsRun)
    const runs = await runJobNow(this.toolkit, args.job, {
      accounts: flags.account ?? [],
      env: process.env,
      onTrouble: (message) => this.caution(message),
      onEnd: (run) => this.sayEnd(run),
    })
    const failed = runs.filter(({ status }) => status !== 'done')
    if (failed.length > 0) process.exitCode = 1
    if (runs.length === 0) {
      throw new QwenctlError('account_not_found', `the job ${args.job} has no account that can run it`, {
        hint: `qwenctl jobs show ${args.job} says why`,
      })
    }
    return { runs }
  }

  private sayEnd(run: RunView): void {
    const took = run.durationMs === null ? '' : ` after ${formatSeconds(run.durationMs)}`
    this.tell(`${run.accountName}: ${run.status}${took}${run.reason === null ? '' : `: ${run.reason}`}`)
    if (run.output !== null && run.output !== undefined && run.output !== '') this.print(run.output)
  }
}
