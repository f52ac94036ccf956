import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { JobRunner, JobScheduler } from '../../../../src/lib/toolkit/jobs/runner/index.ts'
import { locateOutput } from '../../../../src/lib/toolkit/jobs/runner/job-prompt.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'
import { KEY, NOON, acme, givenToolkit } from '../temporary-home.ts'

const MINUTE = 60_000
const WAIT_FOR_FILE =
  'setInterval(() => { if (require("fs").existsSync(process.argv[1])) process.exit(0) }, 5)'

async function given(missed: 'skip' | 'once') {
  let now = NOON
  const toolkit = await givenToolkit({ clock: () => now, providers: [acme()] })
  await toolkit.accounts.add({ provider: 'acme', name: 'one', secret: KEY })
  const command = [process.execPath, '-e', '']
  const job = await toolkit.jobs.add({ name: 'tick', every: '1m', all: true, missed, command })
  const trouble: string[] = []
  /** A scheduler as a proxy starts it. */
  const open = async () => {
    const parts = {
      toolkit,
      ledger: await toolkit.ledger(),
      onTrouble: (text: string) => void trouble.push(text),
    }
    const poolFor = () => Promise.resolve({ url: 'http://127.0.0.1:9', secret: 'none' })
    const runner = new JobRunner({ ...parts, poolFor, env: process.env })
    return { runner, scheduler: new JobScheduler({ ...parts, runner, user: null }) }
  }
  const look = async () => {
    const { runner, scheduler } = await open()
    await scheduler.look()
    await runner.settled()
    expect(trouble).toEqual([])
  }
  return { toolkit, job, open, look, pass: (ms: number) => void (now += ms) }
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

test.each([
  ['missed', 0, '2 slots were missed: no proxy ran then; the slot after that ran'],
  ['waited for', 1, '3 slots passed while the job waited; the slot after that ran'],
])(
  'where one run at a time is allowed, slots that an account %s have that reason',
  async (_, minutes, reason) => {
    const { toolkit, job, open, pass } = await given('once')
    const gate = join(temporaryFolder(), 'gate')
    await toolkit.settings.set('jobs.maxConcurrent', '1')
    await toolkit.accounts.add({ provider: 'acme', name: 'two', secret: KEY })
    const command = [process.execPath, '-e', WAIT_FOR_FILE, gate]
    await toolkit.jobs.set(job.name, { command })
    const { scheduler, runner } = await open()
    pass(3 * MINUTE + 1000)
    await scheduler.look()
    pass(minutes * MINUTE)
    await scheduler.look()
    writeFileSync(gate, '')
    await runner.settled()
    pass(1000)
    await scheduler.look()
    await runner.settled()
    const runs = await toolkit.jobs.runs()
    const ran = runs.filter(({ status }) => status === 'done')
    expect(new Set(ran.map(({ accountName }) => accountName))).toEqual(new Set(['acme/one', 'acme/two']))
    const [later] = ran.sort((one, other) => Date.parse(other.claimedAt) - Date.parse(one.claimedAt))
    expect(runs).toContainEqual(
      expect.objectContaining({ status: 'skipped', account: later?.account, slots: minutes + 2, reason }),
    )
  },
)

test('a value of a placeholder does not lead out of the folder of the account', () => {
  const locate = (pattern: string, value: string) => locateOutput(pattern, '/home/a', () => value)
  expect(locate('data/{{x}}.txt', '../../b')).toBe(join('/home/a', 'data/..-..-b.txt'))
  expect(() => locate('{{x}}/b.txt', '..')).toThrow('leads out')
  expect(locate('/srv/{{x}}', 'c')).toBe('/srv/c')
})
