import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { formatAgo } from '../../lib/terminal/format/format-time.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class KeysList extends ToolkitCommand {
  static override summary = 'list the client keys, what they may use and what is left of them'
  static override examples = ['<%= config.bin %> keys list', '<%= config.bin %> keys list --json']

  async run(): Promise<{ keys: ClientKeyView[] }> {
    await this.parse(KeysList)
    const keys = await this.toolkit.keys.list()
    if (keys.length === 0) this.tell('There is no client key. Next: qwenctl keys create NAME.')
    else {
      const now = new Date().toISOString()
      this.printTable(
        columns,
        keys.map((key) => row(key, now)),
      )
    }
    return { keys }
  }
}

const columns = ['KEY', 'HINT', 'STATUS', 'USER', 'FOR', 'MODELS', 'LEFT', 'EXPIRES', 'LAST USED'].map(
  (header) => ({ header }),
)

function row(key: ClientKeyView, now: string): string[] {
  const left = key.limits.map(
    ({ remaining, max, metric, window }) =>
      `${remaining} of ${max}${metric === 'requests' ? '' : ` ${metric}`}/${window}`,
  )
  const serves = [...key.accounts, ...key.groups.map((group) => `group ${group}`)]
  return [
    key.name,
    key.hint,
    key.status === 'spent' && key.availableAt !== null ? `spent until ${key.availableAt}` : key.status,
    key.user ?? 'all',
    `${serves.join(', ') || (key.user === null ? 'all' : `all of ${key.user}`)} (${key.accountCount})`,
    key.models.join(', ') || 'all',
    left.join(', ') || 'no limit',
    key.expiresAt ?? 'never',
    key.lastUsedAt === null ? '-' : formatAgo(key.lastUsedAt, now),
  ]
}
