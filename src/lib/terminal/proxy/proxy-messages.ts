import { formatCount } from '../../base/text/count-noun.ts'
import { hostname, networkInterfaces } from 'node:os'
import type { AttemptReport } from '../../proxy/pool/reports.ts'
import { outcomeWords } from '../../observe/outcome-words.ts'
import type { Palette } from '../format/color.ts'
import { cutToWidth, printable, textWidth } from '../format/text-width.ts'
import type { ProxyView } from '../../toolkit/proxies.ts'

export { outcomeWords }

export interface Listening {
  palette: Palette
  /** Before the first line. */
  mark?: string
  /** A client key exists, so every request needs one. */
  needsKey?: boolean
  /** Addresses at which other machines reach this one: its host name and its IP addresses. */
  hosts?: readonly string[]
}

/** The next steps for a proxy that has begun to listen. */
export function formatListening(view: ProxyView, listening: Listening): string {
  const { accounts, strategy, user = null } = view
  const { palette, mark = '●', needsKey = false, hosts = [] } = listening
  const url = urlFromHere(view)
  const key = needsKey ? 'qk_...' : 'any'
  const others = listensEverywhere(view) ? hosts.map((host) => `http://${host}:${view.port}`) : []
  return [
    `${palette.good(mark)} ${palette.strong(url)} answers for ${formatAccounts(accounts)}, strategy ${strategy}.`,
    ...(others.length === 0 ? [] : [`  Other machines reach it at ${others.join(' or ')}`]),
    ...(accounts === 0
      ? [
          '',
          `  No account${user === null ? '' : ` of the user ${user}`} can answer yet. Add one, and it serves within a second:`,
          `    qwenctl auth add${user === null ? '' : ` --user ${user}`}`,
        ]
      : []),
    '',
    palette.quiet('  Let programs with an OpenAI or Anthropic SDK use it:'),
    `    export OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=${key}`,
    `    export ANTHROPIC_BASE_URL=${url} ANTHROPIC_API_KEY=${key}`,
    ...(needsKey ? [palette.quiet('  qk_... is a client key (qwenctl keys create NAME)')] : []),
    '',
    palette.quiet('  See and steer the accounts in the browser:'),
    '    qwenctl proxy open',
    palette.quiet('  Watch the requests in another terminal:'),
    '    qwenctl top',
  ].join('\n')
}

/** An address that works on this machine: nothing connects to 0.0.0.0 everywhere. */
export function urlFromHere({ url, port, host }: Pick<ProxyView, 'url' | 'port' | 'host'>): string {
  return listensEverywhere({ host }) ? `http://127.0.0.1:${port}` : url
}

export function listensEverywhere({ host }: Pick<ProxyView, 'host'>): boolean {
  return host === '0.0.0.0' || host === '::' || host === '[::]'
}

/** The host name of this machine and its IPv4 addresses in its networks. */
export function listMachineHosts(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const outside = addresses.filter(({ family, internal }) => family === 'IPv4' && !internal)
  return [hostname(), ...outside.map(({ address }) => address)]
}

export function formatAccounts(count: number): string {
  return formatCount(count, 'account')
}

interface LineOptions {
  /** Also the attempts that succeeded. */
  isVerbose: boolean
  palette: Palette
  at: Date
  /** The line goes into a file. */
  hasDate?: boolean
  /** Columns of the terminal; missing: a generous default. */
  columns?: number | undefined
}

const MOST_COLUMNS = 240
const MOST_MODEL = 40

/** The line of an attempt; null: not shown. Never contains the conversation. */
export function formatAttempt(report: AttemptReport, options: LineOptions): string | null {
  const { isVerbose, palette, at, hasDate = false, columns = MOST_COLUMNS } = options
  const { member, outcome, status, model, latencyMs, message } = report
  if ((outcome === 'ok' || outcome === 'aborted') && !isVerbose) return null
  const paint = outcome === 'ok' ? palette.good : outcome === 'aborted' ? palette.quiet : palette.warn
  const words = outcomeWords[outcome] + (status === null || outcome === 'aborted' ? '' : ` (${status})`)
  const name = `${member.account.provider}/${member.account.name}`
  const asked = model === null ? [] : [printable(model).slice(0, MOST_MODEL)]
  const rest = [...asked, `${latencyMs} ms`].join('  ')
  const line = `${palette.quiet(formatMoment(at, hasDate))}  ${name}  ${paint(words)}  ${rest}`
  const left = columns - textWidth(line) - 2
  // A cut message is shown only if most of it is readable.
  const shown =
    message === null || left < 20 ? '' : `  ${palette.quiet(cutToWidth(printable(message), left))}`
  return line + shown
}

/** `10:02:11Z`; with its date where the line may be read on another day. In UTC, like the times of windows. */
export function formatMoment(at: Date, hasDate: boolean): string {
  return `${at.toISOString().slice(hasDate ? 0 : 11, 19)}Z`
}
