import { expect, test } from 'vitest'
import { deepseekPlan } from '../../../../src/lib/provider/plans/balances.ts'
import { emptyState } from '../../../../src/lib/quota/log/fold.ts'
import { formatPlanWindow } from '../../../../src/lib/terminal/quota/plan-notes.ts'
import { planView } from '../../../../src/lib/toolkit/plans/refresh-plans.ts'
import type { Account } from '../../../../src/lib/account/account.ts'

test.each([
  [true, 'balance 0.5 CNY left'],
  [false, 'balance 0.5 CNY, which pays for no request'],
])('a balance whose provider says is_available %s shows as: %s', (isAvailable, shown) => {
  const body = { is_available: isAvailable, balance_infos: [{ currency: 'CNY', total_balance: '0.50' }] }
  const windows = deepseekPlan.read(body, 0, 'https://api.deepseek.com/user/balance')!
  const { windows: views } = planView(windows, { id: 'acc_1' } as Account, emptyState(), 0)
  expect(views.map(formatPlanWindow)).toEqual([shown])
})
