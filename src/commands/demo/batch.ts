import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { QwenctlError } from '../../lib/base/errors.ts'
import { BaseCommand } from '../../lib/terminal/base-command.ts'
import { accountColumns, accountRows } from '../../lib/terminal/batch/batch-messages.ts'
import { BatchRecords } from '../../lib/toolkit/batch/batch-records.ts'
import type { BatchView } from '../../lib/toolkit/batch/batch-views.ts'
import { openToolkit } from '../../lib/toolkit/open-toolkit.ts'

const LINES = 60
/** The first run is killed after so many answers. */
const KILL_AFTER = 20
const LOOK_EVERY_MS = 2

interface BatchDemoDocument {
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

export default class DemoBatch extends BaseCommand {
  static override enableJsonFlag = true
  static override summary = 'watch a batch that is killed and continues, with simulated accounts'
  static override description =
    'Sends 60 lines over three simulated accounts in a temporary home. The first run is killed with kill -9, and the second continues. Your own accounts are not touched, and no provider is called.'
  static override examples = ['<%= config.bin %> demo batch', '<%= config.bin %> demo batch --json']

  async run(): Promise<BatchDemoDocument> {
    await this.parse(DemoBatch)
    const home = mkdtempSync(join(tmpdir(), 'qwenctl-demo-'))
    const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
    try {
      for (const name of ['work', 'home', 'spare'])
        await toolkit.accounts.add({
          name,
          provider: 'sandbox',
          limits: ['40/day'],
          secret: `sk-demo-${name}`,
        })
      const file = join(home, 'tasks.jsonl')
      writeFileSync(file, Array.from({ length: LINES }, (_, index) => taskLine(index + 1)).join(''))
      this.print(`${LINES} lines, three simulated accounts with 40 requests a day each.`)
      await this.#runAndKill(home, file)
      const killed = new BatchRecords(toolkit.home).find(file)
      const answeredBeforeKill = readIds(file).length
      this.print(
        `Killed with kill -9 after ${answeredBeforeKill} answers. The batch is ${killed.status} now.`,
      )
      const first = await this.#runToEnd(home, file, [])
      this.print(
        `The same command again answers the rest: ${first.done} of ${LINES}, and ${first.unknown} in flight at the kill are unknown.`,
      )
      const batch = first.unknown === 0 ? first : await this.#runToEnd(home, file, ['--retry-unknown'])
      if (first.unknown > 0) this.print('--retry-unknown sends these again.')
      const ids = readIds(file)
      const answeredOnce = ids.length === LINES && new Set(ids).size === LINES
      const { totals } = await toolkit.quotas.show([])
      this.printTable(accountColumns, accountRows(batch))
      this.print(
        `${this.palette.good(answeredOnce ? 'Each line is answered once.' : 'A line is missing or doubled.')} The ledger counted ${totals.requests} requests.`,
      )
      this.print('Try it with your own file: qwenctl batch run FILE')
      if (!answeredOnce) process.exitCode = 1
      const unknownAfterKill = first.unknown
      return {
        lines: LINES,
        answeredBeforeKill,
        unknownAfterKill,
        answeredOnce,
        counted: totals.requests,
        batch,
      }
    } finally {
      await toolkit.close()
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    }
  }

  async #runAndKill(home: string, file: string): Promise<void> {
    const child = this.#start(home, [file, '--concurrency', '3'])
    let isOver = false
    child.ended.then(() => (isOver = true)).catch(() => (isOver = true))
    while (!isOver && readIds(file).length < KILL_AFTER) await wait(LOOK_EVERY_MS)
    child.kill()
    await child.ended
  }

  async #runToEnd(home: string, file: string, flags: string[]): Promise<BatchView> {
    const text = await this.#start(home, [file, ...flags]).ended
    const { batch } = JSON.parse(text) as { batch?: BatchView }
    if (batch !== undefined) return batch
    throw new QwenctlError('failed', `the batch of the demo did not end: ${text.slice(0, 500)}`)
  }

  #start(home: string, flags: string[]): { ended: Promise<string>; kill: () => void } {
    const program = process.argv[1] ?? ''
    const child = spawn(process.execPath, [program, 'batch', 'run', ...flags, '--json'], {
      env: { ...process.env, QWENCTL_HOME: home },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    const ended = new Promise<string>((resolve, reject) => {
      child.on('error', reject).on('close', () => resolve(text))
    })
    return { ended, kill: () => child.kill('SIGKILL') }
  }
}

function taskLine(number: number): string {
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
