import type { Palette } from '../../lib/terminal/format/color.ts'
import { printable } from '../../lib/base/text/printable.ts'
import { formatAgo, formatIn } from '../../lib/terminal/format/format-time.ts'
import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'

/** The accounts that serve a key, with their number: `all (12)`, `all of alice (20)`, or the named ones. */
export function servesText(key: ClientKeyView): string {
  return `${reachText(key)} (${key.accountCount})`
}

function reachText({ user, accounts, groups }: ClientKeyView): string {
  const named = [...accounts, ...groups.map((group) => `group ${group}`)].join(', ')
  if (user === null) return named === '' ? 'all users' : named
  if (named === '') return user === 'local' ? 'all' : `all of ${user}`
  return user === 'local' ? named : `${named} of ${user}`
}

/** `active`, `spent, back in 3 h`. */
export function keyStatusText({ status, availableAt }: ClientKeyView, now: string): string {
  return status === 'spent' && availableAt !== null ? `spent, back ${formatIn(availableAt, now)}` : status
}

/** `never`, `in 30 days`, `2 h ago`. */
export function expiryText({ expiresAt }: ClientKeyView, now: string): string {
  if (expiresAt === null) return 'never'
  return Date.parse(expiresAt) > Date.parse(now) ? formatIn(expiresAt, now) : formatAgo(expiresAt, now)
}

/** The headroom of each limit: `180 of 200/day`. */
export function keyLeftText({ limits }: ClientKeyView): string {
  const each = limits.map(
    ({ remaining, max, metric, window }) =>
      `${remaining} of ${max}${metric === 'requests' ? '' : ` ${metric}`}/${window}`,
  )
  return each.join(', ') || 'no limit'
}

/** Everything about one key. `now` as RFC 3339. */
export function keyCard(key: ClientKeyView, now: string, palette: Palette): string {
  const fields: [string, string | null][] = [
    ['id', key.id],
    ['key', key.hint],
    ['accounts', printable(servesText(key))],
    ['models', printable(key.models.join(', ')) || 'all'],
    ['left', keyLeftText(key)],
    ['expires', expiryText(key, now)],
    ['former secret', key.overlapsUntil === null ? null : `works until ${key.overlapsUntil}`],
    ['created', formatAgo(key.createdAt, now)],
    ['last used', key.lastUsedAt === null ? 'never' : formatAgo(key.lastUsedAt, now)],
  ]
  const lines = fields.flatMap(([label, value]) =>
    value === null ? [] : [`  ${palette.quiet(label.padEnd(13))} ${value}`],
  )
  return [`${palette.strong(printable(key.name))}  ${keyStatusText(key, now)}`, ...lines].join('\n')
}
