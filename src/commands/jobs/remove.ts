import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { JobView } from '../../lib/toolkit/jobs/job-views.ts'
import { ToolkitCommand, jobArgument, yesFlag } from '../base/toolkit-command.ts'

export default class JobsRemove extends ToolkitCommand {
  static override summary = 'remove a job; an active run of it is stopped'
  static override examples = ['<%= config.bin %> jobs remove morning --yes']
  static override args = { job: jobArgument }
  static override flags = { yes: yesFlag }

  async run(): Promise<{ job: JobView }> {
    const { args, flags } = await this.parse(JobsRemove)
    const { name } = await this.toolkit.jobs.find(args.job)
    await confirmOrCancel(`Remove the job ${name}?`, flags.yes)
    const job = await this.toolkit.jobs.remove(args.job)
    this.tell(`Removed ${job.name}.`)
    return { job }
  }
}
