// `batch run` as people use it: real processes and files, judged by the scripted upstream.

import { appendFileSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BatchPlanView, BatchView } from '../../src/lib/toolkit/batch/batch-views.ts'
import { runCommand } from '../support/cli.ts'
import { chat, hang, json } from '../support/servers/fake-upstream.ts'
import type { Answer } from '../support/servers/fake-upstream.ts'
import { givenBatch, idsIn, lines, openaiLine, results, seenBy, start } from './batch-process.ts'
import { until } from '../support/servers/proxy-harness.ts'

const out = (file: string) => file.replace('.jsonl', '.out.jsonl')
const err = (file: string) => file.replace('.jsonl', '.err.jsonl')

test('every line has one answer in the format of the input, by all accounts, counted in the ledger', async () => {
  const { run, file, upstream, home } = await givenBatch(lines(40))
  upstream.always(chat('an\nanswer'))
  const { exit, batch } = await run()
  expect(exit).toBe(0)
  expect(batch).toMatchObject({ status: 'completed', lines: 40, done: 40, failed: 0, unknown: 0, left: 0 })
  expect(batch.accounts.map(({ account }) => account).sort()).toEqual(['custom/a', 'custom/b'])
  expect(batch.accounts.reduce((sum, { done }) => sum + done, 0)).toBe(40)
  expect(batch).toMatchObject({ inputTokens: 280, outputTokens: 120 })
  const answers = results(out(file))
  expect(new Set(answers.map(({ custom_id }) => custom_id)).size).toBe(40)
  expect(answers[0]).toMatchObject({
    response: { status_code: 200, body: { choices: [{ message: { content: 'an\nanswer' } }] } },
    error: null,
  })
  const quota = await runCommand(home, ['quota', 'show', '--json'])
  const { totals } = JSON.parse(quota.stdout) as { totals: { requests: number } }
  expect(totals.requests).toBe(40)
  const again = await run()
  expect(again).toMatchObject({ exit: 0, batch: { id: batch.id, status: 'completed', done: 40 } })
  expect(upstream.count()).toBe(40)
})

test('a batch killed three times at any moment answers each line once, and names the lines of unknown fate', async () => {
  const {
    run,
    start: begin,
    file,
    upstream,
  } = await givenBatch(lines(300), [...[{ name: 'a' }, { name: 'b' }, { name: 'c' }]])
  upstream.always(chat())
  const moments: number[] = []
  for (let kill = 0; kill < 3; kill += 1) {
    moments.push(upstream.count() + 1 + Math.floor(Math.random() * 70))
    const { child, ended } = begin('--concurrency', '8')
    await upstream.arrivals(moments.at(-1)!)
    child.kill('SIGKILL')
    await ended
  }
  const told = `killed at ${moments.join(', ')}`
  const { batch } = await run()
  expect(batch.done + batch.unknown, told).toBe(300)
  expect(batch.unknown, told).toBeLessThanOrEqual(24)
  const ids = idsIn(out(file))
  expect(new Set(ids).size, told).toBe(ids.length)
  expect(ids.length, told).toBe(batch.done)
  for (const [id, times] of seenBy(upstream)) expect(times, `${told}: ${id}`).toBe(1)
  const last = await run('--retry-unknown')
  expect(last, told).toMatchObject({ exit: 0, batch: { done: 300, unknown: 0 } })
  expect(new Set(idsIn(out(file))).size, told).toBe(300)
  for (const id of ids) expect(seenBy(upstream).get(id), `${told}: ${id}`).toBe(1)
})

test('a limit fails no line: the batch waits for the stated time and continues', async () => {
  const { run, file, upstream } = await givenBatch(lines(6), [{ name: 'a' }])
  const busy = json(
    429,
    { error: { message: 'slow down', code: 'rate_limit_exceeded' } },
    { 'retry-after': '1' },
  )
  upstream.next(chat(), busy)
  upstream.always(chat())
  const { exit, batch } = await run('--concurrency', '1')
  expect({ exit, batch }).toMatchObject({ exit: 0, batch: { done: 6, failed: 0 } })
  expect(idsIn(out(file)).length).toBe(6)
  expect(statSync(err(file)).size).toBe(0)
})

const faulty: Answer = (call) => {
  const isBad = call.seen.body.includes('line 2.')
  return (isBad ? json(400, { error: { message: 'too long', code: 'context_length' } }) : chat())(call)
}

test('a 400 is the error of its line; --retry-failed sends it again, and the old error goes', async () => {
  const { run, file, upstream } = await givenBatch(lines(5))
  upstream.always(faulty)
  const first = await run()
  expect(first).toMatchObject({ exit: 1, batch: { status: 'completed', done: 4, failed: 1 } })
  expect(results(err(file))).toMatchObject([
    { custom_id: 'id-2', response: { status_code: 400, body: { error: { message: 'too long' } } } },
  ])
  await run()
  expect(upstream.count()).toBe(5)
  upstream.always(chat())
  const second = await run('--retry-failed', '--order', 'input')
  expect(second).toMatchObject({ exit: 0, batch: { done: 5, failed: 0 } })
  expect(second.batch.accounts.every(({ failed }) => failed === 0)).toBe(true)
  expect(upstream.count()).toBe(6)
  expect(idsIn(err(file))).toEqual([])
  expect(idsIn(out(file))).toEqual(['id-0', 'id-1', 'id-2', 'id-3', 'id-4'])
})

test('an invalid file sends nothing, and every fault has its line', async () => {
  const { run, upstream } = await givenBatch([
    openaiLine(1),
    '{"custom_id": "x"',
    openaiLine(1),
    JSON.stringify({ custom_id: 'y', params: { model: 'm1', max_tokens: 3, messages: [] } }),
    openaiLine(3, { stream: true }),
    JSON.stringify({ custom_id: 'z', method: 'POST', url: '/v1/audio/speech', body: { model: 'm' } }),
  ])
  const { exit, error } = await run()
  expect(exit).toBe(2)
  expect(error.code).toBe('invalid_value')
  for (const part of ['line 2: not valid JSON', 'line 3: custom_id "id-1" is also in line 1'])
    expect(error.message).toContain(part)
  for (const part of ['line 4: another format', 'line 5: stream', 'line 6: url'])
    expect(error.message).toContain(part)
  expect(upstream.count()).toBe(0)
})

test('a changed input is refused, and so are results that are not of the batch', async () => {
  const { run, file, upstream } = await givenBatch(lines(3))
  upstream.always(chat())
  writeFileSync(out(file), 'not mine\n')
  expect((await run()).error).toMatchObject({
    code: 'failed',
    message: expect.stringContaining('exists') as string,
  })
  rmSync(out(file))
  await run()
  appendFileSync(file, `${openaiLine(9)}\n`)
  const { exit, error } = await run()
  expect({ exit, error }).toMatchObject({
    exit: 1,
    error: { message: expect.stringContaining('changed') as string },
  })
  expect(upstream.count()).toBe(3)
})

test('two runs of one file: one sends, the other says so, and no line goes twice', async () => {
  const { start: begin, run, upstream } = await givenBatch(lines(4), [{ name: 'a' }])
  upstream.next(hang)
  upstream.always(chat())
  const first = begin('--concurrency', '1')
  await upstream.arrivals(1)
  const second = await run()
  expect(second).toMatchObject({ exit: 6, error: { code: 'store_locked' } })
  first.child.kill('SIGKILL')
  await first.ended
  expect(await run('--retry-unknown')).toMatchObject({ exit: 0, batch: { done: 4 } })
  expect([...seenBy(upstream)].map(([, times]) => times).sort()).toEqual([1, 1, 1, 2])
})

test('Ctrl-C waits for the lines in flight, says how to continue, and nothing is unknown', async () => {
  const { start: begin, run, upstream, home, file } = await givenBatch(lines(5), [{ name: 'a' }])
  const held: (() => void)[] = []
  upstream.next((call) => void held.push(() => chat()(call)))
  const { child, ended } = begin('--concurrency', '1')
  await upstream.arrivals(1)
  const listed = await untilListed(home, 'running', 1)
  expect(listed).toMatchObject({ file, lines: 5, inFlight: 1 })
  child.kill('SIGINT')
  held.forEach((answer) => answer())
  const { exit, stdout } = await ended
  expect(exit).toBe(130)
  const { batch } = JSON.parse(stdout) as { batch: BatchView }
  expect(batch).toMatchObject({ status: 'stopped', reason: 'interrupted', done: 1, unknown: 0, left: 4 })
  upstream.always(chat())
  expect(await run()).toMatchObject({ exit: 0, batch: { done: 5 } })
  expect(upstream.count()).toBe(5)
})

/** The list shows a batch as it was up to a second ago. */
async function untilListed(home: string, status: string, inFlight = 0): Promise<BatchView> {
  let found: BatchView | undefined
  await until(async () => {
    const { stdout } = await runCommand(home, ['batch', 'list', '--json'])
    const { batches } = JSON.parse(stdout) as { batches: BatchView[] }
    found = batches.find((batch) => batch.status === status && batch.inFlight === inFlight)
    return found !== undefined
  })
  return found!
}

/** Resolves when the one run of the home has stored its record twice. A run looks for a request to end before it stores. */
async function untilStoredTwice(home: string): Promise<void> {
  const [id = ''] = readdirSync(join(home, 'batches')).filter((name) => name.endsWith('.json'))
  const storedAt = () => statSync(join(home, 'batches', id)).mtimeMs
  for (let times = 0; times < 2; times += 1) {
    const before = storedAt()
    await until(() => storedAt() > before)
  }
}

test('another terminal sees and cancels a batch, and a dead one is shown as dead', async () => {
  const { start: begin, home, upstream, file } = await givenBatch(lines(3), [{ name: 'a' }])
  const held: (() => void)[] = []
  upstream.next((call) => void held.push(() => chat()(call)), hang)
  const first = begin('--concurrency', '1')
  await upstream.arrivals(1)
  await untilListed(home, 'running', 1)
  expect((await runCommand(home, ['batch', 'cancel', file])).exit).toBe(0)
  await untilStoredTwice(home)
  held.forEach((answer) => answer())
  expect((await first.ended).exit).toBe(1)
  await untilListed(home, 'canceled')
  const second = begin('--concurrency', '1')
  await upstream.arrivals(2)
  await untilListed(home, 'running', 1)
  second.child.kill('SIGKILL')
  await second.ended
  const dead = await runCommand(home, ['batch', 'show', 'tasks.jsonl', '--json'])
  expect(JSON.parse(dead.stdout)).toMatchObject({ batch: { status: 'dead', done: 1, unknown: 1 } })
  const none = await runCommand(home, ['batch', 'show', 'nothing', '--json'])
  expect(none.exit).toBe(3)
})

test('Anthropic lines have results in the format of Anthropic, also from accounts of the other dialect', async () => {
  const params = { model: 'm1', max_tokens: 5, messages: [{ role: 'user', content: 'line 2.' }] }
  const { run, file, upstream } = await givenBatch([
    JSON.stringify({ custom_id: 'one', params: { ...params, messages: [{ role: 'user', content: 'hi' }] } }),
    JSON.stringify({ custom_id: 'two', params }),
  ])
  upstream.always(faulty)
  const { batch } = await run()
  expect(batch).toMatchObject({ format: 'anthropic', done: 1, failed: 1 })
  expect(results(out(file))).toMatchObject([
    { custom_id: 'one', result: { type: 'succeeded', message: { role: 'assistant', type: 'message' } } },
  ])
  expect(results(err(file))).toMatchObject([
    {
      custom_id: 'two',
      result: { type: 'errored', error: { type: 'error', error: { message: 'too long' } } },
    },
  ])
})

test('a dry run sends nothing, and an unknown price is unknown; a budget needs a price and is kept', async () => {
  const { run, upstream, home, file } = await givenBatch(lines(10), [{ name: 'a', limits: ['4/day'] }])
  upstream.always(chat())
  const { stdout } = await runCommand(home, ['batch', 'run', file, '--dry-run', '--json'])
  const { plan } = JSON.parse(stdout) as { plan: BatchPlanView }
  expect(plan).toMatchObject({ lines: 10, toSend: 10, maxCostUsd: null, roomNow: 4 })
  expect(plan.endsAt).not.toBeNull()
  expect(upstream.count()).toBe(0)
  expect((await run('--max-cost', '1usd')).error).toMatchObject({ code: 'invalid_value' })
  writeFileSync(join(home, 'config.yaml'), 'prices:\n  custom/m1: { input: 100000, output: 100000 }\n')
  // A line costs 1 dollar (7 tokens in, 3 out), and its estimate is higher.
  const { exit, batch } = await run('--max-cost', '6usd', '--concurrency', '1')
  expect({ exit, batch }).toMatchObject({ exit: 0, batch: { status: 'stopped' } })
  expect(batch.costUsd).toBeLessThanOrEqual(6)
  expect(batch.reason).toContain('--max-cost')
})

test('a filter that no account passes is named, and nothing is sent', async () => {
  const { run, upstream } = await givenBatch(lines(1))
  const ofUser = await run('--user', 'bob')
  expect(ofUser.error).toMatchObject({
    code: 'no_accounts',
    message: 'there is no account of the user bob',
  })
  const ofGroup = await run('--group', 'night')
  expect(ofGroup.error).toMatchObject({
    message: expect.stringContaining('no account in the group night can serve m1') as string,
  })
  expect(upstream.count()).toBe(0)
})

test('a full disk ends the batch; no line is lost, and no answered line is sent again', async () => {
  const { run, home, file, upstream } = await givenBatch(lines(120), [{ name: 'a' }])
  upstream.always(chat('x'.repeat(700)))
  const { ended } = start(home, ['batch', 'run', file, '--concurrency', '4', '--json'], 'ulimit -f 48')
  const { exit, stdout } = await ended
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'store_unwritable' } })
  expect(exit).toBe(6)
  const before = new Set(idsIn(out(file)))
  expect(before.size).toBeLessThan(120)
  const { batch } = await run()
  expect(batch.done + batch.unknown).toBe(120)
  expect(batch.unknown).toBeLessThanOrEqual(4)
  const seen = seenBy(upstream)
  for (const id of before) expect(seen.get(id)).toBe(1)
  expect(readFileSync(out(file), 'utf8').endsWith('\n')).toBe(true)
})
