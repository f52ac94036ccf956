import type { AccountsAnswer } from '../../lib/terminal/accounts/account-names.ts'
import { JobOrderCommand } from '../base/job-order-command.ts'
import { accountArguments, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class AccountsStart extends JobOrderCommand {
  static override summary = 'start the jobs of accounts again'
  static override description = 'Jobs begin with their next slot. Slots from the stop do not run.'
  static override examples = [
    '<%= config.bin %> accounts start qwen/work openai/main',
    '<%= config.bin %> accounts start --group night',
  ]
  static override args = { account: accountArguments }
  static override flags = { group: groupFlag, provider: providerFlag }

  async run(): Promise<AccountsAnswer> {
    const { args, flags } = await this.parse(AccountsStart)
    return this.orderJobs(false, args.account ?? [], flags)
  }
}
