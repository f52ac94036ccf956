import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { listStatuses, pickItems } from '../../lib/terminal/list-table.ts'
import type { ListShape } from '../../lib/terminal/list-table.ts'
import { formatAgo } from '../../lib/terminal/format/format-time.ts'
import { formatKeyExpiry, formatKeyLeft, formatKeyStatus, formatReach } from '../base/key-words.ts'
import { listFlags } from '../base/flags/list-flags.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class KeysList extends ToolkitCommand {
  static override summary = 'list client keys, what they may use and what is left'
  static override examples = ['<%= config.bin %> keys list', '<%= config.bin %> keys list --json']
  static override flags = listFlags

  async run(): Promise<{ keys: ClientKeyView[] }> {
    const { flags } = await this.parse(KeysList)
    const all = await this.toolkit.keys.list()
    const keys = pickItems(all, shape, flags)
    const now = new Date().toISOString()
    if (all.length === 0) this.tell('There are no client keys. Create one: qwenctl keys create NAME')
    else this.printList(keys, shape, { flags, rowsOf: (items) => items.map((key) => row(key, now)) })
    return { keys }
  }
}

const shape: ListShape<ClientKeyView> = {
  columns: [
    { key: 'key', aliases: ['name'], header: 'KEY', value: ({ name }) => name },
    { key: 'hint', header: 'HINT', whole: true, rank: 1 },
    { key: 'status', header: 'STATUS', rank: 10, value: ({ status }) => status },
    { key: 'user', header: 'USER', rank: 4, value: ({ user }) => user },
    { key: 'accounts', header: 'ACCOUNTS', rank: 6 },
    { key: 'models', header: 'MODELS', rank: 3 },
    {
      key: 'left',
      aliases: ['remaining'],
      header: 'LEFT',
      rank: 8,
      value: ({ limits }) => limits[0]?.remaining ?? null,
    },
    { key: 'expires', header: 'EXPIRES', rank: 5, value: ({ expiresAt }) => expiresAt },
    { key: 'last-used', header: 'LAST USED', rank: 2, value: ({ lastUsedAt }) => lastUsedAt },
  ],
  nameOf: ({ name }) => name,
  statusOf: ({ status }) => status,
  statuses: listStatuses<ClientKeyView['status']>({ active: true, expired: true, spent: true, paused: true }),
}

function row(key: ClientKeyView, now: string): string[] {
  return [
    key.name,
    key.hint,
    formatKeyStatus(key, now),
    key.user ?? 'all',
    formatReach(key),
    key.models.join(', ') || 'all',
    formatKeyLeft(key),
    formatKeyExpiry(key, now),
    key.lastUsedAt === null ? '-' : formatAgo(key.lastUsedAt, now),
  ]
}
