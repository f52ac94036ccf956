import { Flags } from '@oclif/core'
import { confirmOrCancel } from '../../lib/terminal/prompt.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { accountsAnswer, shownName } from '../base/account-names.ts'
import type { AccountsAnswer } from '../base/account-names.ts'
import { targetsOf } from '../base/account-targets.ts'
import { AccountCommand, requiredAccountArguments, filterOf, yesFlag } from '../base/toolkit-command.ts'

export default class AuthRemove extends AccountCommand {
  static override summary = 'remove accounts'
  static override description =
    'A removed account is archived, so it can be brought back; --purge destroys it and its key.'
  static override examples = [
    '<%= config.bin %> auth remove qwen/work',
    '<%= config.bin %> auth remove qwen/work openai/old --yes',
    '<%= config.bin %> auth remove qwen/work --purge',
  ]
  static override args = { account: requiredAccountArguments }
  static override flags = {
    purge: Flags.boolean({ description: 'destroy it and its key, without a way back' }),
    yes: yesFlag,
  }

  async run(): Promise<AccountsAnswer> {
    const { args, flags } = await this.parse(AuthRemove)
    const references = args.account
    const filter = filterOf(flags)
    const ids = await targetsOf(this.toolkit, references, filter)
    const names: string[] = []
    for (const id of ids) names.push(shownName(await this.toolkit.accounts.find(id)))
    await confirmOrCancel(`${flags.purge ? 'Destroy' : 'Remove'} ${names.join(', ')}?`, flags.yes)

    const removed: AccountView[] = []
    for (const id of ids) removed.push(await this.toolkit.accounts.remove(id, { purge: flags.purge }))
    this.tell(`${flags.purge ? 'Destroyed' : 'Removed'} ${names.join(', ')}.`)
    return accountsAnswer(removed, references.length > 1)
  }
}
