import { Args, Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { accountsAnswer, shownName } from '../../lib/terminal/accounts/account-names.ts'
import type { AccountsAnswer } from '../../lib/terminal/accounts/account-names.ts'
import { AccountCommand, buildFilter } from '../base/toolkit-command.ts'

export default class AccountsUnarchive extends AccountCommand {
  static override summary = 'restore archived accounts'
  static override description =
    'Accounts return with their key, settings, folder and counts. If several had the same name, the one removed last returns; an id selects another.'
  static override examples = [
    '<%= config.bin %> accounts unarchive qwen/work',
    '<%= config.bin %> accounts unarchive qwen/work --as work-2',
  ]
  static override args = {
    archived: Args.string({
      description: 'archived accounts: name, provider/name, user:provider/name or id',
      multiple: true,
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    as: Flags.string({ description: 'restore it under another name', helpValue: 'NAME' }),
  }

  async run(): Promise<AccountsAnswer> {
    const { args, flags } = await this.parse(AccountsUnarchive)
    if (flags.as !== undefined && args.archived.length > 1) {
      throw new QwenctlError('invalid_usage', '--as takes one account, and several were given', {
        hint: 'restore them one at a time',
      })
    }
    const { archive } = this.toolkit
    const ids = new Set<string>()
    for (const reference of args.archived) ids.add((await archive.find(reference, buildFilter(flags))).id)
    const restored: AccountView[] = []
    for (const id of ids) restored.push(await archive.restore(id, flags.as))
    this.tell(`Restored ${restored.map(shownName).join(', ')}.`)
    return accountsAnswer(restored, args.archived.length > 1)
  }
}
