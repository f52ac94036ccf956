import type { JobView } from '../../lib/toolkit/jobs/job-views.ts'
import { jobAccountsFlag } from '../base/flags/job-flags.ts'
import { ToolkitCommand, jobArgument } from '../base/toolkit-command.ts'

export default class JobsResume extends ToolkitCommand {
  static override summary = 'resume a paused job'
  static override description = 'The next slot runs. Slots from the pause do not.'
  static override examples = [
    '<%= config.bin %> jobs resume morning',
    '<%= config.bin %> jobs resume morning -a qwen/work',
  ]
  static override args = { job: jobArgument }
  static override flags = { account: jobAccountsFlag }

  async run(): Promise<{ job: JobView }> {
    const { args, flags } = await this.parse(JobsResume)
    const job = await this.toolkit.jobs.resume(args.job, flags.account)
    this.tell(`Resumed ${job.name}.`)
    return { job }
  }
}
