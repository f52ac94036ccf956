import type { AccountsAnswer } from '../../lib/terminal/accounts/account-names.ts'
import { EnablingCommand } from '../base/enabling-command.ts'
import { accountArguments, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class AccountsDisable extends EnablingCommand {
  static override summary = 'stop accounts from serving requests'
  static override examples = [
    '<%= config.bin %> accounts disable qwen/work openai/main',
    '<%= config.bin %> accounts disable --group night',
  ]
  static override args = { account: accountArguments }
  static override flags = { group: groupFlag, provider: providerFlag }

  async run(): Promise<AccountsAnswer> {
    const { args, flags } = await this.parse(AccountsDisable)
    return this.setEnabled(false, args.account ?? [], flags)
  }
}
