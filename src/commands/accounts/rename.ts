import { Args } from '@oclif/core'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { shownName } from '../../lib/terminal/accounts/account-names.ts'
import { AccountCommand, buildFilter, requiredAccountArgument } from '../base/toolkit-command.ts'

export default class AccountsRename extends AccountCommand {
  static override summary = 'rename an account'
  static override description = 'Its counts, history and key stay with it.'
  static override examples = ['<%= config.bin %> accounts rename qwen/work office']
  static override args = {
    account: requiredAccountArgument,
    name: Args.string({ description: 'new name', required: true, ignoreStdin: true }),
  }

  async run(): Promise<{ account: AccountView }> {
    const { args, flags } = await this.parse(AccountsRename)
    const account = await this.toolkit.accounts.rename(args.account, args.name, buildFilter(flags))
    this.tell(`Renamed to ${shownName(account)}.`)
    return { account }
  }
}
