import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RunRecords } from '../../../../src/lib/store/jobs/run-records.ts'
import type { RunRecord } from '../../../../src/lib/store/jobs/run-records.ts'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const began: RunRecord = {
  id: 'run_1',
  job: 'job_1',
  jobName: 'tick',
  account: 'acc_1',
  accountName: 'qwen/a',
  user: 'local',
  slot: '2026-11-22T10:00:00.000Z',
  status: 'running',
  claimedAt: '2026-11-22T10:00:00.000Z',
  endedAt: null,
  attempts: 1,
  isLate: false,
  isManual: false,
  reason: null,
  exitCode: null,
  outputBytes: 0,
  slots: 1,
}
const started: RunRecord = {
  ...began,
  process: { pid: 7, startTime: '1', bootId: 'b', pidNamespace: null, host: 'h' },
}
const ended: RunRecord = { ...began, status: 'done', endedAt: '2026-11-22T10:01:00.000Z', exitCode: 0 }

function read(own: RunRecord[], others: RunRecord[] = []): RunRecord[] {
  const records = new RunRecords(resolveHome({ QWENCTL_HOME: join(temporaryFolder(), 'home') }))
  for (const record of own) records.write(record)
  records.keepOthers(others)
  return records.read({ limit: 10, fits: () => true })
}

test('a run has what its last line says, such as the process of its command', () => {
  expect(read([began, started])).toEqual([started])
  expect(read([began, started, ended])).toEqual([ended])
})

test('an end stays an end, in whichever order the lines of machines arrive', () => {
  const lines = fc.shuffledSubarray([began, started, ended], { minLength: 3 })
  fc.assert(
    fc.property(lines, fc.nat(3), (shuffled, own) => {
      expect(read(shuffled.slice(0, own), shuffled.slice(own))).toEqual([ended])
    }),
    { numRuns: 30 },
  )
})
