import type { AccountsAnswer } from '../../lib/terminal/accounts/account-names.ts'
import { EnablingCommand } from '../base/enabling-command.ts'
import { accountArguments, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class AccountsEnable extends EnablingCommand {
  static override summary = 'let accounts serve requests again'
  static override examples = [
    '<%= config.bin %> accounts enable qwen/work openai/main',
    '<%= config.bin %> accounts enable --group night',
  ]
  static override args = { account: accountArguments }
  static override flags = { group: groupFlag, provider: providerFlag }

  async run(): Promise<AccountsAnswer> {
    const { args, flags } = await this.parse(AccountsEnable)
    return this.setEnabled(true, args.account ?? [], flags)
  }
}
