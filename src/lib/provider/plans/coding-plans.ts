// Windows of coding plans. The addresses are those that the makers' own tools use; only MiniMax documents its address.

import { isRecord } from '../../base/is-record.ts'
import type { PlanReader, PlanWindow } from './plan-reader.ts'
import { emptyWindow, findPlanBase, readEach, readNumber } from './plan-reader.ts'
import { lookUp } from '../../base/text/look-up.ts'

/** Units of windows at Z.ai. */
const ZAI_UNITS: Readonly<Record<number, string>> = { 3: 'hour', 5: 'month', 6: 'week' }

export const zaiPlan: PlanReader = {
  isOfficial: () => false,
  source: 'https://github.com/zai-org/zai-coding-plugins, 2026-11-30',
  url: ({ openai }) =>
    openai?.includes('/coding/') === true ? `${new URL(openai).origin}/api/monitor/usage/quota/limit` : null,
  read(body) {
    const data = isRecord(body) && isRecord(body.data) ? body.data : null
    return readEach(data?.limits, (limit) => {
      const percent = readNumber(limit.percentage)
      if (percent === null) return []
      const unit = ZAI_UNITS[readNumber(limit.unit) ?? 0] ?? 'window'
      const number = readNumber(limit.number) ?? 1
      const isOfTools = limit.type === 'TIME_LIMIT'
      const name = `${isOfTools ? 'tools, ' : ''}${number} ${unit}${number === 1 ? '' : 's'}`
      const resetsAt = readNumber(limit.nextResetTime)
      return [
        {
          ...emptyWindow(name),
          percent: Math.min(100, Math.max(0, percent)),
          resetsAt,
          stopsModels: !isOfTools,
        },
      ]
    })
  },
}

/**
 * Plans answer with a percent since 2026-06; before, with counts, of which `usage` is what remains
 * (MiniMax-AI/MiniMax-M2#99). Keys that pay as they go have no plan.
 */
export const minimaxPlan: PlanReader = {
  isOfficial: () => true,
  keyPattern: /^(?!sk-api-|eyJ)/,
  source: 'https://platform.minimax.io/docs/token-plan/faq, 2026-11-30',
  url: (bases) => {
    const base = findPlanBase(bases)
    return base === null ? null : `${base}/token_plan/remains`
  },
  read(body, now) {
    const holder = isRecord(body) && isRecord(body.data) ? body.data : body
    const rows = isRecord(holder) ? holder.model_remains : null
    const ofText = (Array.isArray(rows) ? (rows as unknown[]) : []).filter(isRecord).filter(isTextModel)
    const isOnly = ofText.length === 1
    const windows = readEach(rows, (row) => [
      ...minimaxWindow(row, { ...INTERVAL, now, isOnly }),
      ...minimaxWindow(row, { ...WEEK, now, isOnly }),
    ])
    return windows ?? (isNotInPlan(rows) ? [] : null)
  },
}

interface MinimaxFields {
  name: string
  fields: string
  remains: string
}

const INTERVAL: MinimaxFields = { name: '5 hours', fields: 'current_interval', remains: 'remains_time' }
const WEEK: MinimaxFields = { name: 'week', fields: 'current_weekly', remains: 'weekly_remains_time' }

/** States of a window: its end is reached; it has no limit, or is no part of the plan (can1357/oh-my-pi#6650). */
const SPENT = 2
const NO_LIMIT = 3

function isTextModel(row: Record<string, unknown>): boolean {
  return /^(?:general|minimax-(?!hailuo))/i.test(String(row.model_name))
}

/** A plan without any counted model: all its totals are 0, or it says so. */
function isNotInPlan(rows: unknown): boolean {
  const list = (Array.isArray(rows) ? (rows as unknown[]) : []).filter(isRecord)
  return (
    list.length > 0 &&
    list.every(
      (row) =>
        readNumber(row.current_interval_total_count) === 0 ||
        readNumber(row.current_interval_status) === NO_LIMIT,
    )
  )
}

function minimaxWindow(
  row: Record<string, unknown>,
  { name, fields, remains, now, isOnly }: MinimaxFields & { now: number; isOnly: boolean },
): PlanWindow[] {
  const status = readNumber(row[`${fields}_status`])
  if (status === NO_LIMIT) return []
  const total = readNumber(row[`${fields}_total_count`])
  const left = readNumber(row[`${fields}_usage_count`])
  const ofCounts = total === null || total <= 0 || left === null ? null : (left / total) * 100
  const percentLeft = readNumber(row[`${fields}_remaining_percent`]) ?? (status === SPENT ? 0 : ofCounts)
  if (percentLeft === null) return []
  const wait = readNumber(row[remains])
  const resetsAt = wait === null || wait <= 0 ? null : now + wait
  // Where one of several models is used up, the others may still answer.
  const stopsModels = isOnly && isTextModel(row)
  const percent = Math.min(100, Math.max(0, 100 - percentLeft))
  return [{ ...emptyWindow(`${String(row.model_name)}, ${name}`), percent, resetsAt, stopsModels }]
}

/**
 * Since 2026-09 `usages` has shares from 0 to 1 by name; some answers have it below `data.quota`. Reports exist of a
 * 5 hour share of 0 beside a full count
 * (github.com/can1357/oh-my-pi/issues/12790, github.com/MoonshotAI/kimi-code/issues/3908), so a count comes first.
 */
export const kimiPlan: PlanReader = {
  isOfficial: () => false,
  source:
    'https://github.com/MoonshotAI/kimi-cli and https://github.com/akitaonrails/ai-usagebar/issues/199, 2026-11-30',
  url: ({ openai }) => (/\/\/api\.kimi\.(?:com|ai)\//.test(openai ?? '') ? `${openai}/usages` : null),
  read(body) {
    const data = isRecord(body) && isRecord(body.data) ? body.data : body
    const quota = isRecord(data) && isRecord(data.quota) ? data.quota : data
    if (!isRecord(quota)) return null
    const counted = [
      ...kimiWindow('week', quota.usage),
      ...(readEach(quota.limits, ({ window, detail }) => kimiWindow(nameKimiWindow(window), detail)) ?? []),
    ]
    const names = new Set(counted.map(({ name }) => name))
    const shares = isRecord(quota.usages) ? Object.entries(quota.usages).flatMap(kimiShare) : []
    const windows = [...counted, ...shares.filter(({ name }) => !names.has(name))]
    return windows.length === 0 ? null : windows
  },
}

/** The minutes of a unit. */
const KIMI_UNITS: Readonly<Record<string, number>> = {
  TIME_UNIT_MINUTE: 1,
  TIME_UNIT_HOUR: 60,
  TIME_UNIT_DAY: 1440,
  TIME_UNIT_WEEK: 10_080,
}

function nameKimiWindow(window: unknown): string {
  const duration = isRecord(window) ? readNumber(window.duration) : null
  if (!isRecord(window) || duration === null) return 'window'
  const unit = typeof window.timeUnit === 'string' ? window.timeUnit : 'TIME_UNIT_MINUTE'
  const minutes = duration * (lookUp(KIMI_UNITS, unit) ?? NaN)
  if (Number.isNaN(minutes)) return 'window'
  if (minutes === 10_080) return 'week'
  return minutes >= 2880 ? `${minutes / 1440} days` : `${minutes / 60} hours`
}

function kimiWindow(name: string, detail: unknown): PlanWindow[] {
  if (!isRecord(detail)) return []
  const max = readNumber(detail.limit)
  if (max === null || max <= 0) return []
  const left = readNumber(detail.remaining)
  const used = readNumber(detail.used) ?? (left === null ? null : max - left)
  if (used === null) return []
  const percent = Math.min(100, Math.max(0, (used / max) * 100))
  return [{ ...emptyWindow(name), max, used, remaining: max - used, percent, resetsAt: kimiReset(detail) }]
}

const KIMI_SHARES: Readonly<Record<string, string>> = {
  limit5h: '5 hours',
  limit7d: 'week',
  limitmonthtotal: 'month, all products',
  limitmonthcode: 'month, code',
}

function kimiShare([key, share]: [string, unknown]): PlanWindow[] {
  if (!isRecord(share)) return []
  const ratio = readNumber(share.used_ratio ?? share.usedRatio)
  if (ratio === null) return []
  const percent = Math.min(100, Math.max(0, ratio * 100))
  const name = lookUp(KIMI_SHARES, key.replaceAll('_', '').toLowerCase())
  // A share of another name may be of another product.
  const stopsModels = name !== undefined
  return [{ ...emptyWindow(name ?? key), percent, resetsAt: kimiReset(share), stopsModels }]
}

function kimiReset(detail: Record<string, unknown>): number | null {
  const text = [detail.resetTime, detail.reset_time, detail.resetAt, detail.reset_at].find(
    (value) => typeof value === 'string',
  )
  const reset = Date.parse(text ?? '')
  return Number.isNaN(reset) ? null : reset
}

/** Pay as you go has a balance, the Kimi Code plan has windows. */
export function firstPlan(one: PlanReader, other: PlanReader): PlanReader {
  return {
    isOfficial: (bases) => (one.url(bases, 0) === null ? other : one).isOfficial(bases),
    source: `${one.source}; ${other.source}`,
    url: (bases, now) => one.url(bases, now) ?? other.url(bases, now),
    read: (body, now, url) => one.read(body, now, url) ?? other.read(body, now, url),
  }
}
