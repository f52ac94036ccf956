import { printable } from '../../lib/terminal/format/text-width.ts'
import { pickItems } from '../../lib/terminal/list-table.ts'
import type { ListShape } from '../../lib/terminal/list-table.ts'
import { formatDuration } from '../../lib/base/durations.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { shownName, shownReference } from '../../lib/terminal/accounts/account-names.ts'
import { listFlags } from '../base/flags/list-flags.ts'
import { accountStatuses, statusCell } from '../../lib/terminal/quota/quota-table.ts'
import { AccountCommand, buildFilter, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class AuthList extends AccountCommand {
  static override aliases = ['accounts:list']
  static override summary = 'list accounts with their status'
  static override examples = [
    '<%= config.bin %> auth list',
    '<%= config.bin %> auth list -p qwen --json',
    '<%= config.bin %> auth list --status exhausted -q',
  ]
  static override flags = { provider: providerFlag, group: groupFlag, ...listFlags }

  async run(): Promise<{ accounts: AccountView[] }> {
    const { flags } = await this.parse(AuthList)
    const filter = buildFilter(flags)
    const all = await this.toolkit.accounts.list(filter)
    const accounts = pickItems(all, shape, flags)
    if (all.length === 0) await this.tellEmpty(filter)
    else this.printList(accounts, shape, { flags, rowsOf: (items) => items.map((item) => this.row(item)) })
    return { accounts }
  }

  private row(account: AccountView): string[] {
    return [
      shownName(account) + (account.isDefault ? ' *' : ''),
      statusCell(account, this.palette),
      account.auth.hint ?? 'no key',
      account.groups.join(','),
      String(account.priority),
      formatReason(account),
    ]
  }
}

/** The reason why the account is out, the time left, and the command that brings it back. */
function formatReason({ statusReason, availableAt, fix }: AccountView): string {
  if (statusReason === null) return ''
  const left = availableAt === null ? '' : `, ${formatDuration(Date.parse(availableAt) - Date.now())} left`
  return `${printable(statusReason)}${left}${fix === null ? '' : `: ${fix}`}`
}

const shape: ListShape<AccountView> = {
  columns: [
    { key: 'account', aliases: ['name'], header: 'ACCOUNT', value: shownReference },
    { key: 'status', header: 'STATUS', rank: 10, value: ({ status }) => status },
    { key: 'key', header: 'KEY', whole: true, value: ({ auth }) => auth.hint },
    { key: 'groups', header: 'GROUPS', value: ({ groups }) => groups.join(',') },
    { key: 'priority', header: 'PRIORITY', align: 'right', value: ({ priority }) => priority },
    { key: 'reason', header: 'REASON', rank: 5, value: ({ statusReason }) => statusReason },
  ],
  nameOf: shownReference,
  statusOf: ({ status }) => status,
  statuses: accountStatuses,
}
