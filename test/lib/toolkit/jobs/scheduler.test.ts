import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { JobRunner, JobScheduler } from '../../../../src/lib/toolkit/jobs/runner/index.ts'
import { locateOutput } from '../../../../src/lib/toolkit/jobs/runner/job-prompt.ts'
import { KEY, NOON, acme, givenToolkit } from '../temporary-home.ts'

const MINUTE = 60_000

async function given(missed: 'skip' | 'once') {
  let now = NOON
  const toolkit = await givenToolkit({ clock: () => now, providers: [acme()] })
  await toolkit.accounts.add({ provider: 'acme', name: 'one', secret: KEY })
  const command = [process.execPath, '-e', '']
  const job = await toolkit.jobs.add({ name: 'tick', every: '1m', all: true, missed, command })
  const look = async () => {
    const trouble: string[] = []
    const parts = {
      toolkit,
      ledger: await toolkit.ledger(),
      onTrouble: (text: string) => void trouble.push(text),
    }
    const poolFor = () => Promise.resolve({ url: 'http://127.0.0.1:9', secret: 'none' })
    const runner = new JobRunner({ ...parts, poolFor, env: process.env })
    await new JobScheduler({ ...parts, runner, user: null }).look()
    await runner.settled()
    expect(trouble).toEqual([])
  }
  return { toolkit, job, look, pass: (ms: number) => void (now += ms) }
}

const listRuns = async (toolkit: Toolkit) =>
  (await toolkit.jobs.runs()).map(({ status, slots, isLate, slot }) => ({
    status,
    slots,
    isLate,
    minute: (Date.parse(slot) - NOON) / MINUTE,
  }))

test('slots that passed before a run on time are recorded', async () => {
  const { toolkit, look, pass } = await given('skip')
  pass(60 * MINUTE + 1000)
  await look()
  expect(await listRuns(toolkit)).toEqual(
    expect.arrayContaining([
      { status: 'done', slots: 1, isLate: false, minute: 60 },
      { status: 'skipped', slots: 59, isLate: true, minute: 59 },
    ]),
  )
  await look()
  expect(await listRuns(toolkit)).toHaveLength(2)
})

test('a value of a placeholder does not lead out of the folder of the account', () => {
  const locate = (pattern: string, value: string) => locateOutput(pattern, '/home/a', () => value)
  expect(locate('data/{{x}}.txt', '../../b')).toBe(join('/home/a', 'data/..-..-b.txt'))
  expect(() => locate('{{x}}/b.txt', '..')).toThrow('leads out')
  expect(locate('/srv/{{x}}', 'c')).toBe('/srv/c')
})
