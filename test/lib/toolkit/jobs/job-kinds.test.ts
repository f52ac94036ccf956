import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { AccountPools, JobRunner } from '../../../../src/lib/toolkit/jobs/runner/index.ts'
import type { NewJob } from '../../../../src/lib/toolkit/jobs/jobs.ts'
import { openaiLine, seenBy } from '../../../e2e/batch-process.ts'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

async function given() {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const { toolkit, running } = await givenProxy({
    accounts: [{ name: 'a' }, { name: 'b' }],
    baseUrl: upstream.baseUrl,
  })
  const ledger = await toolkit.ledger()
  const pools = new AccountPools(toolkit, () => running.url)
  onTestFinished(() => pools.close())
  const troubles: string[] = []
  const runner = new JobRunner({
    toolkit,
    ledger,
    env: process.env,
    onTrouble: (text) => void troubles.push(text),
    poolFor: (account, job) => pools.poolFor(account, job),
  })
  const [account] = await toolkit.accounts.records()
  const limits = { maxConcurrent: null, maxPerHour: null, pauseAfterFailures: null }
  let slot = ledger.now()
  const run = async (job: Omit<NewJob, 'name' | 'every'>) => {
    await toolkit.jobs.remove('task').catch(() => undefined)
    const added = await toolkit.jobs.add({ name: 'task', every: '1h', accounts: ['a'], ...job })
    return runAgain(added.id)
  }
  const runAgain = async (id = 'task') => {
    const job = await toolkit.jobs.find(id)
    const order = { job, account: account!, slot: (slot += 1000), isLate: false, isManual: true, attempt: 1 }
    const begun = await runner.start(order, limits)
    const { id: runId } = await begun!.ended
    return toolkit.jobs.run(runId)
  }
  const put = (name: string, lines: string[]) => {
    const path = join(toolkit.accounts.locateFolder(account!), name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  return { toolkit, upstream, run, runAgain, put, troubles }
}

test('a batch of a job runs over its account alone, and a later run sends no answered line again', async () => {
  const { upstream, run, runAgain, put } = await given()
  const path = put(
    'data/tasks.jsonl',
    [1, 2, 3].map((line) => openaiLine(line)),
  )
  const first = await run({ batch: 'data/{{kind}}.jsonl', set: ['kind=tasks'] })
  expect(first).toMatchObject({ status: 'done', reason: null })
  expect(first.output).toContain('3 of 3 lines are answered')
  expect(upstream.count(makeKey('a'))).toBe(3)
  expect(upstream.count()).toBe(3)
  expect(readFileSync(path.replace('.jsonl', '.out.jsonl'), 'utf8').trim().split('\n')).toHaveLength(3)
  expect((await runAgain()).status).toBe('done')
  expect([...seenBy(upstream).values()]).toEqual([1, 1, 1])
})

test('a batch of a job fails with its lines, is skipped without its file, and is refused with a bad one', async () => {
  const { upstream, run, put } = await given()
  upstream.always((call) =>
    (call.seen.body.includes('line 2.') ? json(400, { error: { message: 'too long' } }) : chat())(call),
  )
  expect(await run({ batch: 'none.jsonl' })).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining('there is no file') as string,
  })
  put(
    'two.jsonl',
    [1, 2].map((line) => openaiLine(line)),
  )
  expect(await run({ batch: 'two.jsonl' })).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('1 line failed and 0 are unknown') as string,
  })
  put('bad.jsonl', ['not JSON'])
  expect(await run({ batch: 'bad.jsonl' })).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('line 1: not valid JSON') as string,
  })
  await expect(run({ batch: '../b/two.jsonl' })).rejects.toThrow("out of the account's folder")
})

test('reading the counts of a provider without any skips the slot', async () => {
  const { run } = await given()
  expect(await run({ plan: true })).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining('no counts of its own') as string,
  })
})

test('a job starts windows of plans only after a person has allowed it, and not after that ended', async () => {
  const { toolkit, upstream, run, runAgain } = await given()
  await expect(run({ prime: true })).rejects.toThrow('may not start windows')
  await toolkit.settings.set('jobs.prime', 'true')
  expect(await run({ prime: true, model: 'm1' })).toMatchObject({ status: 'done' })
  expect(JSON.parse(upstream.last.body.toString())).toMatchObject({ max_tokens: 1 })
  await toolkit.settings.set('jobs.prime', 'false')
  expect(await runAgain()).toMatchObject({ status: 'skipped', reason: 'jobs.prime is false' })
  expect(upstream.count()).toBe(1)
})

test.each<[Omit<NewJob, 'name'>, string]>([
  [{ every: '1h', all: true, plan: true, verify: true }, 'a job does one thing'],
  [{ every: '1h', all: true, batch: 'a.jsonl', command: ['ls'] }, 'a job does one thing'],
  [{ every: '1h', all: true, batch: ' ' }, '--batch is empty'],
  [{ every: '1h', all: true, plan: true, out: 'x.txt' }, '--out is for the answer'],
])('%o is refused', async (job, message) => {
  const { toolkit } = await given()
  await expect(toolkit.jobs.add({ name: 'wrong', ...job })).rejects.toThrow(message)
})

test('a folder in which no file can be made fails no run', async () => {
  const { upstream, run, put } = await given()
  // A file in the place of a folder: permissions do not bind every user.
  put('media', ['in the way'])
  expect(await run({ ask: 'Say hi', model: 'm1' })).toMatchObject({ status: 'done', reason: null })
  expect(upstream.count(makeKey('a'))).toBe(1)
})
