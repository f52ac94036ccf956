import type { AccountView } from '../../lib/toolkit/views.ts'
import { formatJobOfAccount, listAccountJobs } from '../../lib/terminal/jobs/job-messages.ts'
import type { JobOfAccount } from '../../lib/terminal/jobs/job-messages.ts'
import { findOneTarget } from '../base/account-targets.ts'
import { AccountCommand, accountArgument, buildFilter } from '../base/toolkit-command.ts'

export default class AccountsShow extends AccountCommand {
  static override summary = 'show everything about one account'
  static override examples = [
    '<%= config.bin %> accounts show qwen/work',
    '<%= config.bin %> accounts show --json',
  ]
  static override args = { account: accountArgument }

  async run(): Promise<{ account: AccountView; folder: string; jobs: JobOfAccount[] }> {
    const { args, flags } = await this.parse(AccountsShow)
    const filter = buildFilter(flags)
    const account = await this.toolkit.accounts.show(
      await findOneTarget(this.toolkit, args.account, filter),
      filter,
    )
    const folder = this.toolkit.accounts.locateFolder(account)
    const jobs = listAccountJobs(account.id, await this.toolkit.jobs.list())
    this.printCard(account)
    this.print(`  ${this.palette.quiet('folder'.padEnd(13))} ${folder}`)
    const now = new Date().toISOString()
    for (const job of jobs)
      this.print(`  ${this.palette.quiet('job'.padEnd(13))} ${formatJobOfAccount(job, now)}`)
    return { account, folder, jobs }
  }
}
