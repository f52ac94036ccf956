// Remaining money, as providers count it.

import { isRecord } from '../../base/is-record.ts'
import type { PlanReader, PlanWindow } from './plan-reader.ts'
import { BALANCE, emptyWindow, findPlanBase, readEach, readNumber } from './plan-reader.ts'
import { lookUp } from '../../base/text/look-up.ts'

const RESETS: Readonly<Record<string, string>> = { daily: 'day', weekly: 'week', monthly: 'month' }

/**
 * The rest of the bought credits; a management key may ask. Free models need no credit, but a negative balance stops
 * them too (https://openrouter.ai/docs/api_reference/limits, 2026-12-01).
 */
const openrouterCredits: PlanReader = {
  isOfficial: () => true,
  isPrivileged: true,
  source: 'https://openrouter.ai/docs/api/api-reference/credits/get-credits, 2026-11-30',
  url: ({ openai }) => (openai === null ? null : `${openai}/credits`),
  read(body) {
    const data = isRecord(body) && isRecord(body.data) ? body.data : null
    const bought = readNumber(data?.total_credits)
    const used = readNumber(data?.total_usage)
    return bought === null || used === null ? null : keepFree(balance(bought - used, 'USD'))
  },
}

/**
 * The limit of the key, in dollars; its windows are those of the calendar, UTC. The spending of this month is shown
 * also without a limit.
 */
export const openrouterPlan: PlanReader = {
  isOfficial: () => true,
  source: 'https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key, 2026-11-30',
  url: ({ openai }) => (openai === null ? null : `${openai}/key`),
  read(body) {
    const data = isRecord(body) && isRecord(body.data) ? body.data : null
    if (data === null) return null
    const max = readNumber(data.limit)
    if (max === null) return data.limit === null ? spentThisMonth(data) : null
    const remaining = readNumber(data.limit_remaining)
    const window = lookUp(RESETS, String(data.limit_reset)) ?? null
    const limit = { ...moneyWindow('key limit', max, remaining), window }
    return window === 'month' ? [limit] : [limit, ...spentThisMonth(data)]
  },
  also: openrouterCredits,
}

function spentThisMonth(data: Record<string, unknown>): PlanWindow[] {
  const used = readNumber(data.usage_monthly)
  return used === null ? [] : [{ ...emptyWindow('this month'), metric: 'usd', window: 'month', used }]
}

function moneyWindow(name: string, max: number, remaining: number | null): PlanWindow {
  const used = remaining === null ? null : Math.max(0, max - remaining)
  const percent = used === null || max === 0 ? null : Math.min(100, (used / max) * 100)
  return { ...emptyWindow(name), metric: 'usd', max, used, remaining, percent }
}

/** `is_available: false`: the balance pays for no request, whatever its amount. */
export const deepseekPlan: PlanReader = {
  isOfficial: () => true,
  source: 'https://api-docs.deepseek.com/api/get-user-balance, 2026-11-30',
  url: (bases) => {
    const base = findPlanBase(bases)
    return base === null ? null : `${new URL(base).origin}/user/balance`
  },
  read(body) {
    if (!isRecord(body)) return null
    const found = readEach(
      body.balance_infos,
      (row) =>
        balance(row.total_balance, typeof row.currency === 'string' ? row.currency.toUpperCase() : 'CNY') ??
        [],
    )
    if (body.is_available !== false) return found
    const windows = found === null || found.length === 0 ? [{ ...emptyWindow(BALANCE), remaining: 0 }] : found
    return windows.map((window) => ({ ...window, isUnusable: true }))
  },
}

/** The answer names no currency: yuan in China, dollars elsewhere. */
export const moonshotPlan: PlanReader = {
  isOfficial: () => true,
  source:
    'https://platform.kimi.ai/docs/api/balance and https://platform.moonshot.cn/docs/api/balance, 2026-11-30',
  url: (bases) => {
    const base = findPlanBase(bases)
    return base?.includes('moonshot') === true ? `${base}/users/me/balance` : null
  },
  read(body, _now, url) {
    const data = isRecord(body) && isRecord(body.data) ? body.data : null
    const currency = URL.parse(url)?.hostname.endsWith('.cn') === true ? 'CNY' : 'USD'
    return data === null ? null : balance(data.available_balance, currency)
  },
}

/**
 * The balance of an international account, in dollars. In China the endpoint ended on 2026-08-14
 * (docs.siliconflow.cn/docs/release-notes/overview, cited by github.com/steipete/CodexBar docs/siliconflow.md, read
 * 2026-11-30). Its free models need no balance, as users report
 * (huasheng.ai/insights/siliconflow-api-guide, read 2026-12-01).
 */
export const siliconflowPlan: PlanReader = {
  isOfficial: () => true,
  source: 'https://docs.siliconflow.com/en/api-reference/userinfo/get-user-info, 2026-11-30',
  url: ({ openai }) => (openai?.includes('siliconflow.com/') === true ? `${openai}/user/info` : null),
  read(body) {
    const data = isRecord(body) && isRecord(body.data) ? body.data : null
    return data === null ? null : keepFree(balance(data.totalBalance, 'USD'))
  },
}

/** Amounts are text, in 1/10000 of a dollar; what may be owed is a part of `availableBalance`. */
export const novitaPlan: PlanReader = {
  isOfficial: () => true,
  source: 'https://novita.ai/docs/api-reference/basic-get-user-balance, 2026-11-30',
  url: (bases) => {
    const base = URL.parse(findPlanBase(bases) ?? '')
    return base?.hostname === 'api.novita.ai' ? `${base.origin}/openapi/v1/billing/balance/detail` : null
  },
  read(body) {
    const amount = isRecord(body) ? readNumber(body.availableBalance) : null
    return amount === null ? null : balance(amount / 10_000, 'USD')
  },
}

/** The balance of a service with free models: at 0 they continue, a debt stops them. */
function keepFree(windows: PlanWindow[] | null): PlanWindow[] | null {
  return windows?.map((window) => ({ ...window, stopsModels: (window.remaining ?? 0) < 0 })) ?? null
}

function balance(value: unknown, currency: string): PlanWindow[] | null {
  const remaining = readNumber(value)
  if (remaining === null) return null
  const found = { ...emptyWindow(BALANCE), remaining }
  return [currency === 'USD' ? { ...found, metric: 'usd' } : { ...found, currency }]
}
