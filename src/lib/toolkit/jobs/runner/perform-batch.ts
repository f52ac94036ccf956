import { formatCount, pluralize } from '../../../base/text/count-noun.ts'
import { existsSync } from 'node:fs'
import { shortReference } from '../../../account/account.ts'
import { isQwenctlError } from '../../../base/errors.ts'
import type { BatchView } from '../../batch/batch-views.ts'
import { planBatch } from '../../batch/plan-batch.ts'
import { openPoolSender } from '../../batch/pool-line-sender.ts'
import type { BatchRun } from '../../batch/run/batch-run.ts'
import { checkBatch, runBatch } from '../../batch/run/run-batch.ts'
import type { BatchWish } from '../../batch/run/run-batch.ts'
import type { Pool } from '../../ask/pool-client.ts'
import type { Toolkit } from '../../toolkit.ts'
import { locateOutput } from './job-prompt.ts'
import { finishedResult } from './run-result.ts'
import type { RunOrder, RunResult } from './run-result.ts'

export interface BatchParts {
  toolkit: Pick<Toolkit, 'accounts' | 'batches' | 'quotas' | 'settings'>
  pool: Pool
  folder: string
  lookUp: (name: string) => string | null
  /** With placeholders, inside the account's folder. */
  file: string
  model: string | null
}

const CONCURRENCY = 4
/** After a stop, lines in flight have this long to get their answers. */
const GRACE_MS = 4000

/**
 * Runs a batch file over the account of the job. At the timeout it ends cleanly, and the next run continues it. A file
 * that is not there is no fault: another program may not have written it yet.
 */
export async function performBatch(parts: BatchParts, order: RunOrder): Promise<RunResult> {
  const { toolkit, pool, folder, lookUp, model } = parts
  const { account, job, signal } = order
  const file = locateOutput(parts.file, folder, lookUp)
  if (!existsSync(file))
    return { ...finishedResult(''), status: 'skipped', reason: `there is no file ${file}` }
  const wish: BatchWish = {
    file,
    model,
    group: null,
    user: account.user,
    maxCostUsd: null,
    isOrdered: false,
    retryFailed: false,
    retryUnknown: false,
    waitsForPeople: false,
    until: Date.now() + job.timeoutMs,
  }
  const checked = await checkBatch(wish)
  const query = { ...wish, user: account.user, reserve: undefined, account: shortReference(account) }
  try {
    await planBatch(toolkit, checked, query)
  } catch (error) {
    await checked.input.close()
    throw error
  }
  const stop = new StopOnSignal(signal)
  try {
    const view = await runBatch(wish, checked, {
      records: toolkit.batches,
      send: openPoolSender(pool),
      clock: Date.now,
      concurrency: CONCURRENCY,
      lineCostUsd: null,
      onState: () => undefined,
      onRun: (run) => stop.watch(run),
    })
    return describeEnd(view, signal)
  } catch (error) {
    const isTaken = isQwenctlError(error) && error.code === 'store_locked'
    if (isTaken) return { ...finishedResult(''), status: 'skipped', reason: error.message }
    throw error
  } finally {
    stop.end()
  }
}

function describeEnd(view: BatchView, signal: AbortSignal): RunResult {
  const { lines, done, failed, unknown, left, output, errors } = view
  const text = `${done} of ${formatCount(lines, 'line')} ${pluralize(lines, 'is', 'are')} answered: ${output}`
  if (signal.aborted) return { ...finishedResult(text), status: 'stopped', reason: String(signal.reason) }
  if (failed + unknown > 0) {
    const reason = `${formatCount(failed, 'line')} failed and ${unknown} ${pluralize(unknown, 'is', 'are')} unknown: ${errors}`
    return { ...finishedResult(text), status: 'failed', reason }
  }
  return finishedResult(left === 0 ? text : `${text}; the next run continues with ${left}`)
}

/** Stops a batch when its job is stopped: first no new lines, then the lines in flight. */
class StopOnSignal {
  readonly #signal: AbortSignal
  #run: BatchRun | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  watch(run: BatchRun): void {
    this.#run = run
    if (this.#signal.aborted) this.#stop()
    else this.#signal.addEventListener('abort', this.#stop, { once: true })
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#stop)
  }

  readonly #stop = (): void => {
    this.#run?.stop('interrupted')
    this.#timer = setTimeout(() => this.#run?.leave(), GRACE_MS)
  }
}
