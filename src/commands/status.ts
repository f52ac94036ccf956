import { formatCount, pluralize } from '../lib/base/text/count-noun.ts'
import { printable } from '../lib/terminal/format/text-width.ts'
import { formatIn } from '../lib/terminal/format/format-time.ts'
import type { ProxyStanding } from '../lib/toolkit/proxies.ts'
import { statusText } from '../lib/toolkit/quota/status-text.ts'
import type { AccountQuotaView, QuotaDocument } from '../lib/toolkit/views.ts'
import { shownName } from '../lib/terminal/accounts/account-names.ts'
import { shortNumber } from '../lib/terminal/quota/quota-table.ts'
import { AccountCommand, buildFilter } from './base/toolkit-command.ts'

const MOST_NAMED = 5

interface StatusDocument {
  proxies: ProxyStanding[]
  totals: QuotaDocument['totals']
  /** Accounts that cannot serve, or not every model; disabled accounts are left out. */
  troubled: AccountQuotaView[]
  /** The account that runs out first at its current pace; null: none runs out before its reset. */
  runsOutNext: { account: AccountQuotaView; at: string } | null
}

export default class Status extends AccountCommand {
  static override summary = 'show in a few lines what runs, what has problems and what runs out next'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']

  async run(): Promise<StatusDocument> {
    const { flags } = await this.parse(Status)
    const document = await this.toolkit.quotas.show([], buildFilter(flags))
    const status: StatusDocument = {
      proxies: await this.toolkit.proxies.standings(),
      totals: document.totals,
      troubled: document.accounts.filter(isTroubled),
      runsOutNext: firstToRunOut(document.accounts),
    }
    this.print(statusLines(status, document.now).join('\n'))
    return status
  }
}

function statusLines({ proxies, totals, troubled, runsOutNext }: StatusDocument, now: string): string[] {
  const running = proxies.map(proxyText)
  const lines = running.length > 0 ? running : ['proxy     none runs; start one: qwenctl proxy start']
  if (totals.accounts === 0) return [...lines, 'accounts  none yet; add one: qwenctl auth add']
  lines.push(`accounts  ${totals.ready} of ${totals.accounts} ready; ${leftText(totals)}`)
  for (const account of troubled.slice(0, MOST_NAMED)) lines.push(`trouble   ${troubleText(account, now)}`)
  if (troubled.length > MOST_NAMED)
    lines.push(
      `          and ${formatCount(troubled.length - MOST_NAMED, 'more account')}: qwenctl quota show`,
    )
  if (runsOutNext !== null)
    lines.push(`runs out  ${shownName(runsOutNext.account)} ${formatIn(runsOutNext.at, now)} at this pace`)
  return lines
}

function proxyText({ url, pid, strategy, state }: ProxyStanding): string {
  const place = `proxy     ${url} (pid ${pid})`
  if (state === 'silent')
    return `${place} does not answer; it may be stopped or stuck; end it with kill ${pid}`
  return `${place}, ${strategy}${state === 'draining' ? ', ends after its last request' : ''}`
}

function leftText({ remaining, remainingMinute, requests }: QuotaDocument['totals']): string {
  const left =
    remaining === null
      ? 'no request limit is known'
      : `${shortNumber(remaining)} ${pluralize(remaining, 'request')} left`
  const minute = remainingMinute === null ? '' : `, ${shortNumber(remainingMinute)} this minute`
  return `${left}${minute}; ${shortNumber(requests)} today`
}

function troubleText(account: AccountQuotaView, now: string): string {
  const reason = account.statusReason === null ? '' : ` (${printable(account.statusReason)})`
  const back = account.availableAt === null ? '' : `, back ${formatIn(account.availableAt, now)}`
  const fix = account.fix === null ? '' : `: ${account.fix}`
  return `${shownName(account)} ${statusText(account)}${reason}${back}${fix}`
}

/** Otherwise one client's wrong model name would list every account here. */
const lastingGaps: ReadonlySet<string> = new Set(['model-unavailable', 'route-missing'])

function isTroubled({ status, cooldowns }: AccountQuotaView): boolean {
  if (status !== 'ready') return status !== 'disabled'
  return cooldowns.some(({ model, reason }) => model !== null && !lastingGaps.has(reason))
}

function firstToRunOut(accounts: AccountQuotaView[]): StatusDocument['runsOutNext'] {
  const expected = accounts.flatMap((account) =>
    account.limits.flatMap(({ forecast }) => {
      const at = forecast?.exhaustsAt ?? null
      return account.status !== 'ready' || at === null ? [] : [{ account, at }]
    }),
  )
  return expected.sort((a, b) => a.at.localeCompare(b.at))[0] ?? null
}
