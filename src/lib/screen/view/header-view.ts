import { shortNumber } from '../../terminal/format/short-number.ts'
import { printable } from '../../terminal/format/text-width.ts'
import type { Line } from '../line.ts'
import { joinSpans, span, spread } from '../line.ts'
import { requestsPerMinute } from '../state/request-rate.ts'
import type { ScreenState, ShownProxy } from '../state/screen-state.ts'
import { clockMinute } from './words/clock-time.ts'
import { EDGE } from './look.ts'

const DOT: Line = [span(' · ', 'quiet')]

/** The user, the proxies and the usage of today; the most important line comes first. */
export function headerLines(state: ScreenState, rows: number): Line[] {
  const { size, now, log, quota } = state
  const width = size.columns - EDGE
  const clock: Line = [span(clockMinute(now))]
  const rate: Line = log.isLogged
    ? [span(String(requestsPerMinute(log.rate, now)), 'strong'), span(' req/min', 'quiet')]
    : []
  if (rows <= 1) return [spread([span(' '), ...formatProxy(state)], clock, width)]
  const ready: Line = quota === null ? [] : formatReady(quota.totals)
  const lines = [
    spread([span(' '), span('qwenctl top', 'strong'), ...formatPlace(state, width)], clock, width),
    spread([span(' '), ...formatProxy(state)], joinSpans([rate, rows === 2 ? ready : []], DOT), width),
  ]
  if (rows > 2) lines.push(spread([span(' '), ...formatToday(state, width)], ready, width))
  return lines
}

function formatPlace({ facts }: ScreenState, width: number): Line {
  const who = facts.user === null ? 'all users' : `user ${facts.user}`
  const group = facts.group === null ? [] : [`group ${facts.group}`]
  const home = width >= 70 ? [facts.home] : []
  return [span(`  ${printable([who, ...group, ...home].join(' · '))}`, 'quiet')]
}

function formatProxy({ proxies }: ScreenState): Line {
  const [first, ...others] = proxies
  if (first === undefined) return [span('○ ', 'quiet'), span('no proxy is running', 'quiet')]
  const strategies = [...new Set(proxies.map(({ strategy }) => strategy))].join(', ')
  const more = others.length === 0 ? '' : ` and ${others.map(formatPort).join(' ')}`
  return [
    span('● ', 'good'),
    span(printable(formatFirst(first))),
    span(`${more} · ${printable(strategies)}`, 'quiet'),
  ]
}

/** The address of a proxy on another machine may be a loopback address there. */
function formatFirst({ url, port, machine }: ShownProxy): string {
  return machine === undefined ? url : `${machine}:${port}`
}

function formatPort({ port, machine }: ShownProxy): string {
  return printable(`${machine ?? ''}:${port}`)
}

function formatReady({ ready, accounts }: { ready: number; accounts: number }): Line {
  if (accounts === 0) return [span('no accounts', 'quiet')]
  const tone = ready === 0 ? 'bad' : ready < accounts ? 'warn' : 'good'
  return [span(String(ready), tone), span(` of ${accounts} ready`, 'quiet')]
}

function formatToday({ quota }: ScreenState, width: number): Line {
  if (quota === null) return [span('reading …', 'quiet')]
  const { requests, remaining, remainingMinute, inputTokens, outputTokens } = quota.totals
  const cost = sumCosts(quota.accounts.map(({ today }) => today.costUsd))
  const isWide = width >= 110
  const parts = [
    figure(shortNumber(requests), requests === 1 ? 'request' : 'requests'),
    figure(shortNumber(inputTokens), isWide ? 'tokens in' : 'in'),
    figure(shortNumber(outputTokens), isWide ? 'tokens out' : 'out'),
    cost === null ? [] : [span(formatCost(cost))],
    remaining === null ? [] : figure(shortNumber(remaining), isWide ? 'requests left' : 'left'),
    remainingMinute === null
      ? []
      : figure(shortNumber(remainingMinute), isWide ? 'left this minute' : '/min'),
  ]
  return [span('today ', 'quiet'), ...joinSpans(parts, DOT)]
}

function figure(number: string, words: string): Line {
  return [span(number), span(` ${words}`, 'quiet')]
}

/** Null: no cost is known. */
function sumCosts(costs: (number | null)[]): number | null {
  const known = costs.filter((cost) => cost !== null)
  return known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0)
}

/** `$0.0042`, `$1.20`, `$1234`. */
export function formatCost(usd: number): string {
  return `$${usd.toFixed(usd >= 100 ? 0 : usd >= 0.1 || usd === 0 ? 2 : 4)}`
}
