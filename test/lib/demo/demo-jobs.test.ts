import { expect, test } from 'vitest'
import { startSchedule } from '../../../src/commands/base/proxy/run-schedule.ts'
import { playJobs } from '../../../src/lib/demo/demo-jobs.ts'

test('two schedules run each slot once, and each account has its own delay', async () => {
  const told: string[] = []
  const trouble: string[] = []
  const onTrouble = (message: string) => void trouble.push(message)
  const { runs, accounts, failing, eachSlotOnce } = await playJobs({
    startSchedule: async (toolkit, url) =>
      (await startSchedule(toolkit, { url, user: null, env: {}, onTrouble })).stop,
    onRun: ({ jobName }) => told.push(jobName),
    onTrouble,
    signal: new AbortController().signal,
    every: '1s',
    hasFailingJob: true,
    playMs: 20_000,
    enoughRuns: 6,
  })
  expect(eachSlotOnce).toBe(true)
  expect(new Set(runs.map(({ jobName }) => jobName))).toEqual(new Set(['greet', 'broken']))
  expect(new Set(told)).toEqual(new Set(['greet', 'broken']))
  expect(accounts.map(({ name }) => name)).toEqual(['work', 'home', 'spare'])
  expect(accounts.reduce((sum, { done }) => sum + done, 0)).toBeGreaterThanOrEqual(6)
  for (const { delayMs } of accounts) {
    expect(delayMs).toBeGreaterThanOrEqual(0)
    expect(delayMs).toBeLessThan(1_000)
  }
  expect(new Set(accounts.map(({ delayMs }) => delayMs)).size).toBeGreaterThan(1)
  expect(failing).not.toBeNull()
  expect(trouble).toEqual([])
})
