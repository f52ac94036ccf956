import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RunRecord } from '../../../../src/lib/store/jobs/run-records.ts'
import { RunRecords } from '../../../../src/lib/store/jobs/run-records.ts'
import { SharedRuns } from '../../../../src/lib/store/jobs/shared-runs.ts'
import type { Home } from '../../../../src/lib/store/home.ts'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { closeStore } from '../../../../src/lib/store/redis/open-store.ts'
import { RedisServer, hasRedis } from '../../../support/servers/redis-server.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

interface Machine {
  home: Home
  records: RunRecords
  shared: SharedRuns
}

function givenMachine(env: Record<string, string>, folder = temporaryFolder()): Machine {
  const home = resolveHome({ QWENCTL_HOME: folder, ...env })
  onTestFinished(() => closeStore(home))
  const records: RunRecords = new RunRecords(home, (record) => shared.add(record))
  const shared = new SharedRuns(home, records)
  return { home, records, shared }
}

const run = (id: string, status: RunRecord['status'], minute = 0): RunRecord => ({
  id,
  job: 'job_1',
  jobName: 'tick',
  account: 'acc_1',
  accountName: 'qwen/a',
  user: 'local',
  slot: '2026-11-22T10:00:00.000Z',
  status,
  claimedAt: `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z`,
  endedAt: status === 'running' ? null : '2026-11-22T10:59:00.000Z',
  attempts: 1,
  isLate: false,
  isManual: false,
  reason: null,
  exitCode: null,
  outputBytes: 0,
  slots: 1,
})

const all = ({ records }: Machine) =>
  records.read({ limit: 100, fits: () => true }).map(({ id, status }) => `${id} ${status}`)

test.skipIf(!hasRedis)('each machine of a store sees the runs of all, and counts only its own', async () => {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  const env = { QWENCTL_STORE_URL: server.url }
  const [one, two] = [givenMachine(env), givenMachine(env)]
  one.records.write(run('a', 'running', 1))
  two.records.write(run('b', 'running', 2))
  one.records.write(run('a', 'done', 1))
  for (const { shared } of [one, two]) await shared.settle()
  for (const { shared } of [one, two]) await shared.fetch()
  expect(all(one)).toEqual(['b running', 'a done'])
  expect(all(two)).toEqual(['b running', 'a done'])
  expect([...one.records.sizes().keys()]).toEqual([
    join(one.home.dataFolder, 'jobs', 'runs-2026-11-22.ndjson'),
  ])
  // A later process of the machine copies only what is new.
  const later = givenMachine(env, one.home.dataFolder)
  two.records.write(run('b', 'lost', 2))
  await two.shared.settle()
  await later.shared.fetch()
  expect(all(later)).toEqual(['b lost', 'a done'])
  const copies = readFileSync(join(one.home.dataFolder, 'jobs', 'others-2026-11-22.ndjson'), 'utf8')
  expect(copies.trim().split('\n')).toHaveLength(2)
  // Without its place in the stream it copies all again, and shows the same.
  rmSync(join(one.home.dataFolder, 'jobs', 'others.json'))
  const last = givenMachine(env, one.home.dataFolder)
  await last.shared.fetch()
  expect(all(last)).toEqual(['b lost', 'a done'])
})

test.skipIf(!hasRedis)('records of a time without the store are added later', async () => {
  const server = await RedisServer.start('--appendfsync', 'always')
  onTestFinished(() => server.stop())
  const env = { QWENCTL_STORE_URL: server.url }
  const [one, two] = [givenMachine(env), givenMachine(env)]
  await one.shared.fetch()
  await server.kill()
  one.records.write(run('a', 'done', 1))
  await one.shared.settle()
  await two.shared.fetch()
  expect([all(one), all(two)]).toEqual([['a done'], []])
  await server.start()
  one.records.write(run('b', 'done', 2))
  await expect
    .poll(async () => {
      await one.shared.settle()
      await two.shared.fetch()
      return all(two)
    })
    .toEqual(['b done', 'a done'])
})

test('without a shared store, only the own runs are there', async () => {
  const one = givenMachine({})
  one.records.write(run('a', 'running'))
  await one.shared.settle()
  await one.shared.fetch()
  expect(all(one)).toEqual(['a running'])
})
