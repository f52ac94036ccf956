import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import type { JobView } from '../../lib/toolkit/jobs/job-views.ts'
import { formatJobCard } from '../../lib/terminal/jobs/job-messages.ts'
import { jobFlags, readCommandWords, readJobFlags } from '../base/flags/job-flags.ts'
import { ToolkitCommand, jobArgument } from '../base/toolkit-command.ts'

export default class JobsSet extends ToolkitCommand {
  static override summary = 'change a job'
  static override description =
    'Only the given settings change. A changed schedule begins now. --set adds to the values that the job has.'
  static override examples = [
    '<%= config.bin %> jobs set morning --at 08:30 --spread 10m',
    '<%= config.bin %> jobs set report --retries 2 --timeout 10m',
    '<%= config.bin %> jobs set sync --name sync-all --all -- node sync.js --fast',
  ]
  static override strict = false
  static override args = { job: jobArgument }
  static override flags = {
    ...jobFlags,
    name: Flags.string({ description: 'another name', helpValue: 'NAME' }),
  }

  async run(): Promise<{ job: JobView }> {
    const { args, argv, flags } = await this.parse(JobsSet)
    const command = readCommandWords(this.argv, argv as string[], 'jobs set NAME')
    const changes = readJobFlags(flags, command)
    if (flags.name !== undefined) changes.name = flags.name
    if (Object.keys(changes).length === 0) {
      throw new QwenctlError('invalid_usage', 'nothing to change: give at least one flag', {
        hint: 'qwenctl jobs set --help shows them',
      })
    }
    const job = await this.toolkit.jobs.set(args.job, changes)
    this.print(formatJobCard(job, new Date().toISOString(), this.palette))
    this.tell(`Changed ${job.name}.`)
    return { job }
  }
}
