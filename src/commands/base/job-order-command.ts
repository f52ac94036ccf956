import { QwenctlError } from '../../lib/base/errors.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { accountsAnswer, shownName } from '../../lib/terminal/accounts/account-names.ts'
import type { AccountsAnswer } from '../../lib/terminal/accounts/account-names.ts'
import { findNamedTargets } from './account-targets.ts'
import { AccountCommand, buildFilter } from './toolkit-command.ts'

/** `accounts start` and `accounts stop`, for named accounts, a group or a provider. */
export abstract class JobOrderCommand extends AccountCommand {
  protected async orderJobs(
    isStopped: boolean,
    references: string[],
    flags: { user?: string | undefined; group?: string | undefined; provider?: string | undefined },
  ): Promise<AccountsAnswer> {
    const filter = buildFilter(flags)
    const verb = isStopped ? 'stop' : 'start'
    const ids = await findNamedTargets(this.toolkit, references, { verb, filter })
    if (ids.length === 0) throw new QwenctlError('account_not_found', 'no account matches')
    const changed: AccountView[] = []
    for (const id of ids) {
      await this.toolkit.jobs.order(id, isStopped)
      changed.push(await this.toolkit.accounts.show(id))
    }
    const names = changed.map(shownName).join(', ')
    this.tell(isStopped ? `Stopped the jobs of ${names}.` : `Started the jobs of ${names}.`)
    const disabled = changed.filter(({ enabled }) => !enabled)
    if (!isStopped && disabled.length > 0)
      this.tell(`Disabled accounts run no jobs: qwenctl accounts enable ${disabled.map(shownName).join(' ')}`)
    return accountsAnswer(changed, references.length !== 1)
  }
}
