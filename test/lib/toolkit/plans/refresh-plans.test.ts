import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { deepseekPlan, openrouterPlan, siliconflowPlan } from '../../../../src/lib/provider/plans/balances.ts'
import { emptyWindow, type PlanWindow } from '../../../../src/lib/provider/plans/plan-reader.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import { readPlans } from '../../../../src/lib/toolkit/plans/plans-file.ts'
import { refreshPlans } from '../../../../src/lib/toolkit/plans/refresh-all.ts'
import { balanceNotices, planNotices, planView } from '../../../../src/lib/toolkit/plans/refresh-plans.ts'
import type { Account } from '../../../../src/lib/account/account.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const at = '2026-11-30T03:00:00.000Z'
const NOW = Date.parse(at)
const account = { id: 'acc_1' } as Account

/** The windows of a key of OpenRouter. */
function readKey(data: object): PlanWindow[] {
  const windows = openrouterPlan.read({ data }, NOW, 'https://openrouter.ai/api/v1/key')
  expect(windows).not.toBeNull()
  return windows!
}

test.each([
  ['DeepSeek without a usable balance', deepseekPlan, { is_available: false, balance_infos: [] }, true],
  ['free models of SiliconFlow', siliconflowPlan, { data: { totalBalance: '0' } }, false],
  ['a debt at SiliconFlow', siliconflowPlan, { data: { totalBalance: '-0.01' } }, true],
  ['free models of OpenRouter', openrouterPlan.also!, { data: { total_credits: 0, total_usage: 0 } }, false],
  ['a debt at OpenRouter', openrouterPlan.also!, { data: { total_credits: 5, total_usage: 5.1 } }, true],
])('%s: an account rests only if its balance stops every model', (_, reader, body, rests) => {
  const windows = reader.read(body, NOW, 'https://api.example/balance')!
  const notices = balanceNotices(windows, account, { state: emptyState(), before: undefined, now: NOW })
  expect(notices.map(({ type }) => type)).toEqual(rests ? ['cool'] : [])
})

describe('what a provider counts', () => {
  test('the part that did not pass through qwenctl is shown as used elsewhere', () => {
    const state = emptyState()
    apply(state, { type: 'reserve', id: 'w-1', account: 'acc_1', at })
    apply(state, { type: 'settle', id: 'w-1', at, outcome: 'ok', costUsd: 1 })
    const windows = readKey({ limit: 10, limit_remaining: 7.5, limit_reset: 'monthly' })
    expect(planView(windows, account, state, NOW).windows).toMatchObject([{ used: 2.5, elsewhere: 1.5 }])
  })

  test('a window that qwenctl can count becomes a limit; one that is used up rests the account until its end', () => {
    const end = NOW + 3_600_000
    const full = { ...emptyWindow('5 hours'), percent: 100, resetsAt: end }
    expect(planNotices([full], account, NOW)).toMatchObject([
      { type: 'cool', subject: 'acc_1', until: new Date(end).toISOString(), reason: 'quota-window' },
    ])
    expect(planNotices([{ ...full, stopsModels: false }], account, NOW)).toEqual([])
    expect(planNotices([{ ...full, percent: 99 }], account, NOW)).toEqual([])
    expect(planNotices([{ ...full, resetsAt: null }], account, NOW)).toEqual([])
    expect(planNotices([{ ...full, resetsAt: Date.parse('2099-01-01') }], account, NOW)).toEqual([])
    expect(planNotices([{ ...full, resetsAt: NOW - 1 }], account, NOW)).toEqual([])
    const counted = {
      ...emptyWindow('key limit'),
      metric: 'usd' as const,
      window: 'month',
      max: 10,
      remaining: -1,
    }
    expect(planNotices([counted], account, NOW)).toMatchObject([
      { type: 'learn', limits: [{ metric: 'usd', window: 'month', max: 10, remaining: 0 }] },
    ])
  })

  test('a failed question changes nothing, and an answer without windows replaces the view', async () => {
    const file = join(temporaryFolder(), 'plans.json')
    const state = emptyState()
    const of = { ...account, provider: 'openrouter', name: 'work' }
    const windows = readKey({ limit: 10, limit_remaining: 7 })
    const parts = { file, state, now: NOW }
    await refreshPlans([of], { ...parts, asked: () => Promise.resolve(windows) })
    const before = readPlans(file)
    const { notices, failures } = await refreshPlans([of], {
      ...parts,
      now: NOW + 60_000,
      asked: () => Promise.reject(new Error('not readable')),
    })
    expect({ notices, failures, plans: readPlans(file) }).toEqual({
      notices: [],
      failures: ['not readable'],
      plans: before,
    })
    const now = NOW + 120_000
    const none = readKey({ limit: null, limit_remaining: null })
    const later = await refreshPlans([of], { ...parts, now, asked: () => Promise.resolve(none) })
    expect({ ...later, plans: readPlans(file) }).toEqual({
      notices: [],
      failures: [],
      plans: { acc_1: { at: new Date(now).toISOString(), windows: [] } },
    })
  })
})
