// Two hundred accounts with a job each. Twenty of them hang, crash, print without end, or have no quota.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openToolkit } from '../../src/lib/toolkit/open-toolkit.ts'
import { chat, givenUpstream } from '../support/servers/fake-upstream.ts'
import type { GivenAccount } from '../support/servers/proxy-harness.ts'
import { givenHome, startedProxy } from './proxy/proxy-process.ts'

const GOOD = 180
const BAD = 5
/** How often each account ought to have run. A busy machine misses slots, and takes longer. */
const SLOTS = 2
const PATIENCE_MS = 240_000
const PRINTED = 60_000_000

const some = (group: string, count: number, more: Partial<GivenAccount> = {}): GivenAccount[] =>
  Array.from({ length: count }, (_, index) => ({ name: `${group}${index}`, groups: [group], ...more }))

type Task = ({ command: string[] } | { ask: string; model: string }) & { maxPerDay?: number }

/** On a busy machine many slots pass. Without a limit, each of them costs seconds of CPU, which makes it busier. */
const jobs: [group: string, task: Task][] = [
  ['good', { command: ['sh', '-c', 'echo "$QWENCTL_SLOT" >> slots'], maxPerDay: SLOTS }],
  ['hangs', { command: ['sh', '-c', 'sleep 36000 & sleep 36000'] }],
  ['crashes', { command: ['sh', '-c', 'kill -9 $$'], maxPerDay: SLOTS }],
  ['prints', { command: ['sh', '-c', `head -c ${PRINTED} /dev/zero`], maxPerDay: 1 }],
  ['spent', { ask: 'hi', model: 'm1' }],
]

const readMemory = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
const countFiles = (pid: number) => readdirSync(`/proc/${pid}/fd`).length
const listChildren = (pid: number) =>
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
        ...some('spent', BAD, { limits: ['1/30d'] }),
      ],
      upstream.baseUrl,
    )
    const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
    await toolkit.settings.set('jobs.maxConcurrent', '60')
    for (const [group, task] of jobs) {
      const timing = { every: '15s', spread: '3s', timeout: '10h' }
      await toolkit.jobs.add({ name: group, groups: [group], ...timing, ...task })
    }
    const proxy = await startedProxy(home)
    const memoryBefore = readMemory(proxy.pid)
    const readSlots = (name: string) => {
      const file = join(home, 'accounts', 'local', 'custom', name, 'slots')
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
    }
    const names = Array.from({ length: GOOD }, (_, index) => `good${index}`)
    const eventually = { timeout: PATIENCE_MS, interval: 500 }
    const untilSlots = (count: number) =>
      expect.poll(() => names.every((name) => readSlots(name).length >= count), eventually).toBe(true)
    await untilSlots(1)
    const filesBefore = countFiles(proxy.pid)
    await untilSlots(SLOTS)

    for (const name of names) expect(new Set(readSlots(name)).size).toBe(readSlots(name).length)
    const runs = async (job: string) => toolkit.jobs.runs({ job, limit: 100_000 })
    const statuses = async (job: string) => [...new Set((await runs(job)).map(({ status }) => status))].sort()
    const countPrinted = async () =>
      (await runs('prints')).filter(({ outputBytes }) => outputBytes === PRINTED).length
    // The slots of other jobs are due at other times.
    await expect.poll(() => statuses('hangs'), eventually).toEqual(['running', 'skipped'])
    await expect.poll(() => statuses('spent'), eventually).toEqual(['done', 'skipped'])
    await expect.poll(countPrinted, eventually).toBeGreaterThanOrEqual(BAD)
    expect(await statuses('crashes')).toContain('failed')

    for (const [group] of jobs) await toolkit.jobs.pause(group)
    const ended = ['done', 'failed', 'skipped']
    for (const group of ['good', 'crashes', 'prints', 'spent'])
      await expect
        .poll(async () => (await statuses(group)).filter((one) => !ended.includes(one)), eventually)
        .toEqual([])
    expect(await statuses('good')).not.toContain('failed')
    expect(await statuses('crashes')).not.toContain('done')
    expect(upstream.count()).toBe(BAD)
    // The commands have printed 300 MB.
    expect(readMemory(proxy.pid) - memoryBefore).toBeLessThan(256)
    const { pid } = proxy
    // A command that hangs has a process and three files. A process or file left by any run would be hundreds.
    await expect.poll(() => listChildren(pid), eventually).toBe(BAD)
    await expect.poll(() => countFiles(pid), eventually).toBeLessThanOrEqual(filesBefore + 3 * BAD + 8)
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
