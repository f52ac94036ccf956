import { shortNumber } from '../../../terminal/format/short-number.ts'
import { formatPlanWindow } from '../../../terminal/quota/plan-notes.ts'
import { printable, textWidth } from '../../../terminal/format/text-width.ts'
import type { AccountQuotaView, CooldownView, LimitView } from '../../../toolkit/views.ts'
import { outcomeWords } from '../../../observe/outcome-words.ts'
import type { Line } from '../../line.ts'
import { joinSpans, padLine, span } from '../../line.ts'
import type { RequestDone } from '../../request-line.ts'
import type { ScreenState } from '../../state/screen-state.ts'
import { statusTone } from '../account-columns.ts'
import { clockTime } from '../words/clock-time.ts'
import { fieldLine, section } from './field-line.ts'
import { lastsMs } from '../words/forecast-words.ts'
import { formatCost } from '../header-view.ts'
import { gaugeLine, limitName } from '../words/limit-words.ts'
import type { ScreenLook } from '../look.ts'
import { formatTook } from '../request-columns.ts'
import { shortDuration } from '../words/short-duration.ts'
import { accountJobLines } from './work-page.ts'

const DOT: Line = [span(' · ', 'quiet')]
const GAUGE_CELLS = 10
const MOST_REQUESTS = 8

/** The page about one account. */
export function accountPage(account: AccountQuotaView, state: ScreenState, look: ScreenLook): Line[] {
  const now = Date.parse(state.quota?.now ?? '')
  return [
    fieldLine('status', formatStatus(account, now)),
    ...(account.fix === null ? [] : [fieldLine('to fix it', printable(account.fix))]),
    fieldLine('belongs to', formatOwner(account)),
    fieldLine('last used', lastUsed(account, now)),
    ...section('limits'),
    ...(account.limits.length === 0 ? [[span('none', 'quiet')]] : limitLines(account.limits, now, look)),
    ...planLines(account, now),
    ...section('cooldowns'),
    ...(account.cooldowns.length === 0
      ? [[span('none', 'quiet')]]
      : account.cooldowns.map((one) => cooldownLine(one, now))),
    ...section('today'),
    ...todayLines(account),
    ...jobLines(account, state),
    ...section('last requests'),
    ...requestLines(account, state),
  ]
}

function formatStatus({ status, statusReason, availableAt }: AccountQuotaView, now: number): Line {
  return joinSpans(
    [
      [span(status, statusTone(status))],
      statusReason === null || status === 'disabled' ? [] : [span(printable(statusReason))],
      availableAt === null ? [] : [span(`back in ${shortDuration(Date.parse(availableAt) - now)}`)],
    ],
    DOT,
  )
}

function formatOwner({ user, groups, priority, id }: AccountQuotaView): Line {
  return joinSpans(
    [
      [span(`user ${printable(user)}`)],
      groups.length === 0 ? [] : [span(printable(`groups ${groups.join(', ')}`))],
      [span(`priority ${priority}`)],
      [span(id, 'quiet')],
    ],
    DOT,
  )
}

function lastUsed({ lastUsedAt }: AccountQuotaView, now: number): Line {
  if (lastUsedAt === null) return [span('never', 'quiet')]
  const at = Date.parse(lastUsedAt)
  return [span(`${shortDuration(now - at)} ago`), span(`, at ${clockTime(at)}`, 'quiet')]
}

function limitLines(limits: LimitView[], now: number, look: ScreenLook): Line[] {
  const names = limits.reduce((width, limit) => Math.max(width, textWidth(limitName(limit))), 12)
  return limits.map((limit) => [
    ...padLine([span(limitName(limit), 'quiet')], Math.min(names, 28)),
    span(' '),
    ...gaugeLine(limit, GAUGE_CELLS, look),
    span('  '),
    ...joinSpans(limitParts(limit, now), DOT),
  ])
}

function limitParts(limit: LimitView, now: number): Line[] {
  const { used, max, remaining, reserved, resetsAt, source, from } = limit
  const lasts = lastsMs(limit, now)
  return [
    [span(shortNumber(used)), span(` of ${shortNumber(max)}`, 'quiet')],
    [span(shortNumber(remaining), remaining <= 0 ? 'bad' : undefined), span(' left', 'quiet')],
    reserved === 0 ? [] : [span(`${shortNumber(reserved)} in flight`)],
    resetsAt === null ? [] : [span('resets in ', 'quiet'), span(shortDuration(Date.parse(resetsAt) - now))],
    lasts === null ? [] : [span(`runs out in ${shortDuration(lasts)}`, 'warn')],
    [span(from === null ? source : `${source} from ${printable(from)}`, 'quiet')],
  ]
}

/** The counts of the provider, with use outside of qwenctl; empty: it was not asked. */
function planLines({ plan }: AccountQuotaView, now: number): Line[] {
  if (plan === null || plan.windows.length === 0) return []
  const age = shortDuration(Math.max(0, now - Date.parse(plan.at)))
  return [
    ...section(`as the provider counts, ${age} ago`),
    ...plan.windows.map((window) => [span(printable(formatPlanWindow(window)))]),
  ]
}

function cooldownLine({ model, scope, reason, evidence, since, until }: CooldownView, now: number): Line {
  const what = model === null ? scopeWords[scope] : `model ${printable(model)}`
  const words = Object.hasOwn(outcomeWords, reason)
    ? outcomeWords[reason as keyof typeof outcomeWords]
    : reason
  return joinSpans(
    [
      [span(what, 'quiet')],
      [span(words, 'warn')],
      [span(until === null ? 'until you act' : `${shortDuration(Date.parse(until) - now)} more`)],
      [span(`since ${clockTime(Date.parse(since))}`, 'quiet')],
      evidence === null ? [] : [span(printable(evidence), 'quiet')],
    ],
    DOT,
  )
}

const scopeWords: Record<CooldownView['scope'], string> = {
  account: 'the whole account',
  'quota-group': 'its quota group',
  provider: 'the provider',
}

function todayLines({ today, unsettled }: AccountQuotaView): Line[] {
  const { requests, succeeded, failed, inputTokens, outputTokens, costUsd } = today
  return [
    fieldLine(
      'requests',
      joinSpans(
        [
          [span(shortNumber(requests))],
          [span(`${shortNumber(succeeded)} succeeded`, 'quiet')],
          [span(`${shortNumber(failed)} failed`, failed === 0 ? 'quiet' : 'warn')],
          unsettled === 0 ? [] : [span(`${unsettled} without a result`, 'quiet')],
        ],
        DOT,
      ),
    ),
    fieldLine('tokens', `${shortNumber(inputTokens)} in, ${shortNumber(outputTokens)} out`),
    fieldLine('cost', costUsd === null ? [span('not known', 'quiet')] : formatCost(costUsd)),
  ]
}

/** Nothing for an account without jobs. */
function jobLines({ id }: AccountQuotaView, state: ScreenState): Line[] {
  const lines = accountJobLines(id, state)
  return lines.length === 0 ? [] : [...section('jobs'), ...lines]
}

function requestLines(account: AccountQuotaView, { log }: ScreenState): Line[] {
  const name = printable(`${account.provider}/${account.name}`)
  const own = log.lines
    .filter(
      (line): line is RequestDone =>
        line.kind === 'request' && line.account === name && line.user === account.user,
    )
    .slice(-MOST_REQUESTS)
    .reverse()
  if (own.length === 0) return [[span('none in the log', 'quiet')]]
  return own.map((line) =>
    joinSpans([
      [span(clockTime(line.at), 'quiet')],
      [span(line.outcome, line.tone), span(line.status === null ? '' : ` ${line.status}`, line.tone)],
      [span(line.model ?? '–')],
      [span(formatTook(line.latencyMs), 'quiet')],
    ]),
  )
}
