import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'

const NOW = Date.parse('2026-11-30T03:00:00Z')
const plan = (id: string) => builtinProviders.find((provider) => provider.id === id)!.plan!
const bases = (id: string, endpoint: string | null = null) =>
  builtinProviders.find((provider) => provider.id === id)!.bases(endpoint)

const URL_OF_PLAN = 'https://api.example/plan'
const read = (id: string, body: unknown) => plan(id).read(body, NOW, URL_OF_PLAN)

describe('the plan that a provider counts', () => {
  it.each([
    [
      'openrouter',
      { data: { limit: 10, limit_remaining: 7.5, limit_reset: 'monthly', usage: 100 } },
      [
        {
          name: 'key limit',
          metric: 'usd',
          window: 'month',
          max: 10,
          used: 2.5,
          remaining: 7.5,
          percent: 25,
        },
      ],
    ],
    ['openrouter', { data: { limit: null, limit_remaining: null, usage: 3 } }, []],
    [
      'openrouter',
      { data: { limit: null, limit_remaining: null, usage: 25.5, usage_monthly: '5.5' } },
      [{ name: 'this month', metric: 'usd', window: 'month', used: 5.5, max: null }],
    ],
    [
      'openrouter',
      { data: { limit: 5, limit_remaining: -0.02, limit_reset: null, usage_monthly: 2 } },
      [
        { name: 'key limit', window: null, remaining: -0.02, percent: 100 },
        { name: 'this month', used: 2 },
      ],
    ],
    // Every object has a member of this name.
    [
      'openrouter',
      { data: { limit: 10, limit_remaining: 4, limit_reset: 'constructor' } },
      [{ name: 'key limit', window: null, used: 6 }],
    ],
    ['zai', { success: true, data: { limits: [] } }, []],
    [
      'moonshot',
      {
        code: 0,
        data: {
          kind: 'ok',
          quota: {
            usages: {
              limit5h: { resetAt: '2026-11-30T05:00:00Z', usedRatio: 1 },
              limit_of_images: { used_ratio: 1, reset_time: '2026-11-30T05:00:00Z' },
            },
          },
        },
      },
      [
        { name: '5 hours', percent: 100, resetsAt: Date.parse('2026-11-30T05:00:00Z'), stopsModels: true },
        { name: 'limit_of_images', percent: 100, stopsModels: false },
      ],
    ],
    [
      'minimax',
      {
        model_remains: [
          {
            model_name: 'general',
            current_interval_status: 2,
            remains_time: 7200,
            current_weekly_status: 3,
            current_weekly_remaining_percent: 0,
            weekly_remains_time: 7200,
          },
          { model_name: 'video', current_interval_status: 3, current_interval_remaining_percent: 100 },
        ],
      },
      [{ name: 'general, 5 hours', percent: 100, resetsAt: NOW + 7200, stopsModels: true }],
    ],
    ['minimax', { model_remains: [{ model_name: 'general', current_interval_status: 3 }] }, []],
    [
      'minimax',
      {
        model_remains: [
          { model_name: 'MiniMax-M3', current_interval_remaining_percent: 80 },
          { model_name: 'MiniMax-M2.7', current_interval_remaining_percent: 0 },
        ],
      },
      [
        { name: 'MiniMax-M3, 5 hours', percent: 20, stopsModels: false },
        { name: 'MiniMax-M2.7, 5 hours', percent: 100, stopsModels: false },
      ],
    ],
    ['minimax', { base_resp: { status_code: 0 }, model_remains: [] }, []],
    ['deepseek', { is_available: true, balance_infos: [] }, []],
    ['deepseek', { is_available: false, balance_infos: [] }, [{ name: 'balance', remaining: 0 }]],
    [
      'deepseek',
      {
        is_available: false,
        balance_infos: [
          { currency: 'CNY', total_balance: '0.50' },
          { currency: 'USD', total_balance: '-0.10' },
        ],
      },
      [
        { remaining: 0.5, currency: 'CNY', isUnusable: true },
        { remaining: -0.1, metric: 'usd', isUnusable: true },
      ],
    ],
    [
      'custom',
      { availableBalance: '1000000', cashBalance: '800000', creditLimit: '200000' },
      [{ name: 'balance', metric: 'usd', remaining: 100 }],
    ],
    [
      'deepseek',
      { is_available: true, balance_infos: [{ currency: 'CNY', total_balance: '110.00' }] },
      [{ name: 'balance', metric: null, remaining: 110, currency: 'CNY' }],
    ],
    [
      'siliconflow',
      { code: 20000, status: true, data: { balance: '0.88', chargeBalance: '88', totalBalance: '88.88' } },
      [{ name: 'balance', metric: 'usd', remaining: 88.88 }],
    ],
    [
      'moonshot',
      { code: 0, data: { available_balance: 49.58 } },
      [{ name: 'balance', metric: 'usd', remaining: 49.58 }],
    ],
    [
      'moonshot',
      {
        usage: { limit: '100', used: '99', remaining: '1' },
        limits: [
          {
            window: { duration: 300, timeUnit: 'TIME_UNIT_MINUTE' },
            detail: { limit: '50', remaining: '10', resetTime: '2026-11-30T05:00:00Z' },
          },
        ],
      },
      [
        { name: 'week', used: 99, percent: 99 },
        { name: '5 hours', used: 40, percent: 80, resetsAt: Date.parse('2026-11-30T05:00:00Z') },
      ],
    ],
    [
      'moonshot',
      {
        limits: [
          {
            window: { duration: 300, timeUnit: 'TIME_UNIT_MINUTE' },
            detail: { limit: '100', used: '100', resetTime: '2026-11-30T12:22:15.593402Z' },
          },
        ],
        usages: {
          limit_5h: { used_ratio: 0, reset_time: '2026-11-30T12:22:15Z' },
          limit_7d: { used_ratio: 1.0025, reset_time: '2026-12-02T00:00:00Z' },
          limit_month_total: { used_ratio: 0.0795, reset_time: '2026-12-22T00:00:00Z' },
        },
      },
      [
        { name: '5 hours', used: 100, percent: 100, resetsAt: Date.parse('2026-11-30T12:22:15.593Z') },
        { name: 'week', percent: 100 },
        { name: 'month, all products', percent: 7.95, resetsAt: Date.parse('2026-12-22T00:00:00Z') },
      ],
    ],
    [
      'moonshot',
      {
        limits: [
          {
            window: { duration: 300, timeUnit: 'TIME_UNIT_MINUTE' },
            detail: { limit: '0', used: '0', remaining: '0', resetTime: '2026-11-30T20:11:32Z' },
          },
        ],
        usages: { limit_5h: { used_ratio: 0.25, reset_time: '2026-11-30T20:11:32Z' } },
      },
      [{ name: '5 hours', percent: 25, max: null }],
    ],
    [
      'moonshot',
      {
        limits: [
          { window: { duration: 5, timeUnit: 'TIME_UNIT_HOUR' }, detail: { limit: 50, remaining: 40 } },
          { window: { duration: 7, timeUnit: 'TIME_UNIT_DAY' }, detail: { limit: 50, used: 60 } },
        ],
      },
      [
        { name: '5 hours', used: 10, percent: 20, resetsAt: null },
        { name: 'week', used: 60, remaining: -10, percent: 100 },
      ],
    ],
    [
      'minimax',
      {
        base_resp: { status_code: 0 },
        model_remains: [
          {
            model_name: 'MiniMax-M2.5',
            current_interval_total_count: 1500,
            current_interval_usage_count: 1245,
            remains_time: 7200,
          },
          { model_name: 'MiniMax-Hailuo-2.3-Fast-6s-768p', current_interval_remaining_percent: '0' },
          { model_name: 'speech-hd', current_interval_total_count: 0, current_interval_usage_count: 0 },
        ],
      },
      [
        { name: 'MiniMax-M2.5, 5 hours', percent: 17, stopsModels: true, resetsAt: NOW + 7200 },
        { percent: 100, stopsModels: false },
      ],
    ],
    [
      'zai',
      {
        success: true,
        data: {
          limits: [
            { type: 'TOKENS_LIMIT', unit: 3, number: 5, percentage: 42.5, nextResetTime: NOW + 60_000 },
            { type: 'TIME_LIMIT', unit: 5, number: 1, percentage: 100 },
          ],
        },
      },
      [
        { name: '5 hours', percent: 42.5, resetsAt: NOW + 60_000, stopsModels: true },
        { name: 'tools, 1 month', percent: 100, stopsModels: false },
      ],
    ],
    [
      'minimax',
      {
        base_resp: { status_code: 0 },
        model_remains: [
          {
            model_name: 'general',
            current_interval_remaining_percent: 83,
            remains_time: 7200,
            current_weekly_remaining_percent: 40,
          },
        ],
      },
      [
        { name: 'general, 5 hours', percent: 17, resetsAt: NOW + 7200 },
        { name: 'general, week', percent: 60, resetsAt: null },
      ],
    ],
  ])('%s', (id, body, windows) => {
    expect(read(id, body)).toMatchObject(windows)
    expect(read(id, body)).toHaveLength(windows.length)
  })

  it.each([
    ['openrouter', {}],
    ['openrouter', { data: { label: 'sk-or' } }],
    ['deepseek', { error: 'x' }],
    ['deepseek', { balance_infos: [{ currency: 'CNY' }] }],
    ['moonshot', { data: {} }],
    ['siliconflow', { data: { totalBalance: 'x' } }],
    ['custom', { availableBalance: null }],
    ['minimax', { base_resp: { status_code: 1004, status_msg: 'login fail' } }],
    ['moonshot', { limits: [{ detail: {} }] }],
    ['zai', { success: true, data: {} }],
    ['zai', { success: true, data: { limits: [{ type: 'TOKENS_LIMIT' }] } }],
    ['minimax', { model_remains: [{ model_name: 'general' }] }],
    ['openai', { error: 'x' }],
    ['anthropic', []],
  ])('%s: %j cannot be read', (id, body) => {
    expect(read(id, body)).toBeNull()
  })

  it.each([
    ['intl', { metric: 'usd', remaining: 49.58 }],
    ['cn', { metric: null, currency: 'CNY', remaining: 49.58 }],
  ])('Moonshot at %s counts in its currency', (endpoint, window) => {
    const url = plan('moonshot').url(bases('moonshot', endpoint), NOW)!
    const body = { code: 0, data: { available_balance: 49.58 } }
    expect(plan('moonshot').read(body, NOW, url)).toMatchObject([window])
  })

  test('an answer of any shape is read without a fault', () => {
    const readers = builtinProviders.flatMap((provider) => (provider.plan === null ? [] : [provider.plan]))
    expect(readers.length).toBeGreaterThanOrEqual(5)
    fc.assert(
      fc.property(fc.constantFrom(...readers), fc.jsonValue(), (reader, body) => {
        for (const { percent } of reader.read(body, NOW, URL_OF_PLAN) ?? [])
          expect(percent === null || percent >= 0).toBe(true)
      }),
    )
  })

  it.each([
    ['openrouter', null, 'https://openrouter.ai/api/v1/key', true],
    ['deepseek', null, 'https://api.deepseek.com/user/balance', true],
    ['siliconflow', 'intl', 'https://api.siliconflow.com/v1/user/info', true],
    ['siliconflow', 'cn', null, true],
    ['moonshot', 'cn', 'https://api.moonshot.cn/v1/users/me/balance', true],
    ['moonshot', 'coding', 'https://api.kimi.com/coding/v1/usages', false],
    ['zai', 'coding-intl', 'https://api.z.ai/api/monitor/usage/quota/limit', false],
    ['zai', 'intl', null, false],
    ['moonshot', 'https://api.kimi.ai/coding/v1', 'https://api.kimi.ai/coding/v1/usages', false],
    ['minimax', 'https://api.minimaxi.com/anthropic', 'https://api.minimaxi.com/v1/token_plan/remains', true],
    [
      'custom',
      'https://api.novita.ai/v3/openai',
      'https://api.novita.ai/openapi/v1/billing/balance/detail',
      true,
    ],
    ['custom', 'https://api.novita.ai.example/v3/openai', null, true],
  ])('%s at %s is asked at %s', (id, endpoint, url, isOfficial) => {
    expect(plan(id).url(bases(id, endpoint), NOW)).toBe(url)
    if (url !== null) expect(plan(id).isOfficial(bases(id, endpoint))).toBe(isOfficial)
  })
})

test.each([
  ['sk-cp-0123456789abcdef', true],
  ['0123456789abcdef', true],
  ['sk-api-0123456789abcdef', false],
  ['eyJhbGciOi.eyJ.x', false],
])('a key of MiniMax like %s may have a plan: %s', (key, mayAsk) => {
  expect(plan('minimax').keyPattern?.test(key)).toBe(mayAsk)
})

describe('what an administrator may ask', () => {
  test.each([
    [
      'openrouter',
      plan('openrouter').also!,
      'https://openrouter.ai/api/v1/credits',
      { data: { total_credits: 100.5, total_usage: 25.75 } },
      { name: 'balance', metric: 'usd', remaining: 74.75 },
    ],
    [
      'openai',
      plan('openai'),
      'https://api.openai.com/v1/organization/costs?start_time=1793491200&bucket_width=1d&limit=31',
      { data: [{ results: [{ amount: { value: 1.5, currency: 'usd' } }] }, { results: [] }] },
      { name: 'this month', metric: 'usd', window: 'month', used: 1.5 },
    ],
    [
      'anthropic',
      plan('anthropic'),
      'https://api.anthropic.com/v1/organizations/cost_report?starting_at=2026-11-01T00:00:00.000Z&limit=31',
      { data: [{ results: [{ amount: '123.5', currency: 'USD' }, { amount: '76.5' }] }] },
      { name: 'this month', metric: 'usd', window: 'month', used: 2 },
    ],
  ])('%s says what was spent', (id, reader, url, body, window) => {
    expect(reader.url(bases(id), NOW)).toBe(url)
    expect(reader.read(body, NOW, URL_OF_PLAN) ?? []).toMatchObject([window])
    expect(reader.isPrivileged).toBe(true)
  })

  test('no gateway is asked for it', () => {
    const gateway = { openai: 'https://gateway.example/v1', anthropic: 'https://gateway.example' }
    expect([plan('openai').url(gateway, NOW), plan('anthropic').url(gateway, NOW)]).toEqual([null, null])
  })
})
