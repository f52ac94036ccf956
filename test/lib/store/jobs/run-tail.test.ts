import { appendFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { RunRecords } from '../../../../src/lib/store/jobs/run-records.ts'
import type { RunRecord } from '../../../../src/lib/store/jobs/run-records.ts'
import { RunTail } from '../../../../src/lib/store/jobs/run-tail.ts'
import { RunTally } from '../../../../src/lib/toolkit/jobs/run-tally.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const run: RunRecord = {
  id: 'run-1',
  job: 'job_1',
  jobName: 'morning',
  account: 'acc_1',
  accountName: 'qwen/work',
  user: 'local',
  slot: '2026-11-22T07:00:00.000Z',
  status: 'running',
  attempts: 1,
  slots: 1,
  claimedAt: '2026-11-22T07:00:00.000Z',
  endedAt: null,
  isLate: false,
  isManual: false,
  reason: null,
  exitCode: null,
  outputBytes: 0,
}

function given() {
  const folder = temporaryFolder()
  const records = new RunRecords(resolveHome({ QWENCTL_HOME: folder }))
  records.write({ ...run, status: 'done' })
  return { folder, records, tail: new RunTail(records) }
}

test('a tail returns what is written after its creation, each record once, in files of any day', () => {
  const { records, tail } = given()
  expect(tail.readNew()).toEqual([])
  records.write({ ...run, id: 'run-2' })
  records.write({ ...run, id: 'run-3', claimedAt: '2026-11-23T07:00:00.000Z' })
  expect(tail.readNew().map(({ id }) => id)).toEqual(['run-2', 'run-3'])
  expect(tail.readNew()).toEqual([])
})

test('a line that is still being written is read when it is whole', () => {
  const { records, tail } = given()
  const [path = ''] = [...records.sizes().keys()]
  const line = `${JSON.stringify({ ...run, id: 'run-2' })}\n`
  appendFileSync(path, line.slice(0, 40))
  expect(tail.readNew()).toEqual([])
  appendFileSync(path, line.slice(40))
  expect(tail.readNew()).toHaveLength(1)
})

test('a tally counts ended runs by job, account and end, and every slot of a skipped record', () => {
  const { records, tail } = given()
  const tally = new RunTally(tail)
  records.write({ ...run, id: 'run-2' })
  for (const status of ['done', 'done', 'failed'] as const) records.write({ ...run, status })
  records.write({ ...run, status: 'skipped', slots: 59 })
  const labels = { user: 'local', provider: 'qwen', account: 'work', job: 'morning' }
  const expected = [
    { ...labels, status: 'done', runs: 2 },
    { ...labels, status: 'failed', runs: 1 },
    { ...labels, status: 'skipped', runs: 59 },
  ]
  expect(tally.read()).toEqual(expected)
  expect(tally.read()).toEqual(expected)
})
