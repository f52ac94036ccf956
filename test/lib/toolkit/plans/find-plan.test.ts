import { expect, test } from 'vitest'
import type { Account } from '../../../../src/lib/account/account.ts'
import { findBases } from '../../../../src/lib/provider/endpoints.ts'
import { findPlan } from '../../../../src/lib/toolkit/plans/find-plan.ts'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

test.each([
  ['deepseek', null, null, 'https://api.deepseek.com/user/balance'],
  ['custom', 'https://api.deepseek.com/v1', null, 'https://api.deepseek.com/user/balance'],
  ['custom', 'https://api.deepseek.com/anthropic', null, 'https://api.deepseek.com/user/balance'],
  ['openai', 'https://api.moonshot.cn/v1', null, 'https://api.moonshot.cn/v1/users/me/balance'],
  ['custom', 'https://api.kimi.com/coding/v1', null, 'https://api.kimi.com/coding/v1/usages'],
  ['custom', 'https://openrouter.ai/api/v1', null, 'https://openrouter.ai/api/v1/key'],
  [
    'custom',
    'https://api.novita.ai/v3/openai',
    null,
    'https://api.novita.ai/openapi/v1/billing/balance/detail',
  ],
  ['custom', 'https://gateway.example/v1', null, null],
  // A Messages base of its own is no place for the key of the other base.
  ['custom', 'https://gateway.example/v1', 'https://api.deepseek.com/anthropic', null],
  ['gone', 'https://api.deepseek.com/v1', null, null],
])('the plan of %s at %s and %s is at %s', async (provider, baseUrl, anthropicBaseUrl, url) => {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: temporaryFolder() } })
  const registry = await toolkit.providers()
  const account = { provider, baseUrl, anthropicBaseUrl } as Account
  const plan = findPlan(account, registry)
  const bases = registry.has(provider) ? findBases(account, registry.get(provider)) : null
  expect(plan === null || bases === null ? null : plan.url(bases, 0)).toBe(url)
  await toolkit.close()
})
