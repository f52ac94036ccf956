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
  /** Receives the lines of the story. */
  print: (line: string) => void
  onTrouble: (message: string) => void
  signal: AbortSignal
  /** The length of the story. */
  playMs?: number
}

export interface JobsDemoDocument {
  runs: Pick<RunView, 'jobName' | 'accountName' | 'slot' | 'status' | 'reason'>[]
  /** No account ran a slot twice, though two schedules ran. */
  eachSlotOnce: boolean
}

const NAMES = ['work', 'home', 'spare']
const PLAY_MS = 9_000

/** Two schedules over three simulated accounts, in a temporary home: a staggered prompt, and a command that fails. */
export async function playJobs(options: JobsDemoOptions): Promise<JobsDemoDocument> {
  const home = await mkdtemp(join(tmpdir(), 'qwenctl-demo-'))
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  try {
    return await playOver(toolkit, options)
  } finally {
    await toolkit.close()
    await rm(home, { recursive: true, force: true })
  }
}

async function playOver(toolkit: Toolkit, options: JobsDemoOptions): Promise<JobsDemoDocument> {
  const { print, onTrouble, signal, playMs = PLAY_MS } = options
  for (const name of NAMES)
    await toolkit.accounts.add({ provider: 'sandbox', name, secret: `sk-simulated-${name}-0001` })
  await toolkit.jobs.add({ name: 'greet', every: '3s', spread: '3s', all: true, ask: 'Greet {{account}}' })
  const command = [process.execPath, '-e', 'process.exit(1)']
  await toolkit.jobs.add({ name: 'broken', every: '1s', accounts: ['spare'], command })
  print('The job greet asks each account every 3 s, with a delay of its own. The job broken always fails.')
  print('Two schedules run at once, as two proxies would.\n')
  const proxy = await startProxy(toolkit, proxySettings, { onTrouble })
  const stops = [
    await options.startSchedule(toolkit, proxy.url),
    await options.startSchedule(toolkit, proxy.url),
  ]
  const told = new Set<string>()
  try {
    const end = Date.now() + playMs
    while (Date.now() < end) {
      await wait(100, undefined, { signal })
      for (const run of (await toolkit.jobs.runs({ limit: 20 })).reverse()) {
        if (run.status === 'running' || told.has(run.id)) continue
        told.add(run.id)
        print(formatRun(run))
      }
    }
  } finally {
    for (const stop of stops) await stop('the demo has ended')
    await proxy.stop(0)
  }
  return tellEnd(toolkit, print)
}

async function tellEnd(toolkit: Toolkit, print: (line: string) => void): Promise<JobsDemoDocument> {
  const runs = (await toolkit.jobs.runs({ limit: 500 })).filter(({ status }) => status !== 'skipped')
  const slots = new Set(runs.map(({ job, account, slot }) => `${job} ${account} ${slot}`))
  const eachSlotOnce = slots.size === runs.length
  const broken = await toolkit.jobs.show('broken')
  print(`\nbroken is ${broken.accounts[0]?.status}: ${broken.accounts[0]?.reason}`)
  print(
    `${runs.length} runs of ${slots.size} slots: ${eachSlotOnce ? 'each slot ran once' : 'a slot ran twice'}.`,
  )
  const shown = runs.map(({ jobName, accountName, slot, status, reason }) => ({
    jobName,
    accountName,
    slot,
    status,
    reason,
  }))
  return { runs: shown, eachSlotOnce }
}

function formatRun({ jobName, accountName, slot, claimedAt, status, reason }: RunView): string {
  const time = claimedAt.slice(11, 23)
  const why = reason === null ? '' : `: ${reason}`
  return `${time}  ${jobName.padEnd(7)} ${accountName.padEnd(14)} slot ${slot.slice(11, 19)}  ${status}${why}`
}
