import type { QwenctlError } from '../../../base/errors.ts'
import { isQwenctlError } from '../../../base/errors.ts'
import { formatTime } from '../../../base/iso-time.ts'
import type { LedgerEvent } from '../../../quota/log/events.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import type { EventLoop, Timer } from '../../ledger/event-loop.ts'
import { systemLoop, wait } from '../../ledger/event-loop.ts'
import type { AppendResult, EventLog, PendingEvent, PendingQueue } from '../../ledger/event-log.ts'
import { deliver, makeReturn } from '../../ledger/event-log.ts'
import { eventsToRecordAgain } from '../../ledger/files/record-again.ts'
import { makeWriter } from '../../ledger/files/writer.ts'
import type { LogReply } from './log-client.ts'
import { ALIVE_MS, MOST_ENTRIES, loadFold } from './log-client.ts'
import type { OwnBatch } from './own-batches.ts'
import { asksForRoom, findCorrections, isInState, newBatch, splitByRoom } from './own-batches.ts'
import type { StoreLink } from '../link/redis-link.ts'
import { inGrace, unreachable } from '../link/redis-link.ts'
import { waitForReplica } from './replica-ack.ts'
import type { StoreKeys } from '../link/scripts.ts'
import { StreamCheckpoints } from './stream-checkpoints.ts'
import type { StreamFold } from './stream-fold.ts'
import { isAfter, readTime } from './stream-fold.ts'
import { StreamSession } from './stream-session.ts'

export interface RedisLogOptions {
  link: StoreLink
  keys: StoreKeys
  /** `replica`: a grant waits until one replica has it. */
  ack?: 'primary' | 'replica'
  graceMs?: number
  /** Receives faults of the store while the log is open, in words. */
  onProblem?: (problem: string) => void
  /** Called when a document in the store may have changed. */
  onDocuments?: () => void
  loop?: EventLoop
  /** Identifies the opened log; unique. */
  writer?: string
}

const RETRY_MS = [50, 100, 200, 400, 500]
/** A refresh reads no more often than this. */
const READ_EVERY_MS = 90
/** `close` waits this long for a store that does not answer. */
const CLOSE_PATIENCE_MS = 3_000
const MOST_PROBLEMS = 100
/** Several processes see a loss at the same moment; one event about it is enough. */
const SAME_LOSS_MS = 5_000

/**
 * The event log in a Redis stream. One call at a time appends the batch of a turn and returns the entries of all
 * processes. A batch has a number, so a repeated call appends it once. `docs/decisions/0024-the-log-in-redis.md`
 * explains how lost writes are detected and repaired.
 */
export class RedisEventLog implements EventLog {
  readonly writer: string
  readonly problems: string[] = []
  readonly #options: RedisLogOptions
  readonly #loop: EventLoop
  readonly #checkpoints: StreamCheckpoints
  readonly #session: StreamSession
  #queue!: PendingQueue
  #driving: Promise<void> | null = null
  #down: QwenctlError | null = null
  #waitingForDown: (() => void)[] = []
  #isClosed = false
  /** The state before a loss, until its limits and cooldowns are in the log again. */
  #beforeLoss: LedgerState | null = null
  /** The last entry folded by the last reload. */
  #reloadedAt = ''

  private constructor(options: RedisLogOptions, writer: string, fold: StreamFold, reply: LogReply) {
    this.#options = options
    this.#loop = options.loop ?? systemLoop
    this.writer = writer
    const { link, keys, graceMs } = options
    const onSlow = () => this.#goDown(unreachable('it is slow to answer'))
    const onDocuments = () => options.onDocuments?.()
    const parts = { link, keys, loop: this.#loop, writer, graceMs, onSlow, onDocuments }
    this.#session = new StreamSession(parts, fold, reply)
    this.#checkpoints = new StreamCheckpoints(options.link, options.keys, this.#loop)
  }

  /** Throws `store_unreachable`, `store_corrupt` and `store_too_new`. */
  static async open(options: RedisLogOptions): Promise<RedisEventLog> {
    const writer = options.writer ?? makeWriter()
    const { fold, problems, reply } = await loadFold(options.link, options.keys, writer)
    const log = new RedisEventLog(options, writer, fold, reply)
    for (const problem of problems) log.#report(problem)
    void log.#drive() // the first heartbeat
    await log.#doneOrDown()
    return log
  }

  get state(): LedgerState {
    return this.#session.state
  }

  get isBusy(): boolean {
    return this.#driving !== null && this.#down === null
  }

  readonly isOwing = false

  now(): number {
    return this.#session.now()
  }

  /** Whether the process that made a reservation was heard of in the last seconds, by the server's clock. */
  isWriterAlive(reservationId: string): boolean {
    return this.#session.isWriterAlive(reservationId)
  }

  attach(queue: PendingQueue): void {
    this.#queue = queue
  }

  prepare(): void {
    // The server sets the time of every event.
  }

  setTimeByPerson(): null {
    return null
  }

  refresh(): void {
    if (this.#driving === null && this.#loop.steady() - this.#session.calledAt > READ_EVERY_MS)
      void this.#drive()
  }

  async catchUp(): Promise<void> {
    await this.#doneOrDown()
    if (this.#down !== null) return
    void this.#drive()
    await this.#doneOrDown()
  }

  /** Resolves when the calls under way are done, or the store does not answer. */
  #doneOrDown(): Promise<void> {
    if (this.#driving === null || this.#down !== null) return Promise.resolve()
    return Promise.race([this.#driving, new Promise<void>((resolve) => this.#waitingForDown.push(resolve))])
  }

  append(pending: PendingEvent[]): void {
    if (this.#isClosed) return this.#refuseClosed(pending)
    if (this.#down !== null) return this.#refuse(pending, this.#down)
    if (pending.length === 0) return
    const session = this.#session
    session.number += 1
    session.sending = newBatch(session.number, pending, this.#loop.steady())
    void this.#drive()
  }

  async close(): Promise<void> {
    // The timer keeps the process, so that it does not end in the middle of a retry.
    let patience: Timer | null = null
    const tooLong = new Promise<void>((resolve) => {
      patience = this.#loop.later(CLOSE_PATIENCE_MS, resolve, true)
    })
    await Promise.race([this.#finishAll(), tooLong])
    patience!.cancel()
    this.#isClosed = true
    if (this.#down !== null) return
    await this.#checkpoints.atClose(this.#session.fold)
    const { link, keys } = this.#options
    // The writer is no longer alive. Its number is removed when its calls can no longer arrive.
    await link
      .send(keys.alive, ['ZINCRBY', keys.alive, String(-ALIVE_MS), this.writer])
      .catch(() => undefined)
  }

  /** Resolves when the events that wait behind the open batch are in the log, too. */
  async #finishAll(): Promise<void> {
    do {
      await this.#driving
      await new Promise<void>((resolve) => this.#loop.soon(resolve)) // the queue appends what has waited
    } while (this.#driving !== null && !this.#isClosed)
  }

  /** No call to the store after `close`: a retry would keep the process running. */
  #refuseClosed(pending: readonly PendingEvent[]): void {
    this.#fail(pending, unreachable('the ledger is closed'))
  }

  /** Calls the store until it has accepted the open batch. Never rejects. */
  #drive(): Promise<void> {
    this.#driving ??= this.#callUntilDone().finally(() => {
      this.#driving = null
      this.#waitingForDown = []
      this.#queue?.append()
    })
    return this.#driving
  }

  async #callUntilDone(): Promise<void> {
    for (let failures = 0; ;) {
      try {
        const isDone = await this.#step()
        this.#comeBack()
        if (isDone) break
        failures = 0
      } catch (error) {
        if (this.#isClosed) return
        this.#goDown(isQwenctlError(error) ? error : unreachable(error))
        await wait(this.#loop, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!)
        failures += 1
      }
    }
    void this.#checkpoints.afterCall(this.#session.fold)
  }

  /** Calls once. Returns whether the open batch is in the log and everything was read. */
  async #step(): Promise<boolean> {
    const [lost] = this.#session.again
    if (lost !== undefined) return this.#appendAgain(lost)
    const batch = this.#session.sending
    const reply = await this.#session.call(batch)
    if (reply.status === 'DIVERGED') return this.#reload()
    if (reply.status === 'GAP') return this.#becomeNew()
    if (reply.status === 'BARRIER') return this.#refuseDuringGrace(reply.graceMs)
    this.#session.foldReply(reply)
    const isAtEnd = reply.entries.length < MOST_ENTRIES
    if (batch === null) return isAtEnd
    if (batch.verdicts === null && !isAtEnd) return false
    if (this.#session.isNumberTaken) {
      this.#session.renumber(batch.number + 1)
      return false
    }
    // Before a loaded checkpoint, only the state has the verdicts.
    batch.verdicts ??= batch.events.map((event) => isInState(this.state, event))
    if (batch.id === '') batch.id = this.#session.fold.cursor
    batch.run = reply.run
    await this.#finish(batch)
    return true
  }

  /** The batch is in the log, and its verdicts are known. */
  async #finish(batch: OwnBatch): Promise<void> {
    const refusal = await this.#waitForReplica(batch)
    this.#session.sending = null
    this.#session.acknowledged = batch.number
    const verdicts = batch.verdicts ?? []
    const results: AppendResult[] = []
    batch.decided = verdicts
    for (const [index, pending] of batch.pending.entries()) {
      if (pending === null) this.#takeBackAbandoned(batch.events[index]!, verdicts[index] === true)
      else {
        if (pending.reservation !== null) pending.reservation.at = readTime(batch.id)
        this.#conclude(pending, verdicts[index] === true, refusal, results)
      }
    }
    batch.pending = batch.pending.map(() => null)
    this.#session.own.add(batch)
    deliver(results)
  }

  #conclude(
    { event, reservation, listener }: PendingEvent,
    tookEffect: boolean,
    refusal: QwenctlError | null,
    results: AppendResult[],
  ): void {
    if (listener === null) return
    if (refusal === null) results.push({ listener, of: tookEffect ? reservation : null })
    else {
      results.push({ listener, of: refusal })
      if (tookEffect && reservation !== null) this.#takeBack(event)
    }
  }

  /** The request was refused while the store did not answer, and then its reservation reached the log. */
  #takeBackAbandoned(event: LedgerEvent, tookEffect: boolean): void {
    if (asksForRoom(event) && tookEffect) this.#takeBack(event)
  }

  #takeBack(taken: LedgerEvent): void {
    const event = makeReturn(taken, formatTime(this.now()))
    if (event !== null) this.#addEvent(event)
  }

  #addEvent(event: LedgerEvent): void {
    this.#queue.add({ event, reservation: null, listener: null })
  }

  /** Null: as durable as `store.ack` asks. */
  async #waitForReplica({ kind, run }: OwnBatch): Promise<QwenctlError | null> {
    if (this.#options.ack !== 'replica' || kind !== 'reserve') return null
    return waitForReplica(this.#options, run, this.#loop)
  }

  /**
   * The log has all that was read, but the server does not know the number of this writer: the process slept for days,
   * or another program removed the number.
   */
  #becomeNew(): boolean {
    this.#session.acknowledged = 0
    return false
  }

  /** Appends a batch that the server had acknowledged and lost. */
  async #appendAgain(batch: OwnBatch): Promise<boolean> {
    const session = this.#session
    const reply = await session.call(batch)
    if (reply.status === 'DIVERGED') return this.#reload()
    session.foldReply(reply)
    if (batch.verdicts !== null) {
      session.again.shift()
      session.acknowledged = batch.number
    } else if (reply.entries.length < MOST_ENTRIES) session.renumberAgain()
    if (session.again.length === 0) this.#beforeLoss = null
    return session.again.length === 0 && session.sending === null
  }

  /** The folded entries are no longer in the log: the state is folded from its checkpoint again. */
  async #reload(): Promise<boolean> {
    const session = this.#session
    const before = session.fold
    // Nothing was read since the last reload: without a pause, the loop would use a whole core.
    if (before.cursor === this.#reloadedAt) await wait(this.#loop, RETRY_MS.at(-1)!)
    if (this.#isClosed) return true
    const start = await session.reload()
    const { fold } = session
    this.#reloadedAt = fold.cursor
    const { refunded, granted } = findCorrections(session.own.all())
    for (const event of refunded) this.#takeBack(event)
    for (const event of granted) this.#addEvent(event)
    // After a long sleep, the entries of this reader may be trimmed. A newer checkpoint has their effects, so nothing
    // is lost. This process then keeps its own, older knowledge of limits and cooldowns.
    const isLoss = !isAfter(start, before.cursor) || this.#beforeLoss !== null
    if (isLoss) this.#repair(before.state)
    return session.again.length === 0 && session.sending === null
  }

  /** Appends what the log has lost of limits and cooldowns before the reservations that wait. */
  #repair(before: LedgerState): void {
    const { state } = this
    this.#report('the store lost entries of its log; the counts are folded again')
    const at = formatTime(this.now())
    const { lost } = state
    const events: LedgerEvent[] = []
    if (lost === null || this.now() - lost.at > SAME_LOSS_MS)
      events.push({
        type: 'lost',
        at,
        what: `the store ${this.#options.link.shown} lost acknowledged writes`,
      })
    // An earlier repair may not have reached the log.
    this.#beforeLoss ??= before
    for (const known of new Set([this.#beforeLoss, before]))
      events.push(...eventsToRecordAgain(known, state, at))
    if (events.length === 0) this.#beforeLoss = null
    else this.#session.appendFirst(events)
  }

  /** Nothing of the batch is in the log. Its reservations fail, and the rest is sent with the same number. */
  #refuseDuringGrace(graceMs: number): boolean {
    const session = this.#session
    const batch = session.sending
    if (batch === null) return true
    const error = inGrace(this.#options.link.shown, graceMs)
    const { rest, refused } = splitByRoom(batch)
    session.sending = rest.length === 0 ? null : newBatch(batch.number, rest, this.#loop.steady())
    if (rest.length === 0) session.number = batch.number - 1
    deliver(refused.map((listener) => ({ listener, of: error })))
    return session.sending === null
  }

  /** Requests fail at once from now on; the open batch is sent until the store takes it. */
  #goDown(error: QwenctlError): void {
    if (this.#down === null) this.#report(`${error.message}; nothing is granted until it answers`)
    this.#down = error
    for (const resolve of this.#waitingForDown.splice(0)) resolve()
    const results: AppendResult[] = []
    const batch = this.#session.sending
    for (const [index, pending] of batch?.pending.entries() ?? []) {
      if (pending === null || pending.listener === null) continue
      results.push({ listener: pending.listener, of: error })
      batch!.pending[index] = null
    }
    deliver(results)
    this.#queue?.planAppend()
  }

  #comeBack(): void {
    if (this.#down === null) return
    this.#down = null
    this.#report(`the store ${this.#options.link.shown} answers again`)
  }

  /** The events without a listener wait for the store. */
  #refuse(pending: PendingEvent[], error: QwenctlError): void {
    this.#queue.keep(pending.filter(({ listener }) => listener === null))
    this.#fail(pending, error)
    void this.#drive()
  }

  #fail(pending: readonly PendingEvent[], error: QwenctlError): void {
    deliver(pending.flatMap(({ listener }) => (listener === null ? [] : [{ listener, of: error }])))
  }

  #report(problem: string): void {
    const isRepeated = this.problems.at(-1) === problem
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem)
    if (!isRepeated) this.#options.onProblem?.(problem)
  }
}
