import { expect, test } from 'vitest'
import { startSchedule } from '../../../src/commands/base/proxy/run-schedule.ts'
import { playJobs } from '../../../src/lib/demo/demo-jobs.ts'

test('two schedules run each slot once', async () => {
  const lines: string[] = []
  const trouble: string[] = []
  const onTrouble = (message: string) => void trouble.push(message)
  const { runs, eachSlotOnce } = await playJobs({
    startSchedule: async (toolkit, url) =>
      (await startSchedule(toolkit, { url, user: null, env: {}, onTrouble })).stop,
    print: (line) => lines.push(line),
    onTrouble,
    signal: new AbortController().signal,
    playMs: 7500,
  })
  expect(eachSlotOnce).toBe(true)
  expect(new Set(runs.map(({ jobName }) => jobName))).toEqual(new Set(['greet', 'broken']))
  expect(lines.at(-1)).toContain('each slot ran once')
  expect(trouble).toEqual([])
}, 30_000)
