import { formatDuration } from '../../lib/terminal/format/format-time.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { shownName } from '../../lib/terminal/accounts/account-names.ts'
import { formatEmpty } from '../../lib/terminal/accounts/empty-messages.ts'
import { statusCell } from '../../lib/terminal/quota/quota-table.ts'
import { AccountCommand, filterOf, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class AuthList extends AccountCommand {
  static override summary = 'list the accounts with their status'
  static override examples = ['<%= config.bin %> auth list', '<%= config.bin %> auth list -p qwen --json']
  static override flags = { provider: providerFlag, group: groupFlag }

  async run(): Promise<{ accounts: AccountView[] }> {
    const { flags } = await this.parse(AuthList)
    const filter = filterOf(flags)
    const accounts = await this.toolkit.accounts.list(filter)
    if (accounts.length === 0) this.tell(formatEmpty(filter))
    else
      this.printTable(
        columns,
        accounts.map((account) => this.row(account)),
      )
    return { accounts }
  }

  private row(account: AccountView): string[] {
    const back = account.availableAt === null ? null : Date.parse(account.availableAt) - Date.now()
    return [
      shownName(account) + (account.isDefault ? ' *' : ''),
      statusCell(account, this.palette),
      account.auth.hint ?? 'no key',
      account.groups.join(','),
      String(account.priority),
      account.statusReason === null
        ? ''
        : `${account.statusReason}${back === null ? '' : `, ${formatDuration(back)} left`}`,
    ]
  }
}

const columns = [
  { header: 'ACCOUNT' },
  { header: 'STATUS' },
  { header: 'KEY' },
  { header: 'GROUPS' },
  { header: 'PRIORITY', align: 'right' as const },
  { header: 'REASON' },
]
