import { renderGauge } from '../format/gauge.ts'
import { printable } from '../format/text-width.ts'
import { formatAgo, formatIn, comingTime } from '../format/format-time.ts'
import type { AccountView, LimitView } from '../../toolkit/views.ts'
import { shownName } from './account-names.ts'
import { limitName, shortNumber, statusCell } from '../quota/quota-table.ts'
import type { Look } from '../quota/quota-table.ts'

/** The card of one account, for `accounts show` and after every change. `now` as RFC 3339. */
export function formatAccountCard(account: AccountView, now: string, look: Look): string {
  const { palette } = look
  const status = statusCell(account, palette)
  const back = account.availableAt === null ? '' : `, back ${formatIn(account.availableAt, now)}`
  const reason = account.statusReason === null ? '' : ` (${printable(account.statusReason)}${back})`
  const lines = [
    `${palette.strong(shownName(account))}  ${status}${reason}${account.isDefault ? '  default' : ''}`,
  ]
  for (const [label, value] of fields(account, now, look))
    lines.push(`  ${palette.quiet(label.padEnd(13))} ${value}`)
  return lines.join('\n')
}

function fields(account: AccountView, now: string, look: Look): [string, string][] {
  const given: [string, string | null][] = [
    ['fix', account.fix],
    ['id', account.id],
    ['credential', formatCredential(account, now)],
    ['base URL', printable(account.baseUrl ?? "the provider's own")],
    ['service', account.service === null ? null : `/services/${account.service}`],
    ['egress proxy', account.egressProxy === null ? null : printable(account.egressProxy)],
    ['groups', printable(account.groups.join(', ')) || null],
    ['quota group', account.quotaGroup === null ? null : printable(account.quotaGroup)],
    ['models', account.models === null ? null : printable(account.models.join(', '))],
    ['order', `priority ${account.priority}, weight ${account.weight}`],
    ...account.limits.map((limit): [string, string] => ['limit', limitWords(limit, now, look)]),
    ['limit', account.limits.length === 0 ? 'none' : null],
    ['today', formatToday(account)],
    ['last used', account.lastUsedAt === null ? 'never' : formatAgo(account.lastUsedAt, now)],
    ...account.cooldowns.map((one): [string, string] => [
      'cooldown',
      `${one.model ?? one.scope}: ${one.words}${one.until === null ? '' : `, until ${comingTime(one.until, now)}`}`,
    ]),
  ]
  return given.flatMap(([label, value]) => (value === null ? [] : [[label, value]]))
}

function formatCredential(account: AccountView, now: string): string {
  const { type, hint, expiresAt } = account.auth
  if (type === 'none') return 'none needed'
  const expiry = expiresAt === null ? '' : `, expires ${formatIn(expiresAt, now)}`
  return `${type === 'oauth' ? 'login' : 'API key'} ${hint ?? ''}${expiry}`
}

function limitWords(limit: LimitView, now: string, look: Look): string {
  const gauge = renderGauge(limit.used, limit.max, { ...look, width: 10 })
  const resets = limit.resetsAt === null ? '' : `, resets ${formatIn(limit.resetsAt, now)}`
  const counts = `${shortNumber(limit.used)} of ${shortNumber(limit.max)} used, ${shortNumber(limit.remaining)} left`
  return `${gauge} ${limitName(limit)}: ${counts}${resets} (${formatSource(limit)})`
}

function formatToday({ today }: AccountView): string {
  const cost = today.costUsd === null ? '' : `, ${today.costUsd.toFixed(4)} USD`
  const tokens = `${shortNumber(today.inputTokens)} tokens in, ${shortNumber(today.outputTokens)} out`
  const estimated = today.estimatedTokens === 0 ? '' : ` (${shortNumber(today.estimatedTokens)} estimated)`
  const unreached = today.unreached === 0 ? '' : `, ${today.unreached} never left`
  return `${today.attempted} attempted, ${today.answered} answered${unreached}, ${tokens}${estimated}${cost}`
}

function formatSource({ source, from }: LimitView): string {
  return from === null ? source : `${source} from ${printable(from)}`
}
