import { Flags } from '@oclif/core'
import { QwenctlError, isQwenctlError } from '../../lib/base/errors.ts'
import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { AccountFilter } from '../../lib/toolkit/toolkit.ts'
import type { AccountView, ArchivedView } from '../../lib/toolkit/views.ts'
import { accountsAnswer, shownName } from '../../lib/terminal/accounts/account-names.ts'
import type { AccountsAnswer } from '../../lib/terminal/accounts/account-names.ts'
import { findNamedTargets } from '../base/account-targets.ts'
import {
  AccountCommand,
  accountArguments,
  buildFilter,
  groupFlag,
  providerFlag,
  yesFlag,
} from '../base/toolkit-command.ts'

export default class AuthRemove extends AccountCommand {
  static override aliases = ['accounts:remove']
  static override summary = 'remove accounts'
  static override description =
    'A removed account is archived, and accounts unarchive restores it. --purge destroys an account and its key, archived or not.'
  static override examples = [
    '<%= config.bin %> auth remove qwen/work',
    '<%= config.bin %> auth remove qwen/work openai/old --yes',
    '<%= config.bin %> auth remove --group night',
    '<%= config.bin %> auth remove qwen/work --purge',
  ]
  static override args = { account: accountArguments }
  static override flags = {
    group: groupFlag,
    provider: providerFlag,
    purge: Flags.boolean({ description: 'destroy the account and its key permanently' }),
    yes: yesFlag,
  }

  async run(): Promise<AccountsAnswer | { archived: ArchivedView[] }> {
    const { args, flags } = await this.parse(AuthRemove)
    const references = args.account ?? []
    const filter = buildFilter(flags)
    const archived = flags.purge ? await this.findArchived(references, filter) : null
    if (archived !== null) return this.purge(archived, flags.yes)
    const ids = await findNamedTargets(this.toolkit, references, { verb: 'remove', filter })
    if (ids.length === 0) throw new QwenctlError('account_not_found', 'no account matches')
    const names: string[] = []
    for (const id of ids) names.push(shownName(await this.toolkit.accounts.find(id)))
    await confirmOrCancel(`${flags.purge ? 'Destroy' : 'Remove'} ${names.join(', ')}?`, flags.yes)

    const removed: AccountView[] = []
    for (const id of ids) removed.push(await this.toolkit.accounts.remove(id, { purge: flags.purge }))
    this.tell(`${flags.purge ? 'Destroyed' : 'Removed'} ${names.join(', ')}.`)
    return accountsAnswer(removed, references.length !== 1)
  }

  /**
   * The archived accounts, if the first reference names no account in use; null: the references name accounts in
   * use.
   */
  private async findArchived(references: string[], filter: AccountFilter): Promise<ArchivedView[] | null> {
    const [first] = references
    if (first === undefined || (await this.isInUse(first, filter))) return null
    const found: ArchivedView[] = []
    for (const reference of references) found.push(await this.toolkit.archive.find(reference, filter))
    return found
  }

  private async isInUse(reference: string, filter: AccountFilter): Promise<boolean> {
    try {
      await this.toolkit.accounts.find(reference, filter)
      return true
    } catch (error) {
      if (isQwenctlError(error) && error.code === 'account_not_found') {
        const archived = await this.toolkit.archive.list(filter)
        return archived.length === 0 // the error about accounts in use then suggests close names
      }
      throw error
    }
  }

  private async purge(archived: ArchivedView[], yes: boolean): Promise<{ archived: ArchivedView[] }> {
    const names = archived.map(shownName).join(', ')
    await confirmOrCancel(`Destroy ${names} from the archive?`, yes)
    for (const { id } of archived) await this.toolkit.archive.purge(id)
    this.tell(`Destroyed ${names}.`)
    return { archived }
  }
}
