// The messages of `batch` to people.

import { formatCount, pluralize } from '../../base/text/count-noun.ts'
import type { BatchPlanView, BatchView } from '../../toolkit/batch/batch-views.ts'
import type { Palette } from '../format/color.ts'
import { formatDuration } from '../../base/durations.ts'
import { comingTime, formatIn } from '../format/format-time.ts'
import { renderGauge } from '../format/gauge.ts'
import { shortNumber } from '../format/short-number.ts'
import type { Column } from '../format/table.ts'
import { cutToWidth, textWidth } from '../format/text-width.ts'

const BAR_WIDTH = 20

export interface BatchLook {
  palette: Palette
  unicode: boolean
  /** Cells of a line. */
  columns: number
}

export function formatUsd(usd: number | null): string {
  if (usd === null) return 'unknown'
  return `$${usd >= 1 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(2)}`
}

/** The progress in a line: the bar, the counts, tokens, cost, pace and end. Without a bar for logs. */
export function formatProgress(batch: BatchView, now: string, look: BatchLook | null): string {
  const answered = batch.done + batch.failed
  const tokens = batch.inputTokens + batch.outputTokens
  const parts = [`${answered} of ${batch.lines}`]
  if (batch.failed > 0) parts.push(`${batch.failed} failed`)
  if (batch.unknown > 0) parts.push(`${batch.unknown} unknown`)
  if (batch.inFlight > 0) parts.push(`${batch.inFlight} in flight`)
  parts.push(`${shortNumber(tokens)} ${pluralize(tokens, 'token')}`)
  if (batch.costUsd !== null) parts.push(formatUsd(batch.costUsd))
  if (batch.perMinute !== null && batch.resumesAt === null) parts.push(`${shortNumber(batch.perMinute)}/min`)
  if (batch.endsAt !== null) parts.push(`ends ${formatIn(batch.endsAt, now)}`)
  if (batch.resumesAt !== null) parts.push(formatWait(batch, now))
  const text = parts.join(', ')
  if (look === null) return text
  const { palette } = look
  const plain = { ...palette, warn: palette.good, bad: palette.good }
  const bar = renderGauge(answered, batch.lines, { width: BAR_WIDTH, unicode: look.unicode, palette: plain })
  return `${bar} ${cutToWidth(text, Math.max(1, look.columns - textWidth(bar) - 2))}`
}

/** `resumes at 05:00 (in 3 h 12 min), 1203 left`. */
function formatWait({ resumesAt, left }: BatchView, now: string): string {
  return `resumes at ${comingTime(resumesAt!, now)} (${formatIn(resumesAt!, now)}), ${left} left`
}

/** The end of a run, in a few lines. `toSend`: the lines that the run had to send. */
export function formatEnd(batch: BatchView, command: string, toSend: number): string[] {
  const { status, done, failed, unknown, lines, reason } = batch
  const took = batch.endedAt === null ? 0 : Date.parse(batch.endedAt) - Date.parse(batch.startedAt)
  const cost = batch.costUsd === null ? '' : `, ${formatUsd(batch.costUsd)}`
  const isBefore = toSend === 0
  const said = [
    isBefore
      ? `${formatAnswered(batch, isBefore)} before; nothing was sent. The answers: ${batch.output}`
      : `${formatAnswered(batch, isBefore)}: ${batch.output} (${formatDuration(took)}${cost}).`,
  ]
  if (failed > 0) {
    said.push(`${failed} failed: ${batch.errors}. To send them again: ${command} --retry-failed`)
  }
  if (unknown > 0) {
    said.push(
      `${unknown} were sent and have no answer, so they may have been charged. To send them again: ${command} --retry-unknown`,
    )
  }
  const left = lines - done - failed - unknown
  if (left > 0) said.push(`${left} are left: ${reason ?? status}. To continue: ${command}`)
  return said
}

/** `All 3 lines are answered`, `2 of 3 lines were answered`, `The line is not answered`. */
function formatAnswered({ done, lines }: BatchView, isBefore: boolean): string {
  if (lines === 1) return `The line ${isBefore ? 'was' : 'is'} ${done === 1 ? '' : 'not '}answered`
  const subject = done === lines ? `All ${lines} lines` : `${done} of ${lines} lines`
  return `${subject} ${isBefore ? 'were' : 'are'} answered`
}

export const accountColumns: Column[] = [
  { header: 'ACCOUNT' },
  { header: 'ANSWERED', align: 'right' },
  { header: 'FAILED', align: 'right' },
  { header: 'INPUT TOKENS', align: 'right' },
  { header: 'OUTPUT TOKENS', align: 'right' },
  { header: 'COST', align: 'right' },
]

/** The row `unknown`: answers that were on disk without their record, because the process was killed between. */
export function accountRows({ accounts }: BatchView): string[][] {
  return accounts.map(({ account, done, failed, inputTokens, outputTokens, costUsd }) => [
    account === '-' ? 'unknown' : account,
    ...[done, failed, inputTokens, outputTokens].map(String),
    costUsd === null ? '-' : formatUsd(costUsd),
  ])
}

export const planColumns: Column[] = [
  { header: 'MODEL' },
  { header: 'ENDPOINT' },
  { header: 'LINES', align: 'right' },
  { header: 'INPUT TOKENS', align: 'right' },
  { header: 'COST AT MOST', align: 'right' },
  { header: 'ACCOUNTS' },
]

export function planRows({ models }: BatchPlanView): string[][] {
  return models.map(({ model, endpoint, lines, inputTokens, maxCostUsd, accounts }) => [
    ...[model, endpoint, String(lines), `about ${shortNumber(inputTokens)}`, formatUsd(maxCostUsd)],
    accounts.join(', '),
  ])
}

export function formatPlan(plan: BatchPlanView, now: string): string[] {
  const { toSend, lines, answered, unknown, roomNow, endsAt, maxCostUsd } = plan
  const said = [`${toSend} of ${formatCount(lines, 'line')} would be sent. Nothing was sent.`]
  if (answered > 0) said.push(`${answered} have their answer from an earlier run.`)
  if (unknown > 0)
    said.push(`${unknown} were sent before and have no answer: --retry-unknown sends them again.`)
  said.push(maxCostUsd === null ? 'The cost is unknown.' : `The cost is ${formatUsd(maxCostUsd)} at most.`)
  if (roomNow === null)
    said.push('An account has no limit on requests: only its speed decides when the batch ends.')
  else if (endsAt === null && roomNow >= toSend)
    said.push(`The limits allow all of them now: ${roomNow} requests are left.`)
  else if (endsAt === null)
    said.push(`The limits allow ${roomNow} now, and do not allow all of them within a year.`)
  else
    said.push(
      `The limits allow ${roomNow} now, and the last one at ${comingTime(endsAt, now)} (${formatIn(endsAt, now)}).`,
    )
  return said
}
