// Two hundred accounts with a job each. Twenty of them hang, crash, print without end, or have no quota.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openToolkit } from '../../src/lib/toolkit/open-toolkit.ts'
import type { RunView } from '../../src/lib/toolkit/jobs/job-views.ts'
import { chat, givenUpstream } from '../support/servers/fake-upstream.ts'
import { until } from '../support/servers/proxy-harness.ts'
import type { GivenAccount } from '../support/servers/proxy-harness.ts'
import { givenHome, startedProxy } from './proxy/proxy-process.ts'

const GOOD = 180
const BAD = 5
/** A busy machine starts two hundred processes within this time. */
const EVERY_MS = 30_000
const PATIENCE_MS = 200_000
const SLOTS = 2

const some = (group: string, count: number, more: Partial<GivenAccount> = {}): GivenAccount[] =>
  Array.from({ length: count }, (_, index) => ({ name: `${group}${index}`, groups: [group], ...more }))

const jobs: [group: string, task: { command: string[] } | { ask: string; model: string }][] = [
  ['good', { command: ['sh', '-c', 'echo "$QWENCTL_SLOT" >> slots'] }],
  ['hangs', { command: ['sh', '-c', 'sleep 600 & sleep 600'] }],
  ['crashes', { command: ['sh', '-c', 'kill -9 $$'] }],
  ['prints', { command: ['sh', '-c', 'head -c 100000000 /dev/zero'] }],
  ['spent', { ask: 'hi', model: 'm1' }],
]

const memoryOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
const filesOf = (pid: number) => readdirSync(`/proc/${pid}/fd`).length
const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).length

test.runIf(existsSync('/proc/self/task'))(
  'twenty bad accounts of two hundred disturb no other, and leave nothing behind',
  async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const home = await givenHome(
      [
        ...some('good', GOOD),
        ...['hangs', 'crashes', 'prints'].flatMap((group) => some(group, BAD)),
        ...some('spent', BAD, { limits: ['1/day'] }),
      ],
      upstream.baseUrl,
    )
    const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
    await toolkit.settings.set('jobs.maxConcurrent', '60')
    for (const [group, task] of jobs) {
      const timing = { every: `${EVERY_MS / 1000}s`, spread: '5s', timeout: '120s' }
      await toolkit.jobs.add({ name: group, groups: [group], ...timing, ...task })
    }
    const proxy = await startedProxy(home)
    const slotsOf = (name: string) => {
      const file = join(home, 'accounts', 'local', 'custom', name, 'slots')
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
    }
    const names = Array.from({ length: GOOD }, (_, index) => `good${index}`)
    const untilSlots = (count: number) =>
      expect
        .poll(() => names.every((name) => slotsOf(name).length >= count), { timeout: PATIENCE_MS })
        .toBe(true)
    await untilSlots(1)
    const before = { memory: memoryOf(proxy.pid), files: filesOf(proxy.pid) }
    await untilSlots(SLOTS)

    for (const name of names) expect(new Set(slotsOf(name)).size).toBe(slotsOf(name).length)
    const runs = async (job: string) => toolkit.jobs.runs({ job, limit: 1000 })
    // On a busy machine a slot may be missed; no run of a good account may end badly.
    expect((await runs('good')).filter(({ status }) => status === 'failed' || status === 'lost')).toEqual([])

    const statuses = (found: RunView[]) => [...new Set(found.map(({ status }) => status))].sort()
    expect(statuses(await runs('hangs'))).toEqual(['running', 'skipped'])
    expect(statuses(await runs('crashes'))).toEqual(['failed'])
    expect((await runs('prints')).some(({ outputBytes }) => outputBytes === 100_000_000)).toBe(true)
    expect(statuses(await runs('spent'))).toEqual(['done', 'skipped'])
    expect(upstream.count()).toBe(BAD)

    // They have printed more than a gigabyte meanwhile.
    expect(memoryOf(proxy.pid) - before.memory).toBeLessThan(128)
    const { pid } = proxy
    // Commands that hang have a process and three files each; a good one may be under way.
    await until(() => childrenOf(pid) <= BAD + 1 && filesOf(pid) <= before.files + 8)
    await toolkit.close()
    proxy.signal('SIGTERM')
    await proxy.exit
    const left = readdirSync('/proc').filter((name) => isOfHome(name, home))
    expect(left).toEqual([])
  },
  600_000,
)

/** Whether a process works in a folder of the home. */
function isOfHome(pid: string, home: string): boolean {
  try {
    return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`FOLDER=${home}`)
  } catch {
    return false
  }
}
