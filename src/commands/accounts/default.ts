import type { AccountView } from '../../lib/toolkit/views.ts'
import { shownName, shownReference } from '../../lib/terminal/accounts/account-names.ts'
import { AccountCommand, accountArgument, buildFilter } from '../base/toolkit-command.ts'

export default class AccountsDefault extends AccountCommand {
  static override summary = 'set the account that commands use when none is named'
  static override description = 'Without an argument, shows the current default.'
  static override examples = [
    '<%= config.bin %> accounts default qwen/work',
    '<%= config.bin %> accounts default',
  ]
  static override args = { account: accountArgument }

  async run(): Promise<{ account: AccountView | null }> {
    const { args, flags } = await this.parse(AccountsDefault)
    if (args.account === undefined) {
      const account = await this.toolkit.accounts.getDefault()
      if (account === null)
        this.tell('There is no default account. Set one: qwenctl accounts default ACCOUNT')
      else this.print(shownReference(account))
      return { account }
    }
    const account = await this.toolkit.accounts.setDefault(args.account, buildFilter(flags))
    this.tell(`${shownName(account)} is now the default account.`)
    return { account }
  }
}
