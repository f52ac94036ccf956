import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { QwenctlError } from '../base/errors.ts'
import { BatchRecords } from '../toolkit/batch/batch-records.ts'
import type { BatchView } from '../toolkit/batch/batch-views.ts'
import { openToolkit } from '../toolkit/open-toolkit.ts'
import type { Toolkit } from '../toolkit/toolkit.ts'

export const BATCH_LINES = 60
/** Requests a day of each of the three accounts. */
export const BATCH_LIMIT = 40

export interface BatchDemoOptions {
  /** The file that starts qwenctl. */
  program: string
  /** Called after the first run was killed, and after the second has ended. */
  onKilled: (step: { answered: number; status: string }) => void
  onResumed: (step: { answered: number; unknown: number }) => void
  signal: AbortSignal
}

export interface BatchDemoDocument {
  lines: number
  /** Answers on disk when the first run was killed. */
  answeredBeforeKill: number
  /** Lines that were in flight then: sent again, because the demo asks for it. */
  unknownAfterKill: number
  answeredOnce: boolean
  /** Requests that the ledger counted: one a line, and one more for each unknown line. */
  counted: number
  batch: BatchView
}

const INPUT = 'tasks.jsonl'
const NAMES = ['work', 'home', 'spare']
/** The first run is killed after so many answers. */
const KILL_AFTER = 20
const LOOK_EVERY_MS = 2

/** A batch over three simulated accounts, in a temporary home. Its first run is killed, and the second continues. */
export async function playBatch(options: BatchDemoOptions): Promise<BatchDemoDocument> {
  const home = await mkdtemp(join(tmpdir(), 'qwenctl-demo-'))
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  try {
    for (const name of NAMES) {
      const secret = `sk-simulated-${name}-0001`
      await toolkit.accounts.add({ name, provider: 'sandbox', limits: [`${BATCH_LIMIT}/day`], secret })
    }
    const lines = Array.from({ length: BATCH_LINES }, (_, index) => formatLine(index + 1))
    writeFileSync(join(home, INPUT), lines.join(''))
    return await killAndResume(toolkit, home, options)
  } finally {
    await toolkit.close()
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
}

async function killAndResume(
  toolkit: Toolkit,
  home: string,
  options: BatchDemoOptions,
): Promise<BatchDemoDocument> {
  const file = join(home, INPUT)
  await runAndKill(home, file, options)
  const answeredBeforeKill = readIds(file).length
  const { status } = new BatchRecords(toolkit.home).find(file)
  options.onKilled({ answered: answeredBeforeKill, status })
  const resumed = await runToEnd(home, [file], options)
  options.onResumed({ answered: resumed.done, unknown: resumed.unknown })
  const batch = resumed.unknown === 0 ? resumed : await runToEnd(home, [file, '--retry-unknown'], options)
  const ids = readIds(file)
  const { totals } = await toolkit.quotas.show([])
  return {
    lines: BATCH_LINES,
    answeredBeforeKill,
    unknownAfterKill: resumed.unknown,
    answeredOnce: ids.length === BATCH_LINES && new Set(ids).size === BATCH_LINES,
    counted: totals.requests,
    batch,
  }
}

async function runAndKill(home: string, file: string, options: BatchDemoOptions): Promise<void> {
  const run = startRun(home, [file, '--concurrency', '3'], options)
  let isOver = false
  const over = () => void (isOver = true)
  run.ended.then(over, over)
  while (!isOver && readIds(file).length < KILL_AFTER) await wait(LOOK_EVERY_MS)
  run.kill()
  await run.ended
}

async function runToEnd(home: string, args: string[], options: BatchDemoOptions): Promise<BatchView> {
  const text = await startRun(home, args, options).ended
  const { batch } = JSON.parse(text) as { batch?: BatchView }
  if (batch !== undefined) return batch
  throw new QwenctlError('failed', `the batch of the demo did not end: ${text.slice(0, 500)}`)
}

/** `ended` resolves to the output. */
function startRun(
  home: string,
  args: string[],
  { program, signal }: BatchDemoOptions,
): { ended: Promise<string>; kill: () => void } {
  const child = spawn(process.execPath, [program, 'batch', 'run', ...args, '--json'], {
    env: { ...withoutSettings(process.env), QWENCTL_HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject).on('close', () => resolve(text))
  })
  return { ended, kill: () => child.kill('SIGKILL') }
}

/** Settings and the passphrase of the user do not reach the demo. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('QWENCTL_')))
}

function formatLine(number: number): string {
  const body = {
    model: 'sandbox-small',
    max_tokens: 50,
    messages: [{ role: 'user', content: `task ${number}` }],
  }
  return `${JSON.stringify({ custom_id: `task-${number}`, method: 'POST', url: '/v1/chat/completions', body })}\n`
}

/** The ids of the whole lines in the output. */
function readIds(file: string): string[] {
  const output = file.replace(/\.jsonl$/, '.out.jsonl')
  if (!existsSync(output)) return []
  return [...readFileSync(output, 'utf8').matchAll(/"custom_id":"(task-\d+)".*\n/g)].map(([, id]) => id!)
}
