import { Args } from '@oclif/core'
import { QwenctlError } from '../../../lib/base/errors.ts'
import type { AccountView } from '../../../lib/toolkit/views.ts'
import { accountsAnswer, shownName } from '../../../lib/terminal/accounts/account-names.ts'
import type { AccountsAnswer } from '../../../lib/terminal/accounts/account-names.ts'
import { resolveTargets } from '../../base/account-targets.ts'
import {
  AccountCommand,
  accountArguments,
  buildFilter,
  groupFlag,
  providerFlag,
} from '../../base/toolkit-command.ts'

export default class AccountsTemplateApply extends AccountCommand {
  static override summary = 'apply a template to accounts'
  static override description =
    'Replaces groups, priority, weight, limits, quota group and models. Files for jobs and media that the account lacks are added. The base URL is replaced for accounts at the provider of the template.'
  static override examples = [
    '<%= config.bin %> accounts template apply night qwen/work qwen/home',
    '<%= config.bin %> accounts template apply night --group new',
  ]
  static override args = {
    template: Args.string({ description: 'name of the template', required: true, ignoreStdin: true }),
    account: accountArguments,
  }
  static override flags = { group: groupFlag, provider: providerFlag }

  async run(): Promise<AccountsAnswer> {
    const { args, flags } = await this.parse(AccountsTemplateApply)
    const references = args.account ?? []
    const filter = buildFilter(flags)
    if (references.length === 0 && filter.group === undefined && filter.provider === undefined) {
      throw new QwenctlError('invalid_usage', 'name the accounts to change', {
        hint: 'give account names, --group GROUP or --provider PROVIDER',
      })
    }
    const ids = await resolveTargets(this.toolkit, references, filter)
    if (ids.length === 0) throw new QwenctlError('account_not_found', 'no account matches')
    const changed: AccountView[] = []
    for (const id of ids) changed.push(await this.toolkit.templates.apply(args.template, id))
    this.tell(`Changed ${changed.map(shownName).join(', ')}.`)
    return accountsAnswer(changed, references.length !== 1)
  }
}
