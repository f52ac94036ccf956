// The cost of an organisation in this month, as its service counts it. Only keys of an administrator may ask.

import { formatTime } from '../../base/iso-time.ts'
import { isRecord } from '../../base/is-record.ts'
import { calendarWindow } from '../../quota/zone.ts'
import type { PlanReader, PlanWindow } from './plan-reader.ts'
import { emptyWindow, readNumber } from './plan-reader.ts'

const OPENAI = 'https://api.openai.com/v1'
const ANTHROPIC = 'https://api.anthropic.com/v1'

const startOfMonth = (now: number): number => calendarWindow('month', 'UTC', now).start

/** Buckets of a day, with amounts in dollars. */
export const openaiUsage: PlanReader = {
  isOfficial: () => true,
  isPrivileged: true,
  source: 'https://platform.openai.com/docs/api-reference/usage/costs, 2026-11-30',
  url: ({ openai }, now) =>
    openai === OPENAI
      ? `${OPENAI}/organization/costs?start_time=${startOfMonth(now) / 1000}&bucket_width=1d&limit=31`
      : null,
  read: (body, now) =>
    sumMonth(body, now, (row) => (isRecord(row.amount) ? readNumber(row.amount.value) : null)),
}

/** Buckets of a day, with amounts in cents. */
export const anthropicUsage: PlanReader = {
  isOfficial: () => true,
  isPrivileged: true,
  dialect: 'anthropic',
  keyPattern: /^sk-ant-admin/,
  source: 'https://platform.claude.com/docs/en/api/admin/cost_report, 2026-11-30',
  url: ({ anthropic }, now) =>
    anthropic === ANTHROPIC
      ? `${ANTHROPIC}/organizations/cost_report?starting_at=${formatTime(startOfMonth(now))}&limit=31`
      : null,
  read: (body, now) =>
    sumMonth(body, now, (row) => {
      const cents = readNumber(row.amount)
      return cents === null ? null : cents / 100
    }),
}

/** The answer of both services is `{"data":[{"results":[...]}]}`. No result at all is a month without spending. */
function sumMonth(
  body: unknown,
  now: number,
  usdOf: (row: Record<string, unknown>) => number | null,
): PlanWindow[] | null {
  if (!isRecord(body) || !Array.isArray(body.data)) return null
  const rows = (body.data as unknown[])
    .filter(isRecord)
    .flatMap(({ results }) => (Array.isArray(results) ? (results as unknown[]) : []))
    .filter(isRecord)
  const used = rows.reduce((sum, row) => sum + (usdOf(row) ?? 0), 0)
  const { end } = calendarWindow('month', 'UTC', now)
  return [{ ...emptyWindow('this month'), metric: 'usd', window: 'month', used, resetsAt: end }]
}
