import { Args } from '@oclif/core'
import { QwenctlError } from '../../../lib/base/errors.ts'
import type { AccountView } from '../../../lib/toolkit/views.ts'
import { accountsAnswer, shownName } from '../../../lib/terminal/accounts/account-names.ts'
import type { AccountsAnswer } from '../../../lib/terminal/accounts/account-names.ts'
import { templateChanges } from '../../../lib/terminal/accounts/template-changes.ts'
import type { TemplateChange } from '../../../lib/terminal/accounts/template-changes.ts'
import { printable } from '../../../lib/terminal/format/text-width.ts'
import { canAsk, confirmOrCancel } from '../../../lib/terminal/input/prompt.ts'
import { resolveTargets } from '../../base/account-targets.ts'
import {
  AccountCommand,
  accountArguments,
  buildFilter,
  groupFlag,
  providerFlag,
  yesFlag,
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
  static override flags = { group: groupFlag, provider: providerFlag, yes: yesFlag }

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
    const changes = await this.#foresee(args.template, ids)
    await this.#confirmLosses([...changes.values()].flat(), flags.yes)
    const changed: AccountView[] = []
    for (const id of ids) {
      const account = await this.toolkit.templates.apply(args.template, id)
      changed.push(account)
      const words = (changes.get(id) ?? []).map((change) => change.words)
      this.tell(
        words.length === 0
          ? `${shownName(account)} has these settings already.`
          : `Changed ${shownName(account)}: ${printable(words.join('; '))}.`,
      )
    }
    return accountsAnswer(changed, references.length !== 1)
  }

  /** The changes at each account, by id. An unknown template has none; applying it reports the error. */
  async #foresee(name: string, ids: readonly string[]): Promise<Map<string, TemplateChange[]>> {
    const template = (await this.toolkit.templates.list()).find((one) => one.name === name)
    const accounts = await this.toolkit.accounts.records()
    const found = new Map<string, TemplateChange[]>()
    for (const account of accounts)
      if (template !== undefined && ids.includes(account.id))
        found.set(account.id, templateChanges(account, template.settings))
    return found
  }

  /** Asks in a terminal if a setting of an account would be lost. Scripts read what changed. */
  async #confirmLosses(changes: readonly TemplateChange[], yes: boolean): Promise<void> {
    const lost = [...new Set(changes.filter(({ isLoss }) => isLoss).map(({ words }) => words))]
    if (lost.length === 0 || yes || !canAsk()) return
    await confirmOrCancel(`This removes settings: ${printable(lost.join('; '))}. Continue?`, false)
  }
}
