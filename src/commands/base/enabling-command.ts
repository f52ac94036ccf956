import { QwenctlError } from '../../lib/base/errors.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { accountsAnswer, shownName } from '../../lib/terminal/accounts/account-names.ts'
import type { AccountsAnswer } from '../../lib/terminal/accounts/account-names.ts'
import { findNamedTargets } from './account-targets.ts'
import { AccountCommand, buildFilter } from './toolkit-command.ts'

/** `accounts enable` and `accounts disable`, for named accounts, a group or a provider. */
export abstract class EnablingCommand extends AccountCommand {
  protected async setEnabled(
    enabled: boolean,
    references: string[],
    flags: { user?: string | undefined; group?: string | undefined; provider?: string | undefined },
  ): Promise<AccountsAnswer> {
    const filter = buildFilter(flags)
    const verb = enabled ? 'enable' : 'disable'
    const ids = await findNamedTargets(this.toolkit, references, { verb, filter })
    if (ids.length === 0) throw new QwenctlError('account_not_found', 'no account matches')
    const changed: AccountView[] = []
    for (const id of ids) changed.push(await this.toolkit.accounts.setEnabled(id, enabled))
    this.tell(`${enabled ? 'Enabled' : 'Disabled'} ${changed.map(shownName).join(', ')}.`)
    return accountsAnswer(changed, references.length !== 1)
  }
}
