import type { AccountView } from '../../lib/toolkit/views.ts'
import { oneTarget } from '../base/account-targets.ts'
import { AccountCommand, accountArgument, buildFilter } from '../base/toolkit-command.ts'

export default class AccountsShow extends AccountCommand {
  static override summary = 'show everything about one account'
  static override examples = [
    '<%= config.bin %> accounts show qwen/work',
    '<%= config.bin %> accounts show --json',
  ]
  static override args = { account: accountArgument }

  async run(): Promise<{ account: AccountView }> {
    const { args, flags } = await this.parse(AccountsShow)
    const filter = buildFilter(flags)
    const account = await this.toolkit.accounts.show(
      await oneTarget(this.toolkit, args.account, filter),
      filter,
    )
    this.printCard(account)
    return { account }
  }
}
