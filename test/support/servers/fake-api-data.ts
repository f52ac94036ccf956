// The data that the scripted API shows: accounts in every state, and a day of their use. Nothing here is random, so that pictures
// of it stay the same but for the time.

import { parseWindow, windowLength } from '../../../src/lib/quota/limit.ts'
import { sumCapacity } from '../../../src/lib/toolkit/quota/capacity.ts'
import type { HistoryDocument, HistoryRow, AccountView, ProviderView } from '../../../web/src/api/types.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

type Made = Partial<AccountView> & Pick<AccountView, 'provider' | 'name'>

export function madeAccount(now: number, made: Made): AccountView {
  const status = made.status ?? 'ready'
  const limits = made.limits ?? []
  return {
    id: `acc_${made.provider}${made.name}`.replaceAll(/[^A-Za-z0-9_]/g, ''),
    user: 'local',
    label: null,
    service: null,
    anthropicBaseUrl: null,
    authHeader: null,
    groups: [],
    priority: 0,
    enabled: true,
    status,
    statusReason: null,
    availableAt: null,
    fix: null,
    restingModels: [],
    limits,
    ...sumCapacity(limits, status === 'ready'),
    today: {
      requests: 0,
      succeeded: 0,
      failed: 0,
      attempted: 0,
      answered: 0,
      unreached: 0,
      inputTokens: 0,
      outputTokens: 0,
      estimatedTokens: 0,
      costUsd: null,
    },
    cooldowns: [],
    plan: null,
    unsettled: 0,
    lastUsedAt: null,
    createdAt: formatTime(now - 20 * DAY),
    auth: { type: 'api-key', hint: 'sk-…f3a9', expiresAt: null },
    baseUrl: null,
    quotaGroup: null,
    weight: 1,
    egressProxy: null,
    models: null,
    isDefault: false,
    ...made,
  }
}

type LimitOf = AccountView['limits'][number]

export function madeLimit(now: number, max: number, window: string, made: Partial<LimitOf> = {}): LimitOf {
  const used = made.used ?? 0
  const ends = window === 'minute' ? now + 41_000 : (Math.floor(now / DAY) + 1) * DAY
  return {
    metric: 'requests',
    window,
    windowMs: windowLength(parseWindow(window)),
    max,
    used,
    reserved: 0,
    remaining: Math.max(0, max - used),
    resetsAt: formatTime(ends),
    source: 'configured',
    model: null,
    from: null,
    unpriced: false,
    forecast: null,
    ...made,
  }
}

/** Three accounts as people have them: one well, one near its end, one resting. */
export function threeAccounts(now: number): AccountView[] {
  return [
    madeAccount(now, {
      provider: 'qwen',
      name: 'work',
      groups: ['office'],
      isDefault: true,
      limits: [
        madeLimit(now, 2000, 'day', { used: 1012, reserved: 3 }),
        madeLimit(now, 60, 'minute', { used: 14, reserved: 3 }),
      ],
      today: {
        requests: 1012,
        succeeded: 1003,
        failed: 9,
        attempted: 0,
        answered: 0,
        unreached: 0,
        inputTokens: 412_300,
        outputTokens: 188_040,
        estimatedTokens: 0,
        costUsd: 0.8431,
      },
      lastUsedAt: formatTime(now - 2_000),
    }),
    madeAccount(now, {
      provider: 'openrouter',
      name: 'team',
      groups: ['office', 'night'],
      priority: 1,
      limits: [
        madeLimit(now, 1000, 'day', {
          used: 874,
          unpriced: false,
          forecast: {
            exhaustsAt: formatTime(now + 95 * MINUTE),
            earliest: formatTime(now + 70 * MINUTE),
            latest: formatTime(now + 3 * HOUR),
            perHour: 79.6,
          },
        }),
        madeLimit(now, 5, 'month', {
          metric: 'usd',
          used: 3.21,
          remaining: 1.79,
          resetsAt: formatTime(now + 5 * DAY),
        }),
      ],
      today: {
        requests: 874,
        succeeded: 851,
        failed: 23,
        attempted: 0,
        answered: 0,
        unreached: 0,
        inputTokens: 300_120,
        outputTokens: 142_900,
        estimatedTokens: 0,
        costUsd: 0.6112,
      },
      lastUsedAt: formatTime(now - 48_000),
    }),
    madeAccount(now, {
      provider: 'anthropic',
      name: 'spare',
      priority: 2,
      status: 'cooling',
      statusReason: 'rate limited by the provider',
      availableAt: formatTime(now + 54_000),
      limits: [
        madeLimit(now, 50, 'minute', {
          used: 50,
          source: 'learned',
          from: 'anthropic-ratelimit-requests-limit',
        }),
      ],
      today: {
        requests: 212,
        succeeded: 201,
        failed: 11,
        attempted: 0,
        answered: 0,
        unreached: 0,
        inputTokens: 91_000,
        outputTokens: 40_210,
        estimatedTokens: 0,
        costUsd: null,
      },
      cooldowns: [
        {
          model: null,
          scope: 'account',
          reason: 'rate-short',
          words: 'rate limited by the provider',
          evidence: '429 rate_limit_error: Number of request tokens has exceeded your per-minute rate limit',
          since: formatTime(now - 6_000),
          until: formatTime(now + 54_000),
        },
      ],
      auth: { type: 'api-key', hint: 'sk-…77c1', expiresAt: null },
      lastUsedAt: formatTime(now - 6_000),
    }),
  ]
}

const providersOfMany = ['qwen', 'openai', 'openrouter', 'deepseek', 'gemini', 'groq', 'mistral', 'fireworks']
const statusesOfMany: Pick<AccountView, 'status' | 'statusReason'>[] = [
  { status: 'ready', statusReason: null },
  { status: 'ready', statusReason: null },
  { status: 'ready', statusReason: null },
  { status: 'exhausted', statusReason: '500/day is used up' },
  { status: 'ready', statusReason: null },
  { status: 'cooling', statusReason: 'rate limited by the provider' },
  { status: 'ready', statusReason: null },
  { status: 'disabled', statusReason: 'disabled' },
  { status: 'ready', statusReason: null },
  { status: 'ready', statusReason: null },
  { status: 'needs-login', statusReason: 'the provider refuses its credential' },
]

export function manyAccounts(now: number, count: number): AccountView[] {
  return Array.from({ length: count }, (_, index) => {
    const { status, statusReason } = statusesOfMany[
      index % statusesOfMany.length
    ] as (typeof statusesOfMany)[0]
    const used = status === 'exhausted' ? 500 : (index * 137) % 480
    const failed = index % 7 === 0 ? index % 19 : 0
    const isOut = status === 'exhausted' || status === 'cooling'
    return madeAccount(now, {
      provider: providersOfMany[index % providersOfMany.length] ?? 'qwen',
      name: `team-${String(index + 1).padStart(3, '0')}`,
      user: index % 5 === 0 ? 'alice' : 'local',
      groups: index % 3 === 0 ? ['batch'] : index % 4 === 0 ? ['night', 'eu'] : [],
      status,
      statusReason,
      enabled: status !== 'disabled',
      availableAt: isOut ? formatTime(now + (index + 1) * 61_000) : null,
      limits: [madeLimit(now, 500, 'day', { used }), madeLimit(now, 60, 'minute', { used: index % 50 })],
      today: {
        requests: used,
        succeeded: used - Math.min(failed, used),
        failed: Math.min(failed, used),
        attempted: 0,
        answered: 0,
        unreached: 0,
        inputTokens: used * 410,
        outputTokens: used * 180,
        estimatedTokens: 0,
        costUsd: null,
      },
      lastUsedAt: used === 0 ? null : formatTime(now - index * 47_000),
    })
  })
}

export const fakeProviders: ProviderView[] = [
  {
    ...provider('qwen', 'Qwen (DashScope)', ['api-key']),
    terms:
      'Keys of the Coding Plan are for interactive coding tools alone: scripts and backends need a pay-as-you-go key.',
    defaultLimits: ['60/minute'],
    keysUrl: 'https://dashscope.console.aliyun.com/apiKey',
  },
  {
    ...provider('qwen-oauth', 'Qwen login', ['device']),
    terms: 'One login for one person.',
    deviceRefusal:
      'The free tier of this login closed on 2026-04-15: endpoints that still serve it keep working.',
  },
  provider('openai', 'OpenAI', ['api-key']),
  {
    ...provider('anthropic', 'Anthropic', ['api-key']),
    terms:
      'Use an API key: logins of Claude plans (Pro, Max) may not be used through other products, so qwenctl takes none.',
  },
  provider('openrouter', 'OpenRouter', ['api-key']),
  {
    ...provider('custom', 'Any OpenAI-compatible service', ['api-key', 'none', 'device']),
    needsBaseUrl: true,
  },
  { ...provider('sandbox', 'Sandbox', ['none', 'api-key']), simulated: true },
]

function provider(id: string, label: string, auth: ProviderView['auth']): ProviderView {
  return {
    id,
    label,
    dialects: ['openai'],
    endpoints: [],
    defaultLimits: [],
    keysUrl: null,
    simulated: false,
    terms: null,
    plugin: 'qwenctl',
    kind: 'model',
    keyVariables: [],
    models: [],
    routes: null,
    rejectsStreamOptions: false,
    limitHeaders: [],
    countsTogether: null,
    auth,
    needsBaseUrl: false,
    deviceRefusal: null,
  }
}

/** A row of history with the shape of a day: quiet at night, busy in the afternoon. */
export function historyRow(at: number, key: string, label: string, scale: number): HistoryRow {
  const hour = new Date(at).getUTCHours()
  const busy = Math.round(
    scale * (1.2 + Math.sin(((hour - 8) / 24) * 2 * Math.PI)) * (1 + ((at / HOUR) % 5) / 10),
  )
  const failed = Math.round(busy / 40)
  return {
    at: formatTime(at),
    key,
    label,
    requests: busy,
    succeeded: busy - failed,
    failed,
    outcomes:
      failed === 0
        ? { ok: busy }
        : { ok: busy - failed, 'rate-short': Math.ceil(failed * 0.6), overloaded: Math.floor(failed * 0.4) },
    inputTokens: busy * 412,
    outputTokens: busy * 187,
    estimatedTokens: 0,
    costUsd: busy * 0.0011,
    estimatedUsd: null,
    unpriced: 0,
    latencyMs: { p50: 620 + ((at / HOUR) % 7) * 55, p95: 1900 + ((at / HOUR) % 5) * 260, count: busy },
    firstByteMs: { p50: 240 + ((at / HOUR) % 3) * 30, p95: 700, count: busy },
  }
}

export function findTotal(rows: HistoryRow[], key: string, label: string): HistoryRow {
  const sum = (value: (row: HistoryRow) => number) => rows.reduce((total, row) => total + value(row), 0)
  return {
    at: rows[0]?.at ?? formatTime(0),
    key,
    label,
    requests: sum(({ requests }) => requests),
    succeeded: sum(({ succeeded }) => succeeded),
    failed: sum(({ failed }) => failed),
    outcomes: {},
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    costUsd: rows.length === 0 ? null : sum(({ costUsd }) => costUsd ?? 0),
    estimatedTokens: 0,
    estimatedUsd: null,
    unpriced: 0,
    latencyMs: rows.length === 0 ? null : { p50: 690, p95: 2300, count: rows.length },
    firstByteMs: rows.length === 0 ? null : { p50: 262, p95: 700, count: rows.length },
  }
}

/** Starts of the last so many buckets. */
export function bucketsUpTo(now: number, length: number, per: 'hour' | 'day'): number[] {
  const ms = per === 'hour' ? HOUR : DAY
  const last = Math.floor(now / ms) * ms
  return Array.from({ length }, (_, index) => last - (length - 1 - index) * ms)
}

export function madeHistory(
  now: number,
  asked: {
    per: 'hour' | 'day'
    length: number
    by: HistoryDocument['by']
    keys: { key: string; label: string }[]
  },
): HistoryDocument {
  const { per, length, by, keys } = asked
  const starts = bucketsUpTo(now, length, per)
  const rows = starts.flatMap((at) =>
    keys.map(({ key, label }, index) =>
      historyRow(at, key, label, (per === 'hour' ? 40 : 700) / (index + 1)),
    ),
  )
  return {
    now: formatTime(now),
    from: formatTime(starts[0] ?? now),
    to: formatTime(now),
    per,
    by,
    rows,
    totals: findTotal(rows, 'all', 'All'),
  }
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString()
}
