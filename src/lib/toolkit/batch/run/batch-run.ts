// The run of a batch: lines go out as long as accounts can take them, and every answer is on disk before it counts.

import { setTimeout as delay } from 'node:timers/promises'
import { QwenctlError, isQwenctlError, readMessage } from '../../../base/errors.ts'
import type { BatchFiles } from '../results/batch-files.ts'
import type { BatchInput } from '../input/batch-input.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { Opening } from './lanes.ts'
import { Lanes } from './lanes.ts'
import type { LineAnswer, LineSender } from '../line-sender.ts'
import { Pace } from './pace.ts'
import { formatResult } from '../results/result-line.ts'
import type { RowState } from '../results/row-states.ts'

export interface RunOptions {
  /** Lines in flight at once, at most. */
  concurrency: number
  group: string | null
  /** Dollars that the whole batch may cost; null: any sum. */
  maxCostUsd: number | null
  /** The estimated cost of a line, until answers show it; null: unknown. */
  lineCostUsd: number | null
  /** No line is sent after this time (epoch milliseconds); null: no end. */
  until: number | null
  retryFailed: boolean
  retryUnknown: boolean
  /** True: the batch waits even if only a person can make an account available again. False: it stops. */
  waitsForPeople: boolean
  clock: () => number
}

export type StopCause = 'interrupted' | 'canceled' | 'until' | 'max-cost'

/** How a run ended. `error`: what stopped it. */
export type RunEnd =
  { kind: 'completed' } | { kind: 'stopped'; cause: StopCause } | { kind: 'failed'; error: QwenctlError }

/** Pauses before a line is sent again. After the last one its error is the answer. */
const PAUSES_MS = [1_000, 4_000, 15_000]
const PEOPLE_MS = 60_000
/** Node's timers last at most 24 days. A periodic check of the clock also works after the machine has slept. */
const LONGEST_SLEEP_MS = 30_000

export class BatchRun {
  readonly lanes: Lanes
  readonly pace = new Pace()
  inFlight = 0
  readonly #input: BatchInput
  readonly #files: BatchFiles
  readonly #send: LineSender
  readonly #options: RunOptions
  readonly #leaving = new AbortController()
  #stopping: RunEnd | null = null
  #wake: () => void = () => undefined

  constructor(input: BatchInput, files: BatchFiles, send: LineSender, options: RunOptions) {
    this.#input = input
    this.#files = files
    this.#send = send
    this.#options = options
    this.lanes = new Lanes(input, (row) => isWanted(files.states.get(row), options))
  }

  /** The lane that opens first, when the batch waits for it; null: lines are on their way. */
  get waitsFor(): Opening | null {
    return this.inFlight > 0 ? null : this.lanes.opening(this.#options.clock())
  }

  get isStopping(): boolean {
    return this.#stopping !== null
  }

  /** Sends no more lines. The run ends when those in flight have their answers. */
  stop(cause: StopCause): void {
    this.#stopping ??= { kind: 'stopped', cause }
    this.#wake()
  }

  /** Also leaves the lines in flight. They become unknown. */
  leave(): void {
    this.stop('interrupted')
    this.#leaving.abort()
  }

  async run(): Promise<RunEnd> {
    for (;;) {
      this.#startLines()
      if (this.inFlight === 0) {
        if (this.#stopping !== null) return this.#stopping
        if (this.lanes.left === 0) return { kind: 'completed' }
      }
      await this.#untilSomethingChanges()
    }
  }

  #startLines(): void {
    const { clock, concurrency, until } = this.#options
    while (this.#stopping === null && this.inFlight < concurrency && this.lanes.left > 0) {
      const now = clock()
      if (until !== null && now >= until) return this.stop('until')
      if (!this.#canAfford()) {
        if (this.inFlight === 0) this.stop('max-cost')
        return
      }
      const row = this.lanes.take(now)
      if (row === null) return
      this.inFlight += 1
      void this.#answer(row).finally(() => {
        this.inFlight -= 1
        this.#wake()
      })
    }
  }

  /** Whether one more line fits the budget, if it and those in flight cost what lines cost so far. */
  #canAfford(): boolean {
    const { maxCostUsd, lineCostUsd } = this.#options
    if (maxCostUsd === null) return true
    const { costUsd, priced, counts } = this.#files.states
    const line = Math.max(priced > 0 ? costUsd / priced : 0, priced > 4 ? 0 : (lineCostUsd ?? 0))
    const unpriced = Math.max(0, counts.done - priced)
    return costUsd + (unpriced + this.inFlight + 1) * line <= maxCostUsd
  }

  async #untilSomethingChanges(): Promise<void> {
    const { clock, until } = this.#options
    const now = clock()
    const opening = this.lanes.opening(now)
    const times = [
      opening?.at ?? Infinity,
      opening?.testAt ?? Infinity,
      until ?? Infinity,
      now + LONGEST_SLEEP_MS,
    ]
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, Math.max(1, Math.min(...times) - now))
    })
    clearTimeout(timer)
    this.#wake = () => undefined
  }

  async #answer(row: number): Promise<void> {
    const { states } = this.#files
    try {
      const line = await this.#input.read(row)
      await this.#files.claim(row)
      if (this.#stopping !== null) return await this.#release(row)
      const { group } = this.#options
      const body = Buffer.from(JSON.stringify(line.body))
      const request = { path: line.path, dialect: line.dialect, group, body }
      for (const pause of [...PAUSES_MS, null]) {
        const answer = await this.#send(request, this.#leaving.signal)
        if (this.#leaving.signal.aborted && answer.status === 0) return states.set(row, 'unknown')
        if (await this.#settle(row, line.customId, answer, pause === null)) return
        await delay(pause ?? 0, null, { signal: this.#leaving.signal }).catch(() => undefined)
        if (this.#stopping !== null) return await this.#release(row)
      }
    } catch (error) {
      this.#fail(error)
      if (states.get(row) !== 'claimed') this.lanes.giveBack(row)
      else states.set(row, 'unknown')
    }
  }

  /** Returns false when the line is to be sent again. */
  async #settle(row: number, customId: string, answer: LineAnswer, isLast: boolean): Promise<boolean> {
    const now = this.#options.clock()
    const judgement = judgeAnswer(answer, now)
    if (judgement.kind === 'again' && !isLast) return false
    if (judgement.kind === 'wait') {
      await this.#release(row)
      this.lanes.close(row, { ...judgement, now })
    } else if (judgement.kind === 'stop') {
      const { error } = judgement
      await this.#release(row)
      const isForPeople = error.code === 'needs_action' || error.code === 'no_accounts'
      if (!this.#options.waitsForPeople || !isForPeople) this.#fail(error)
      else this.lanes.close(row, { until: now + PEOPLE_MS, now, reason: error.message })
    } else {
      const file = judgement.kind === 'result' && judgement.isSuccess ? 'output' : 'errors'
      const { account, usage } = answer
      const facts = { account, ...usage }
      await this.#files.keep(row, file, formatResult(this.#input.dialect, customId, answer), facts)
      this.pace.count(now)
      this.lanes.open(row)
    }
    return true
  }

  async #release(row: number): Promise<void> {
    await this.#files.release(row)
    this.lanes.giveBack(row)
  }

  #fail(error: unknown): void {
    const known = isQwenctlError(error)
      ? error
      : new QwenctlError('internal', readMessage(error), { cause: error })
    if (this.#stopping?.kind !== 'failed') this.#stopping = { kind: 'failed', error: known }
  }
}

function isWanted(state: RowState, { retryFailed, retryUnknown }: RunOptions): boolean {
  if (state === 'unknown') return retryUnknown
  return state === 'open' || (state === 'failed' && retryFailed)
}
