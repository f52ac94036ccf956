// A batch from its file to its end: check, lock, resume, run, report.

import { randomBytes } from 'node:crypto'
import { statSync, utimesSync } from 'node:fs'
import { QwenctlError, isQwenctlError } from '../../../base/errors.ts'
import { unreadableInput } from '../../../base/input-file.ts'
import { formatTime } from '../../../base/iso-time.ts'
import { withLock } from '../../../store/locks/lock.ts'
import { thisProcess } from '../../../store/locks/lock-owner.ts'
import { BatchFiles, makeHeader } from '../results/batch-files.ts'
import type { BatchInput } from '../input/batch-input.ts'
import { checkBatchInput } from '../input/batch-input.ts'
import { indexPath, keepInputIndex, readInputIndex, removeInputIndex } from '../input/input-index.ts'
import type { BatchPaths } from '../results/batch-paths.ts'
import { batchPaths, pathsIn } from '../results/batch-paths.ts'
import type { BatchRecords } from '../batch-records.ts'
import { BatchRun } from './batch-run.ts'
import type { RunEnd, RunOptions } from './batch-run.ts'
import type { BatchStatus, BatchView } from '../batch-views.ts'
import type { JournalHeader } from '../results/journal.ts'
import { readHeader } from '../results/journal.ts'
import type { LineSender } from '../line-sender.ts'
import type { RowStates } from '../results/row-states.ts'

/** The wishes of a person for a batch. */
export interface BatchWish extends Omit<RunOptions, 'clock' | 'lineCostUsd' | 'concurrency'> {
  file: string
  out?: string | undefined
  errors?: string | undefined
  /** Replaces the model of every line; null: each line's own. */
  model: string | null
  /** The user that it belongs to; null: none. */
  user: string | null
  /** The id of a new batch; missing: a random one. */
  id?: string
  /** At the end, the results have the order of the input. */
  isOrdered: boolean
}

/** A batch that was read and checked. Nothing was written. */
export interface CheckedBatch {
  input: BatchInput
  paths: BatchPaths
  /** Null: it never ran. */
  header: JournalHeader | null
  /** The places of its lines come from the index of an earlier run. */
  isIndexed: boolean
}

export interface RunParts {
  records: BatchRecords
  send: LineSender
  clock: () => number
  concurrency: number
  lineCostUsd: number | null
  /** Receives the state about twice a second, and at the end. */
  onState: (view: BatchView) => void
  /** Runs after the last answer, while the files are still open. */
  onEnd?: (end: RunEnd, states: RowStates) => Promise<void>
  /** Receives the handle once the batch runs: it can be stopped. */
  onRun?: (run: BatchRun) => void
}

const REPORT_MS = 500
const STORE_MS = 1_000
/** The lock of a batch on another machine counts as abandoned if its file is older than a minute. */
const TOUCH_MS = 15_000
const LOCK_WAIT_MS = 500

/** Reads and checks the whole file. Throws `invalid_value`, `store_unwritable`, `store_corrupt`. */
export async function checkBatch(
  wish: Pick<BatchWish, 'file' | 'out' | 'errors' | 'model'>,
): Promise<CheckedBatch> {
  refuseFolder(wish.file)
  const paths = batchPaths(wish.file, wish)
  const header = await readHeader(paths.journal)
  if (header !== null && wish.model !== null && header.model !== wish.model)
    throw new QwenctlError(
      'invalid_value',
      `this batch began with ${header.model ?? "the lines' own models"}`,
      {
        hint: header.model === null ? 'leave out --model' : `write --model ${header.model}, or leave it out`,
      },
    )
  const model = wish.model ?? header?.model ?? null
  const indexed =
    header === null ? null : await readInputIndex(indexPath(paths.journal), { path: paths.input, model })
  return {
    input: indexed ?? (await checkBatchInput(paths.input, model)),
    paths: header === null ? paths : pathsIn(header, paths, wish),
    header,
    isIndexed: indexed !== null,
  }
}

function refuseFolder(file: string): void {
  try {
    if (statSync(file).isFile()) return
  } catch (error) {
    throw unreadableInput(file, error, 'name a file with one request a line: qwenctl batch run FILE')
  }
  throw new QwenctlError('invalid_value', `${file} is not a file`, {
    hint: 'a batch reads its input more than once: save it to a file first',
  })
}

/** Runs or resumes a batch to its end. Throws `store_locked` while another run has the file. */
export async function runBatch(wish: BatchWish, checked: CheckedBatch, parts: RunParts): Promise<BatchView> {
  const { journal } = checked.paths
  try {
    return await withLock(journal, () => runLocked(wish, checked, parts), { timeoutMs: LOCK_WAIT_MS })
  } catch (error) {
    if (
      !isQwenctlError(error) ||
      error.code !== 'store_locked' ||
      error.details['lockFile'] !== `${journal}.lock`
    )
      throw error
    const pid = error.details['pid']
    throw new QwenctlError(
      'store_locked',
      `another run answers ${checked.paths.input} (process ${String(pid)})`,
      {
        hint: 'qwenctl batch list shows it',
        details: error.details,
      },
    )
  } finally {
    await checked.input.close()
  }
}

async function runLocked(
  wish: BatchWish,
  { input, paths, isIndexed }: CheckedBatch,
  parts: RunParts,
): Promise<BatchView> {
  // Another run may have begun the batch since the check.
  const known = await readHeader(paths.journal)
  const header = known ?? makeHeader(wish.id ?? makeBatchId(), input, paths, wish.model)
  const files = await (known === null
    ? BatchFiles.create(paths, input, header)
    : BatchFiles.resume(paths, input, header))
  const { concurrency, lineCostUsd, clock } = parts
  const run = new BatchRun(input, files, parts.send, { ...wish, concurrency, lineCostUsd, clock })
  const report = new Reporter({ user: wish.user, header, input, files, run }, parts)
  if (!isIndexed) keepInputIndex(indexPath(paths.journal), input)
  parts.records.prune()
  parts.onRun?.(run)
  const hadErrors = files.states.counts.failed > 0
  let end: RunEnd
  try {
    report.start()
    end = await run.run()
    await parts.onEnd?.(end, files.states)
    if (end.kind === 'completed') removeInputIndex(indexPath(paths.journal))
    if (wish.isOrdered && end.kind === 'completed') await files.tidy('output')
    if (wish.isOrdered || (wish.retryFailed && hadErrors)) await files.tidy('errors')
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    end = { kind: 'failed', error }
  } finally {
    report.stop()
    await files.close().catch(() => undefined)
  }
  const view = report.end(end)
  if (end.kind === 'failed') throw withBatch(end.error, view)
  return view
}

function withBatch({ code, message, hint, status, details }: QwenctlError, batch: BatchView): QwenctlError {
  const more = hint === null ? '' : `${hint}; `
  return new QwenctlError(code, message, {
    hint: `${more}then run the same command again: answered lines are not sent again`,
    status,
    details: { ...details, batch },
  })
}

/** `batch_` and 20 characters. */
export function makeBatchId(): string {
  return `batch_${randomBytes(10).toString('hex')}`
}

interface Running {
  user: string | null
  header: JournalHeader
  input: BatchInput
  files: BatchFiles
  run: BatchRun
}

/** Reports the state of a batch while it runs: to the caller, and to the record that other terminals read. */
class Reporter {
  readonly #running: Running
  readonly #parts: RunParts
  readonly #owner = thisProcess()
  readonly #startedAt: string
  #timer: NodeJS.Timeout | undefined
  #storedAt = -Infinity
  #touchedAt = -Infinity

  constructor(running: Running, parts: RunParts) {
    this.#running = running
    this.#parts = parts
    this.#startedAt = formatTime(parts.clock())
  }

  start(): void {
    this.#report()
    this.#timer = setInterval(() => this.#report(), REPORT_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  end(end: RunEnd): BatchView {
    const now = formatTime(this.#parts.clock())
    const view = {
      ...this.#view(deriveStatus(end), formatReason(end)),
      endedAt: now,
      resumesAt: null,
      endsAt: null,
    }
    this.#parts.records.forgetCancel(view.id)
    this.#store(view)
    this.#parts.onState(view)
    return view
  }

  #report(): void {
    const { run, header, files } = this.#running
    const now = performance.now()
    if (!run.isStopping && this.#parts.records.isCanceled(header.id)) run.stop('canceled')
    const waits = run.waitsFor
    const view = this.#view(waits === null ? 'running' : 'waiting', waits?.reason ?? null)
    if (now - this.#storedAt >= STORE_MS) this.#store(view)
    if (now - this.#touchedAt >= TOUCH_MS) {
      this.#touchedAt = now
      const at = new Date()
      try {
        utimesSync(`${files.paths.journal}.lock`, at, at)
      } catch {
        // without its lock file, another run could begin, so this run ends
        run.stop('interrupted')
      }
    }
    this.#parts.onState(view)
  }

  /** The batch continues if its record cannot be written; only other terminals then see an old state. */
  #store(view: BatchView): void {
    this.#storedAt = performance.now()
    try {
      this.#parts.records.put(view, this.#owner)
    } catch {
      // the next report tries again
    }
  }

  #view(status: BatchStatus, reason: string | null): BatchView {
    const { user, header, input, files, run } = this.#running
    const { states, paths } = files
    const now = this.#parts.clock()
    const waits = run.waitsFor
    const perMinute = run.pace.perMinute(now)
    const left = run.lanes.left + run.inFlight
    const { done, failed, unknown } = states.counts
    const endsAt = perMinute === null || perMinute === 0 ? null : now + (left / perMinute) * 60_000
    return {
      id: header.id,
      user,
      status,
      reason,
      file: paths.input,
      output: paths.output,
      errors: paths.errors,
      journal: paths.journal,
      format: input.dialect,
      lines: input.count,
      models: [...new Set(input.lanes.map(({ model }) => model))],
      done,
      failed,
      unknown,
      inFlight: run.inFlight,
      left: states.counts.open,
      inputTokens: states.inputTokens,
      outputTokens: states.outputTokens,
      costUsd: states.priced === 0 ? null : Number(states.costUsd.toFixed(6)),
      perMinute: perMinute === null ? null : Number(perMinute.toFixed(1)),
      endsAt: endsAt === null || waits !== null ? null : formatTime(Math.round(endsAt)),
      resumesAt: waits === null ? null : formatTime(Math.round(waits.at)),
      startedAt: this.#startedAt,
      updatedAt: formatTime(now),
      endedAt: null,
      pid: process.pid,
      accounts: states.accounts(),
    }
  }
}

function deriveStatus(end: RunEnd): BatchStatus {
  if (end.kind !== 'stopped') return end.kind
  return end.cause === 'canceled' ? 'canceled' : 'stopped'
}

const causes = {
  interrupted: 'interrupted',
  canceled: 'canceled',
  until: 'its time is over (--until)',
  'max-cost': 'its budget is used up (--max-cost)',
} as const

function formatReason(end: RunEnd): string | null {
  if (end.kind === 'stopped') return causes[end.cause]
  return end.kind === 'failed' ? end.error.message : null
}
