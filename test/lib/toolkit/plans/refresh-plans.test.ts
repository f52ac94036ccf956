import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openrouterPlan } from '../../../../src/lib/provider/plans/balances.ts'
import { emptyWindow } from '../../../../src/lib/provider/plans/plan-reader.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import { readPlans } from '../../../../src/lib/toolkit/plans/plans-file.ts'
import { refreshPlans } from '../../../../src/lib/toolkit/plans/refresh-all.ts'
import { planNotices, planView } from '../../../../src/lib/toolkit/plans/refresh-plans.ts'
import type { Account } from '../../../../src/lib/account/account.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const at = '2026-11-30T03:00:00.000Z'
const NOW = Date.parse(at)
const account = { id: 'acc_1' } as Account

describe('what a provider counts', () => {
  test('the part that did not pass through qwenctl is shown as used elsewhere', () => {
    const state = emptyState()
    apply(state, { type: 'reserve', id: 'w-1', account: 'acc_1', at })
    apply(state, { type: 'settle', id: 'w-1', at, outcome: 'ok', costUsd: 1 })
    const windows = openrouterPlan.read(
      { data: { limit: 10, limit_remaining: 7.5, limit_reset: 'monthly' } },
      NOW,
    )
    expect(planView(windows, account, state, NOW).windows).toMatchObject([{ used: 2.5, elsewhere: 1.5 }])
  })

  test('a window that qwenctl can count becomes a limit; one that is used up rests the account until its end', () => {
    const end = NOW + 3_600_000
    const full = { ...emptyWindow('5 hours'), percent: 100, resetsAt: end }
    expect(planNotices([full], account)).toMatchObject([
      { type: 'cool', subject: 'acc_1', until: new Date(end).toISOString(), reason: 'quota-window' },
    ])
    expect(planNotices([{ ...full, stopsModels: false }], account)).toEqual([])
    expect(planNotices([{ ...full, percent: 99 }], account)).toEqual([])
    expect(planNotices([{ ...full, resetsAt: null }], account)).toEqual([])
    const counted = {
      ...emptyWindow('key limit'),
      metric: 'usd' as const,
      window: 'month',
      max: 10,
      remaining: -1,
    }
    expect(planNotices([counted], account)).toMatchObject([
      { type: 'learn', limits: [{ metric: 'usd', window: 'month', max: 10, remaining: 0 }] },
    ])
  })

  test('an answer without a known window changes nothing, and is a failure', async () => {
    const file = join(temporaryFolder(), 'plans.json')
    const state = emptyState()
    const of = { ...account, provider: 'openrouter', name: 'work' }
    const windows = openrouterPlan.read({ data: { limit: 10, limit_remaining: 7 } }, NOW)
    const parts = { file, state, now: NOW }
    await refreshPlans([of], { ...parts, asked: () => Promise.resolve(windows) })
    const before = readPlans(file)
    const { notices, failures } = await refreshPlans([of], {
      ...parts,
      now: NOW + 60_000,
      asked: () => Promise.resolve([]),
    })
    expect({ notices, failures, plans: readPlans(file) }).toEqual({
      notices: [],
      failures: ['openrouter/work: the answer about the plan has no known window'],
      plans: before,
    })
  })
})
