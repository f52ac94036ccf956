import type { JobView } from '../../lib/toolkit/jobs/job-views.ts'
import { jobAccountsFlag } from '../base/flags/job-flags.ts'
import { ToolkitCommand, jobArgument } from '../base/toolkit-command.ts'

export default class JobsPause extends ToolkitCommand {
  static override summary = 'pause a job, for all of its accounts or for some'
  static override description = 'An active run ends normally. No further slot runs until the job is resumed.'
  static override examples = [
    '<%= config.bin %> jobs pause morning',
    '<%= config.bin %> jobs pause morning -a qwen/work',
  ]
  static override args = { job: jobArgument }
  static override flags = { account: jobAccountsFlag }

  async run(): Promise<{ job: JobView }> {
    const { args, flags } = await this.parse(JobsPause)
    const job = await this.toolkit.jobs.pause(args.job, flags.account)
    this.tell(`Paused ${job.name}.`)
    return { job }
  }
}
