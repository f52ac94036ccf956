import type { AccountsAnswer } from '../../lib/terminal/accounts/account-names.ts'
import { JobOrderCommand } from '../base/job-order-command.ts'
import { accountArguments, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class AccountsStop extends JobOrderCommand {
  static override summary = 'stop all jobs of accounts'
  static override description = 'An active run gets SIGTERM, then SIGKILL. The accounts still serve requests.'
  static override examples = [
    '<%= config.bin %> accounts stop qwen/work openai/main',
    '<%= config.bin %> accounts stop --group night',
  ]
  static override args = { account: accountArguments }
  static override flags = { group: groupFlag, provider: providerFlag }

  async run(): Promise<AccountsAnswer> {
    const { args, flags } = await this.parse(AccountsStop)
    return this.orderJobs(true, args.account ?? [], flags)
  }
}
