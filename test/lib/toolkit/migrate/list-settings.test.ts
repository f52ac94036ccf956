import { expect, onTestFinished, test } from 'vitest'
import { makeFinding } from '../../../../src/lib/toolkit/migrate/finding.ts'
import { applySettings, planSettings } from '../../../../src/lib/toolkit/migrate/list-settings.ts'
import type { PlanRow } from '../../../../src/lib/toolkit/migrate/plan.ts'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

/** A row of a list with these limits. */
function row(maxConcurrent: number | null, maxPerHour: number | null): PlanRow {
  const listLimits = { maxConcurrent, maxPerHour }
  return {
    action: 'add',
    finding: makeFinding({ source: 'accounts-yaml', file: '/a', provider: 'qwen', name: 'a', listLimits }),
    name: 'a',
    account: null,
    reason: null,
    notes: [],
  }
}

test.each([
  [[row(20, null), row(8, 50), row(null, 90)], { 'jobs.maxConcurrent': 8, 'jobs.maxPerHour': 50 }],
  [[row(20_000, 9e9)], { 'jobs.maxConcurrent': 10_000, 'jobs.maxPerHour': 1_000_000 }],
  [[row(null, null)], {}],
])('limits of lists become settings that can be stored (%#)', async (rows, expected) => {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: temporaryFolder() } })
  onTestFinished(() => toolkit.close())
  const plans = await planSettings(toolkit, rows)
  expect(Object.fromEntries(plans.map(({ key, value }) => [key, value]))).toEqual(expected)
  await applySettings(toolkit, plans)
  for (const [key, value] of Object.entries(expected)) expect(await toolkit.settings.get(key)).toBe(value)
})
