import { formatDuration } from '../../lib/base/durations.ts'
import type { ArchivedView } from '../../lib/toolkit/views.ts'
import { shownName } from '../../lib/terminal/accounts/account-names.ts'
import { AccountCommand, buildFilter, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class AccountsArchived extends AccountCommand {
  static override summary = 'list archived accounts'
  static override description =
    'Newest first. accounts unarchive restores one with its key and counts; auth remove --purge destroys one.'
  static override examples = [
    '<%= config.bin %> accounts archived',
    '<%= config.bin %> accounts archived --json',
  ]
  static override flags = { provider: providerFlag, group: groupFlag }

  async run(): Promise<{ accounts: ArchivedView[] }> {
    const { flags } = await this.parse(AccountsArchived)
    const accounts = await this.toolkit.archive.list(buildFilter(flags))
    if (accounts.length === 0) this.tell('No account is archived.')
    else
      this.printTable(
        columns,
        accounts.map((account) => row(account)),
      )
    return { accounts }
  }
}

const columns = [
  { header: 'ACCOUNT' },
  { header: 'REMOVED' },
  { header: 'KEY' },
  { header: 'GROUPS' },
  { header: 'ID' },
]

function row(account: ArchivedView): string[] {
  const since = formatDuration(Date.now() - Date.parse(account.archivedAt))
  return [
    shownName(account),
    `${since} ago`,
    account.auth.hint ?? 'no key',
    account.groups.join(','),
    account.id,
  ]
}
