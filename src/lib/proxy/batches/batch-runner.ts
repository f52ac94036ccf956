// Runs the batches that came over HTTP, on the same engine as `batch run`. Any proxy of the home may run a batch; its
// lock decides which one does.

import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { QwenctlError, isQwenctlError, readMessage } from '../../base/errors.ts'
import type { BatchInput } from '../../toolkit/batch/input/batch-input.ts'
import type { LineProblem } from '../../toolkit/batch/input/line-faults.ts'
import { BatchRecords } from '../../toolkit/batch/batch-records.ts'
import type { BatchRun, StopCause } from '../../toolkit/batch/run/batch-run.ts'
import type { LineSender } from '../../toolkit/batch/line-sender.ts'
import { planBatch, readStates } from '../../toolkit/batch/plan-batch.ts'
import { checkBatch, runBatch } from '../../toolkit/batch/run/run-batch.ts'
import type { BatchWish, CheckedBatch } from '../../toolkit/batch/run/run-batch.ts'
import type { RowState } from '../../toolkit/batch/results/row-states.ts'
import type { Toolkit } from '../../toolkit/toolkit.ts'
import type { Owner, StoredBatch, StoredState } from '../../toolkit/batch/http/stored.ts'
import { FINAL, StoredBatches, sameOwner } from '../../toolkit/batch/http/stored.ts'

export interface RunnerParts {
  toolkit: Toolkit
  /** The only user that the proxy serves; null: all. */
  user: string | null
  /** A sender for a client key; null: requests without a key. Throws `invalid_api_key` for a removed key. */
  senderFor: (keyId: string | null) => LineSender
  onTrouble: (message: string) => void
}

/** A batch and its files are kept this long, and lines without an answer expire then. */
export const KEPT_MS = 30 * 86_400_000
/** The batches of one client key: those that wait for days must not stop those of others. */
const MOST_OF_OWNER = 4
const MOST_AT_ONCE = 64
const SCAN_EVERY_MS = 30_000
const TIDY_EVERY_MS = 3_600_000
const PER_ACCOUNT = 4
const MOST_CONCURRENCY = 32

interface RunningBatch {
  ended: Promise<void>
  run: BatchRun | null
  owner: Owner
}

/** The batches of one proxy process. */
export class BatchRunner {
  readonly stored: StoredBatches
  readonly records: BatchRecords
  readonly #parts: RunnerParts
  readonly #running = new Map<string, RunningBatch>()
  #writes: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null
  #isClosed = false
  #tidiedAt = -Infinity

  constructor(parts: RunnerParts) {
    this.#parts = parts
    this.stored = new StoredBatches(parts.toolkit.home.batchesFolder)
    this.records = new BatchRecords(parts.toolkit.home)
  }

  /** Runs the batches that have not ended: after a restart, and when another proxy was killed. */
  watch(): void {
    if (this.#timer !== null) return
    this.#timer = setInterval(() => this.#scan(), SCAN_EVERY_MS).unref()
    this.#scan()
  }

  /** Sends no more lines. Lines in flight get their answers while the proxy drains. */
  stop(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    for (const { run } of this.#running.values()) run?.stop('interrupted')
  }

  /** Leaves the lines in flight, and resolves when every journal is closed. */
  async close(): Promise<void> {
    this.stop()
    for (const { run } of this.#running.values()) run?.leave()
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
  }

  #scan(): void {
    const now = Date.now()
    for (const batch of this.stored.batches(null, null).reverse()) {
      if (!FINAL.has(batch.state)) this.start(batch.id)
      else if (batch.createdAt + KEPT_MS < now) this.stored.remove(batch.id)
    }
    if (now - this.#tidiedAt < TIDY_EVERY_MS) return
    this.#tidiedAt = now
    this.stored.tidy(now - KEPT_MS, now - TIDY_EVERY_MS)
  }

  /** Sends no more lines of a batch, whichever process runs it. */
  cancel(id: string): void {
    this.records.askToCancel(id)
    this.#running.get(id)?.run?.stop('canceled')
    this.start(id)
  }

  /** Runs a batch, unless this process or another runs it. One that was cancelled needs no place: it sends no line. */
  start(id: string): void {
    if (this.#isClosed || this.#running.has(id)) return
    const batch = this.stored.reread(id)
    if (batch === null || (!this.#hasPlace(batch.owner) && !this.records.isCanceled(id))) return
    const entry: RunningBatch = { ended: Promise.resolve(), run: null, owner: batch.owner }
    this.#running.set(id, entry)
    entry.ended = this.#run(id, (run) => {
      entry.run = run
      if (this.#isClosed) run.stop('interrupted')
    })
      .catch((error: unknown) => {
        if (isQwenctlError(error) && error.code === 'store_locked') return // another process runs it
        const batch = this.stored.reread(id)
        if (isQwenctlError(error) && error.code === 'invalid_api_key' && batch !== null)
          return this.#fail(batch, error)
        this.#parts.onTrouble(`the batch ${id} stopped: ${readMessage(error)}`)
        return undefined
      })
      .finally(() => {
        this.#running.delete(id)
        if (!this.#isClosed) setImmediate(() => this.#scanSoon())
      })
  }

  #hasPlace(owner: Owner): boolean {
    const own = [...this.#running.values()].filter((entry) => sameOwner(entry.owner, owner)).length
    return own < MOST_OF_OWNER && this.#running.size < MOST_AT_ONCE
  }

  /** Starts waiting batches while there is room. */
  #scanSoon(): void {
    if (this.#isClosed || this.#running.size >= MOST_AT_ONCE) return
    const waiting = this.stored.batches(null, null).filter(({ state }) => state === 'validating')
    for (const { id } of waiting.reverse()) this.start(id)
  }

  async #run(id: string, onRun: (run: BatchRun) => void): Promise<void> {
    const batch = this.stored.reread(id)
    if (batch === null || FINAL.has(batch.state)) return
    const { owner } = batch
    const wish: BatchWish = {
      file: this.stored.contentPath(id, '.in'),
      out: this.stored.contentPath(id, '.out'),
      errors: this.stored.contentPath(id, '.err'),
      model: null,
      group: null,
      maxCostUsd: null,
      isOrdered: false,
      waitsForPeople: true,
      retryFailed: false,
      retryUnknown: false,
      until: batch.createdAt + KEPT_MS,
      id,
      user: owner.user ?? this.#parts.user,
    }
    let checked
    try {
      checked = await checkBatch(wish)
      if (batch.endpoint !== null) checkEndpoint(checked.input, batch.endpoint)
    } catch (error) {
      return await this.#fail(batch, error)
    }
    const query = { ...wish, user: wish.user ?? undefined, reserve: undefined, key: owner.key ?? undefined }
    let accounts = 1
    try {
      accounts = (await planBatch(this.#parts.toolkit, checked, query)).accounts
    } catch (error) {
      // The accounts may return; a model that no account has does not.
      if (!isQwenctlError(error) || error.code === 'model_not_found' || error.code === 'key_not_found') {
        return await this.#refuse(batch, checked, error)
      }
    }
    const { input } = checked
    let cause: StopCause | 'none' = 'interrupted'
    const view = await runBatch(wish, checked, {
      records: this.records,
      send: this.#parts.senderFor(owner.key),
      clock: Date.now,
      concurrency: Math.min(MOST_CONCURRENCY, PER_ACCOUNT * accounts),
      lineCostUsd: null,
      onState: () => undefined,
      onRun: (run) => {
        onRun(run)
        void this.update(id, { state: 'in_progress', lines: input.count, startedAt: Date.now() })
      },
      onEnd: async (end, states) => {
        if (end.kind === 'failed') return
        cause = end.kind === 'completed' ? 'none' : end.cause
        if (cause === 'interrupted') return // another run continues
        const left = cause === 'none' ? null : cause === 'canceled' ? 'canceled' : 'expired'
        const rest = formatRest(batch, input, (row) => states.get(row), left)
        await this.#writeRestFile(id, rest)
      },
    })
    await this.#finish(id, cause, view.left)
  }

  async #finish(id: string, cause: StopCause | 'none', left: number): Promise<void> {
    const endedAt = Date.now()
    if (cause === 'none') await this.update(id, { state: 'completed', endedAt })
    else if (cause === 'canceled') await this.update(id, { state: 'cancelled', endedAt, canceled: left })
    else if (cause === 'until') await this.update(id, { state: 'expired', endedAt, expired: left })
  }

  /** Ends a batch that no account can serve. Answers of an earlier run stay. */
  async #refuse(batch: StoredBatch, checked: CheckedBatch, error: unknown): Promise<void> {
    const { input } = checked
    try {
      if (batch.kind === 'anthropic') {
        const states = await readStates(checked)
        await this.#writeRestFile(
          batch.id,
          formatRefused(input, (row) => states.get(row), error),
        )
      }
    } finally {
      await input.close()
    }
    await this.#fail(batch, error)
  }

  async #fail(batch: StoredBatch, error: unknown): Promise<void> {
    if (!isQwenctlError(error)) throw error
    const problems = error.details['problems'] as LineProblem[] | undefined
    const code = error.code === 'model_not_found' ? 'model_not_found' : 'invalid_request'
    const errors =
      problems === undefined
        ? [{ code, message: error.message, line: null }]
        : problems.map(({ line, problem }) => ({ code, message: problem, line }))
    await this.update(batch.id, { state: 'failed', endedAt: Date.now(), errors })
  }

  /** Changes the record of a batch, after every change before. */
  update(id: string, change: Partial<StoredBatch>): Promise<void> {
    this.#writes = this.#writes.then(() => this.#change(id, change))
    return this.#writes
  }

  async #change(id: string, change: Partial<StoredBatch>): Promise<void> {
    const now = this.stored.reread(id)
    if (now === null || FINAL.has(now.state)) return
    const isCanceling = now.state === 'cancelling' && change.state === 'in_progress'
    const state: StoredState = isCanceling ? 'cancelling' : (change.state ?? now.state)
    const startedAt = now.startedAt ?? change.startedAt ?? null
    await this.stored.putBatch({ ...now, ...change, state, startedAt }).catch((error: unknown) => {
      this.#parts.onTrouble(`the state of the batch ${id} cannot be written: ${readMessage(error)}`)
    })
  }

  #writeRestFile(id: string, lines: AsyncIterable<string>): Promise<void> {
    return pipeline(
      lines,
      createWriteStream(this.stored.contentPath(id, '.rest'), { mode: 0o600, flush: true }),
    )
  }
}

/** The errors of lines without an answer, in the format of the service. */
async function* formatRest(
  { kind }: StoredBatch,
  input: BatchInput,
  stateOf: (row: number) => RowState,
  cause: 'canceled' | 'expired' | null,
): AsyncGenerator<string> {
  for (let row = 0; row < input.count; row += 1) {
    const state = stateOf(row)
    if (state === 'done' || state === 'failed') continue
    const { customId } = await input.read(row)
    const line =
      state === 'open' && cause !== null ? formatEnded(kind, customId, cause) : formatUnknown(kind, customId)
    if (line !== null) yield `${JSON.stringify(line)}\n`
  }
}

/** A message batch reports an error of the whole for each request without an answer. */
async function* formatRefused(
  input: BatchInput,
  stateOf: (row: number) => RowState,
  cause: unknown,
): AsyncGenerator<string> {
  const type = isQwenctlError(cause) && cause.code === 'model_not_found' ? 'not_found_error' : 'api_error'
  const error = { type: 'error', error: { type, message: readMessage(cause) } }
  for (let row = 0; row < input.count; row += 1) {
    const state = stateOf(row)
    if (state === 'done' || state === 'failed') continue
    const { customId } = await input.read(row)
    const line =
      state === 'open'
        ? { custom_id: customId, result: { type: 'errored', error } }
        : formatUnknown('anthropic', customId)
    yield `${JSON.stringify(line)}\n`
  }
}

/** OpenAI's file has no lines of a cancelled batch that were not sent. */
function formatEnded(
  kind: StoredBatch['kind'],
  customId: string,
  cause: 'canceled' | 'expired',
): object | null {
  if (kind === 'anthropic') return { custom_id: customId, result: { type: cause } }
  if (cause === 'canceled') return null
  const error = {
    code: 'batch_expired',
    message: 'This request could not be executed before the batch expired.',
  }
  return { id: `batch_req_${customId}`, custom_id: customId, response: null, error }
}

const UNKNOWN =
  'The request was sent, and the proxy ended before its answer arrived. It may have been charged.'

function formatUnknown(kind: StoredBatch['kind'], customId: string): object {
  if (kind === 'openai')
    return {
      id: `batch_req_${customId}`,
      custom_id: customId,
      response: null,
      error: { code: 'unknown_outcome', message: UNKNOWN },
    }
  const error = { type: 'error', error: { type: 'api_error', message: UNKNOWN } }
  return { custom_id: customId, result: { type: 'errored', error } }
}

function checkEndpoint({ lanes }: BatchInput, endpoint: string): void {
  const other = lanes.find(({ path }) => path !== endpoint)
  if (other === undefined) return
  throw new QwenctlError(
    'invalid_value',
    `a line has the url ${other.path}, and the batch the endpoint ${endpoint}`,
  )
}
