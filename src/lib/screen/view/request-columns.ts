import { shortNumber } from '../../terminal/format/short-number.ts'
import { textWidth } from '../../terminal/format/text-width.ts'
import type { Line } from '../line.ts'
import { span } from '../line.ts'
import type { RequestDone } from '../request-line.ts'
import { clockTime } from './words/clock-time.ts'
import type { ScreenColumn } from './fit-columns.ts'

/** A request as the table draws it. */
export interface DrawnRequest {
  line: RequestDone
  isSelected: boolean
}

const RIGHT = { align: 'right' as const }
const LEAST_NAME = 12
const MOST_NAME = 30
const LEAST_OUTCOME = 11
const MOST_OUTCOME = 28
const LEAST_MODEL = 10
const MOST_MODEL = 34

/** All possible columns in display order; the rank says which ones a narrow terminal drops first. */
export function requestColumns(requests: RequestDone[]): ScreenColumn<DrawnRequest>[] {
  const names = longest(requests, ({ account }) => account, { least: LEAST_NAME, most: MOST_NAME })
  const models = longest(requests, ({ model }) => model, { least: LEAST_MODEL, most: MOST_MODEL })
  const outcomes = longest(requests, outcomeText, { least: LEAST_OUTCOME, most: MOST_OUTCOME })
  return [
    { header: 'TIME', ...fixed(8), rank: 90, cell: timeCell },
    { header: 'ACCOUNT', least: LEAST_NAME, most: names, rank: 100, cell: accountCell },
    { header: 'MODEL', least: LEAST_MODEL, most: models, rank: 70, cell: modelCell },
    { header: 'OUTCOME', least: LEAST_OUTCOME, most: outcomes, rank: 80, cell: outcomeCell },
    { header: 'TOOK', ...fixed(6), ...RIGHT, rank: 60, cell: tookCell },
    { header: 'FIRST', ...fixed(6), ...RIGHT, rank: 22, cell: firstCell },
    { header: 'TOKENS', least: 9, most: 11, ...RIGHT, rank: 50, cell: tokensCell },
    { header: 'KEY', least: 10, most: 14, rank: 18, cell: keyCell },
    { header: 'AFTER', least: 20, most: 60, rank: 20, cell: afterCell },
  ]
}

function fixed(width: number): { least: number; most: number } {
  return { least: width, most: width }
}

function longest(
  requests: RequestDone[],
  textOf: (line: RequestDone) => string | null,
  { least, most }: { least: number; most: number },
): number {
  return requests.reduce(
    (width, line) => Math.max(width, Math.min(most, textWidth(textOf(line) ?? ''))),
    least,
  )
}

function timeCell({ line }: DrawnRequest): Line {
  return [span(clockTime(line.at), 'quiet')]
}

function accountCell({ line: { account, route }, isSelected }: DrawnRequest): Line {
  return [span(account ?? route, isSelected ? 'strong' : account === null ? 'quiet' : undefined)]
}

function modelCell({ line: { model } }: DrawnRequest): Line {
  return [span(model ?? '–', model === null ? 'quiet' : undefined)]
}

/** The number of attempts precedes the outcome if there were several. */
function outcomeCell({ line }: DrawnRequest): Line {
  const tries = triesText(line)
  return [span(tries, 'warn'), span(outcomeText(line).slice(tries.length), line.tone)]
}

/** `answered`, `×2 answered`, `rate limited 429`. */
function outcomeText(line: RequestDone): string {
  const { outcome, status, tone } = line
  return `${triesText(line)}${outcome}${status === null || tone === 'good' ? '' : ` ${status}`}`
}

function triesText({ attempts }: RequestDone): string {
  return attempts > 1 ? `×${attempts} ` : ''
}

function tookCell({ line }: DrawnRequest): Line {
  return [span(formatTook(line.latencyMs))]
}

function firstCell({ line }: DrawnRequest): Line {
  return [span(formatTook(line.firstByteMs), 'quiet')]
}

function tokensCell({ line: { inputTokens, outputTokens } }: DrawnRequest): Line {
  if (inputTokens === null && outputTokens === null) return [span('–', 'quiet')]
  const known = (count: number | null) => (count === null ? '?' : shortNumber(count))
  return [span(`${known(inputTokens)}+${known(outputTokens)}`)]
}

function keyCell({ line }: DrawnRequest): Line {
  return [span(line.clientKey, 'quiet')]
}

/** The accounts that were tried before, with their outcomes. */
function afterCell({ line }: DrawnRequest): Line {
  return [span(line.before.join(', '), 'warn')]
}

/** `48ms`, `1.24s`, `75.3s`: at most six cells. */
export function formatTook(ms: number | null): string {
  if (ms === null) return '–'
  if (Math.round(ms) < 1000) return `${Math.round(ms)}ms`
  const seconds = ms / 1000
  if (seconds < 9.995) return `${seconds.toFixed(2)}s`
  return seconds < 999.95 ? `${seconds.toFixed(1)}s` : `${Math.min(99_999, Math.round(seconds))}s`
}
