// Windows of coding plans. The addresses are those that the makers' own tools use; only MiniMax documents its address.

import { isRecord } from '../../base/is-record.ts'
import type { PlanReader, PlanWindow } from './plan-reader.ts'
import { emptyWindow, readEach, readNumber } from './plan-reader.ts'

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
      return [{ ...emptyWindow(name), percent, resetsAt, stopsModels: !isOfTools }]
    })
  },
}

/** The counts named `usage` are the remaining ones (MiniMax-AI/MiniMax-M2#99); the percent field is unambiguous. */
export const minimaxPlan: PlanReader = {
  isOfficial: () => true,
  source: 'https://platform.minimax.io/docs/token-plan/faq, 2026-11-30',
  url: ({ openai }) => (openai === null ? null : `${openai}/token_plan/remains`),
  read(body, now) {
    const holder = isRecord(body) && isRecord(body.data) ? body.data : body
    return readEach(isRecord(holder) ? holder.model_remains : null, (row) => {
      const model = String(row.model_name)
      return [
        minimaxWindow(`${model}, 5 hours`, row.current_interval_remaining_percent, row.remains_time, now),
        minimaxWindow(`${model}, week`, row.current_weekly_remaining_percent, row.weekly_remains_time, now),
      ].flat()
    })
  },
}

function minimaxWindow(name: string, left: unknown, remainsMs: unknown, now: number): PlanWindow[] {
  const percentLeft = readNumber(left)
  if (percentLeft === null) return []
  const wait = readNumber(remainsMs)
  const resetsAt = wait === null || wait <= 0 ? null : now + wait
  const stopsModels = /^(general|minimax-)/i.test(name)
  return [{ ...emptyWindow(name), percent: Math.max(0, 100 - percentLeft), resetsAt, stopsModels }]
}

export const kimiPlan: PlanReader = {
  isOfficial: () => false,
  source: 'https://github.com/MoonshotAI/kimi-cli, 2026-11-30',
  url: ({ openai }) => (openai?.includes('api.kimi.com') === true ? `${openai}/usages` : null),
  read(body) {
    if (!isRecord(body)) return null
    const week = kimiWindow('week', body.usage)
    const others = readEach(body.limits, (limit) => {
      const minutes = isRecord(limit.window) ? readNumber(limit.window.duration) : null
      return kimiWindow(minutes === null ? 'window' : `${minutes / 60} hours`, limit.detail)
    })
    return week.length === 0 ? others : [...week, ...(others ?? [])]
  },
}

function kimiWindow(name: string, detail: unknown): PlanWindow[] {
  if (!isRecord(detail)) return []
  const max = readNumber(detail.limit)
  if (max === null || max <= 0) return []
  const left = readNumber(detail.remaining)
  const used = readNumber(detail.used) ?? (left === null ? null : max - left)
  if (used === null) return []
  const reset = Date.parse(String(detail.resetTime ?? detail.reset_time))
  const resetsAt = Number.isNaN(reset) ? null : reset
  return [{ ...emptyWindow(name), max, used, remaining: max - used, percent: (used / max) * 100, resetsAt }]
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
