import type { Palette } from '../../lib/terminal/format/color.ts'
import { printable } from '../../lib/base/text/printable.ts'
import { formatAgo, formatIn } from '../../lib/terminal/format/format-time.ts'
import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'

/** The accounts that serve a key, with their number: `all (12)`, `all of alice (20)`, or the named ones. */
export function formatReach(key: ClientKeyView): string {
  return `${formatScope(key)} (${key.accountCount})`
}

function formatScope({ user, accounts, groups }: ClientKeyView): string {
  const named = [...accounts, ...groups.map((group) => `group ${group}`)].join(', ')
  if (user === null) return named === '' ? 'all users' : named
  if (named === '') return user === 'local' ? 'all' : `all of ${user}`
  return user === 'local' ? named : `${named} of ${user}`
}

/** `active`, `spent, back in 3 h`. */
export function formatKeyStatus({ status, availableAt }: ClientKeyView, now: string): string {
  return status === 'spent' && availableAt !== null ? `spent, back ${formatIn(availableAt, now)}` : status
}

/** `never`, `in 30 days`, `2 h ago`. */
export function formatKeyExpiry({ expiresAt }: ClientKeyView, now: string): string {
  if (expiresAt === null) return 'never'
  return Date.parse(expiresAt) > Date.parse(now) ? formatIn(expiresAt, now) : formatAgo(expiresAt, now)
}

/** The headroom of each limit: `180 of 200/day`. */
export function formatKeyLeft({ limits }: ClientKeyView): string {
  const each = limits.map(
    ({ remaining, max, metric, window }) =>
      `${remaining} of ${max}${metric === 'requests' ? '' : ` ${metric}`}/${window}`,
  )
  return each.join(', ') || 'no limit'
}

function lastUseText({ lastUsedAt, isUseRecorded }: ClientKeyView, now: string): string {
  if (lastUsedAt !== null) return formatAgo(lastUsedAt, now)
  return isUseRecorded ? 'never' : 'not recorded: the key of one command, without limits'
}

/** Everything about one key. `now` as RFC 3339. */
export function formatKeyCard(key: ClientKeyView, now: string, palette: Palette): string {
  const fields: [string, string | null][] = [
    ['id', key.id],
    ['key', key.hint],
    ['accounts', printable(formatReach(key))],
    ['models', printable(key.models.join(', ')) || 'all'],
    ['left', formatKeyLeft(key)],
    ['expires', formatKeyExpiry(key, now)],
    ['former secret', key.overlapsUntil === null ? null : `works until ${key.overlapsUntil}`],
    ['created', formatAgo(key.createdAt, now)],
    ['last used', lastUseText(key, now)],
  ]
  const lines = fields.flatMap(([label, value]) =>
    value === null ? [] : [`  ${palette.quiet(label.padEnd(13))} ${value}`],
  )
  return [`${palette.strong(printable(key.name))}  ${formatKeyStatus(key, now)}`, ...lines].join('\n')
}
