// Due runs may be more than the room for them. The account that waits the longest then comes first.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { JobRunner, JobScheduler } from '../../../../src/lib/toolkit/jobs/runner/index.ts'
import type { NewJob } from '../../../../src/lib/toolkit/jobs/jobs.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'
import { KEY, NOON, acme, givenToolkit } from '../temporary-home.ts'

const MINUTE = 60_000
const command = [process.execPath, '-e', '']

/** A scheduler with room for one run, at a time that the test sets. */
async function given(accounts: readonly string[]) {
  let now = NOON
  const env = { QWENCTL_JOBS_MAX_CONCURRENT: '1' }
  const toolkit = await givenToolkit({ clock: () => now, providers: [acme()], env })
  for (const name of accounts) await toolkit.accounts.add({ provider: 'acme', name, secret: KEY })
  const trouble: string[] = []
  const onTrouble = (text: string) => void trouble.push(text)
  const parts = { toolkit, ledger: await toolkit.ledger(), onTrouble }
  const poolFor = () => Promise.resolve({ url: 'http://127.0.0.1:9', secret: 'none' })
  const runner = new JobRunner({ ...parts, poolFor, env: process.env })
  const scheduler = new JobScheduler({ ...parts, runner, user: null })
  /** Looks at a time after noon. */
  const look = async (ms: number) => {
    now = NOON + ms
    await scheduler.look()
    expect(trouble).toEqual([])
  }
  /** The runs in the order of their beginnings. */
  const listRuns = async () => {
    const runs = await toolkit.jobs.runs({ limit: 1000 })
    return runs.toSorted((one, other) => (one.claimedAt < other.claimedAt ? -1 : 1))
  }
  return { toolkit, runner, look, listRuns, add: (job: NewJob) => toolkit.jobs.add(job) }
}

test('accounts that are due at each slot take turns', async () => {
  const { add, look, runner, listRuns } = await given(['one', 'two', 'three'])
  await add({ name: 'tick', every: '1m', all: true, command })
  for (let minute = 1; minute <= 7; minute += 1) {
    await look(minute * MINUTE)
    await runner.settled()
  }
  const done = (await listRuns()).filter(({ status }) => status === 'done')
  const turns = ['one', 'two', 'three', 'one', 'two', 'three', 'one']
  expect(done.map(({ accountName }) => accountName)).toEqual(turns.map((name) => `acme/${name}`))
})

test('an account that is due now does not take the room for which another waits', async () => {
  const { add, look, runner, listRuns } = await given(['one', 'two', 'three'])
  const end = join(temporaryFolder(), 'end')
  const waits = `setInterval(() => require('node:fs').existsSync(${JSON.stringify(end)}) && process.exit(), 10)`
  const longRun = [process.execPath, '-e', waits]
  await add({ name: 'long', cron: '1 12 * * *', zone: 'UTC', accounts: ['one'], command: longRun })
  await add({ name: 'waiting', cron: '1 12 * * *', zone: 'UTC', accounts: ['two'], command })
  await add({ name: 'fresh', cron: '2 12 * * *', zone: 'UTC', accounts: ['three'], command })
  await look(MINUTE)
  await look(2 * MINUTE - 100)
  expect(existsSync(end)).toBe(false)
  writeFileSync(end, '')
  await runner.settled()
  await look(2 * MINUTE)
  expect(runner.active).toEqual([])
  await look(2 * MINUTE + 150)
  await runner.settled()
  await look(2 * MINUTE + 400)
  await runner.settled()
  expect((await listRuns()).map(({ jobName, status }) => `${jobName} ${status}`)).toEqual([
    'long done',
    'waiting done',
    'fresh done',
  ])
})

test('a late slot that finds no room waits like any other, and stays late', async () => {
  const { add, look, runner, listRuns } = await given(['one', 'two', 'three'])
  await add({ name: 'daily', cron: '0 13 * * *', zone: 'UTC', all: true, missed: 'once', command })
  for (let turn = 0; turn < 3; turn += 1) {
    await look(90 * MINUTE + turn * 250)
    await runner.settled()
  }
  expect(await listRuns()).toMatchObject(
    ['one', 'two', 'three'].map((name) => ({ accountName: `acme/${name}`, status: 'done', isLate: true })),
  )
})
