import { setTimeout as wait } from 'node:timers/promises'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProxy } from '../proxy/start-proxy.ts'
import { openToolkit } from '../toolkit/open-toolkit.ts'
import type { RunView } from '../toolkit/jobs/job-views.ts'
import type { Toolkit } from '../toolkit/toolkit.ts'
import { proxySettings } from './demo-stage.ts'

export interface JobsDemoOptions {
  /** Runs the schedule over the proxy at this address; resolves to the function that stops it. */
  startSchedule: (toolkit: Toolkit, url: string) => Promise<(reason: string) => Promise<void>>
  /** Receives each ended run once, in the order of their starts. */
  onRun: (run: RunView) => void
  onTrouble: (message: string) => void
  signal: AbortSignal
  /** How often the job `greet` runs for each account, and the range of its delays: `3s`. */
  every: string
  /** Adds a job with a command that always fails. */
  hasFailingJob: boolean
  /** The schedules stop after so many milliseconds, or once so many runs of `greet` are done. */
  playMs: number
  enoughRuns: number
}

export interface JobsDemoDocument {
  runs: Pick<RunView, 'jobName' | 'accountName' | 'slot' | 'status' | 'reason'>[]
  /** The delay of each account in `greet`, and its runs of it that are done. */
  accounts: { name: string; delayMs: number; done: number }[]
  /** How the job that always fails ended; null: there was none. */
  failing: { status: string; reason: string | null } | null
  /** No account ran a slot twice, though two schedules ran. */
  eachSlotOnce: boolean
}

const NAMES = ['work', 'home', 'spare']
const LOOK_EVERY_MS = 100

/** Two schedules over three simulated accounts, in a temporary home: a staggered prompt, and a command that fails. */
export async function playJobs(options: JobsDemoOptions): Promise<JobsDemoDocument> {
  const home = await mkdtemp(join(tmpdir(), 'qwenctl-demo-'))
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  try {
    await addJobs(toolkit, options)
    const { accounts } = await toolkit.jobs.show('greet')
    const delays = new Map(
      accounts.map(({ name, nextAt, nextSlot }) => [name, Date.parse(nextAt!) - Date.parse(nextSlot!)]),
    )
    await runSchedules(toolkit, options)
    return await describeEnd(toolkit, delays, options)
  } finally {
    await toolkit.close()
    await rm(home, { recursive: true, force: true })
  }
}

async function addJobs(toolkit: Toolkit, { every, hasFailingJob }: JobsDemoOptions): Promise<void> {
  for (const name of NAMES)
    await toolkit.accounts.add({ provider: 'sandbox', name, secret: `sk-simulated-${name}-0001` })
  await toolkit.jobs.add({ name: 'greet', every, spread: every, all: true, ask: 'Greet {{account}}' })
  if (!hasFailingJob) return
  const command = [process.execPath, '-e', 'process.exit(1)']
  await toolkit.jobs.add({ name: 'broken', every: '1s', accounts: ['spare'], command })
}

async function runSchedules(toolkit: Toolkit, options: JobsDemoOptions): Promise<void> {
  const { onRun, onTrouble, signal, playMs, enoughRuns } = options
  const proxy = await startProxy(toolkit, proxySettings, { onTrouble })
  const stops = [
    await options.startSchedule(toolkit, proxy.url),
    await options.startSchedule(toolkit, proxy.url),
  ]
  const told = new Set<string>()
  let done = 0
  try {
    const end = Date.now() + playMs
    while (Date.now() < end && done < enoughRuns) {
      await wait(LOOK_EVERY_MS, undefined, { signal })
      for (const run of (await toolkit.jobs.runs({ limit: 20 })).reverse()) {
        if (run.status === 'running' || told.has(run.id)) continue
        told.add(run.id)
        if (run.jobName === 'greet' && run.status === 'done') done += 1
        onRun(run)
      }
    }
  } finally {
    for (const stop of stops) await stop('the demo has ended')
    await proxy.stop(0)
  }
}

async function describeEnd(
  toolkit: Toolkit,
  delays: Map<string, number>,
  { hasFailingJob }: JobsDemoOptions,
): Promise<JobsDemoDocument> {
  const runs = (await toolkit.jobs.runs({ limit: 500 })).filter(({ status }) => status !== 'skipped')
  const slots = new Set(runs.map(({ job, account, slot }) => `${job} ${account} ${slot}`))
  const accounts = NAMES.map((name) => {
    const own = runs.filter(
      ({ jobName, accountName, status }) =>
        jobName === 'greet' && accountName === `sandbox/${name}` && status === 'done',
    )
    return { name, delayMs: delays.get(name) ?? 0, done: own.length }
  })
  const failing = hasFailingJob ? (await toolkit.jobs.show('broken')).accounts[0] : undefined
  return {
    runs: runs.map(({ jobName, accountName, slot, status, reason }) => {
      return { jobName, accountName, slot, status, reason }
    }),
    accounts,
    failing: failing === undefined ? null : { status: failing.status, reason: failing.reason },
    eachSlotOnce: slots.size === runs.length,
  }
}
