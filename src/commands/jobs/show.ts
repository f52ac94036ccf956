import type { JobView } from '../../lib/toolkit/jobs/job-views.ts'
import { formatJobCard } from '../../lib/terminal/jobs/job-messages.ts'
import { ToolkitCommand, jobArgument } from '../base/toolkit-command.ts'

export default class JobsShow extends ToolkitCommand {
  static override summary = 'show a job with each of its accounts'
  static override examples = ['<%= config.bin %> jobs show morning']
  static override args = { job: jobArgument }

  async run(): Promise<{ job: JobView }> {
    const { args } = await this.parse(JobsShow)
    const job = await this.toolkit.jobs.show(args.job)
    this.print(formatJobCard(job, new Date().toISOString(), this.palette))
    return { job }
  }
}
