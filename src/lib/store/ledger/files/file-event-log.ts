import type { QwenctlError } from '../../../base/errors.ts'
import { formatTime, formatDay } from '../../../base/iso-time.ts'
import { ByteWriter } from '../../../base/byte-writer.ts'
import type { ClockEvent, LedgerEvent } from '../../../quota/log/events.ts'
import { apply } from '../../../quota/log/fold.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import { compactLedger } from './compact-ledger.ts'
import type { Damage } from './day-file.ts'
import type { AppendResult, EventLog, PendingEvent, PendingQueue } from '../event-log.ts'
import { deliver, makeReturn } from '../event-log.ts'
import type { Home } from '../../home.ts'
import { unwritable } from '../ledger-errors.ts'
import type { LedgerClock } from '../ledger-clock.ts'
import { makeClock } from '../ledger-clock.ts'
import type { CheckpointPace } from './ledger-checkpoints.ts'
import { LedgerCheckpoints } from './ledger-checkpoints.ts'
import type { EventLoop } from '../event-loop.ts'
import { systemLoop } from '../event-loop.ts'
import type { LedgerDisk, LedgerHost } from './ledger-disk.ts'
import { systemDisk } from './ledger-disk.ts'
import { LedgerReader } from './ledger-reader.ts'
import { LineWriter } from './ledger-line.ts'
import type { MachineClock } from '../machine-clock.ts'
import type { SyncMode } from './ledger-sync.ts'
import { LedgerSync } from './ledger-sync.ts'
import { eventsToRecordAgain } from './record-again.ts'
import { WriterMarks } from './writer-marks.ts'
import { isWriterAlive, makeWriter } from './writer.ts'

export interface LedgerOptions {
  /** Epoch milliseconds. */
  clock?: () => number
  sync?: SyncMode
  /** Days with their events kept one by one; at least 35, the longest window. */
  retentionDays?: number
  /** Receives faults of the files while the ledger is open, in words. */
  onProblem?: (problem: string) => void
  disk?: LedgerDisk
  loop?: EventLoop
  /** Identifies the opened log; unique. */
  writer?: string
  /** Whether the process of a writer is still running. */
  isAlive?: (writer: string) => boolean
  /** The clock to compare with; a clock passed in alone is not compared. */
  machine?: MachineClock | null
  /** How often checkpoints are written, and how much of one in a turn of the event loop. */
  checkpoints?: CheckpointPace
}

const APPEND_ATTEMPTS = 5
/** The most days that one flush may pass: a year of them, each closed long ago. */
const MOST_DAYS = 400
/** Several processes see a loss at the same moment; one line about it is enough. */
const SAME_LOSS_MS = 5_000

/**
 * The event log in files. `docs/internals/ledger.md` explains why order in the file is enough, without a lock or a
 * server. An append is synchronous, so the log is never busy.
 */
export class FileEventLog implements EventLog {
  readonly writer: string
  readonly isBusy = false
  readonly #home: Home
  readonly #host: LedgerHost
  readonly #reader: LedgerReader
  readonly #clock: LedgerClock
  readonly #sync: LedgerSync
  readonly #checkpoints: LedgerCheckpoints
  readonly #marks: WriterMarks
  readonly #retentionDays: number
  readonly #lines = new ByteWriter()
  readonly #writer = new LineWriter()
  #queue!: PendingQueue
  #results: AppendResult[] = []
  /** A loss by an outside change, and its cause, until the lost state is recorded again. */
  #lost: { before: LedgerState; what: string } | null = null
  #problem = ''
  /** Bytes of the present batch may be in the file, and could not be read back. */
  #isUnread = false
  #compaction: Promise<unknown> = Promise.resolve()

  constructor(home: Home, options: LedgerOptions) {
    this.#home = home
    this.writer = options.writer ?? makeWriter()
    this.#retentionDays = Math.max(35, options.retentionDays ?? 35)
    this.#host = { disk: options.disk ?? systemDisk, loop: options.loop ?? systemLoop }
    this.#marks = new WriterMarks(home, this.#host.disk, {
      writer: this.writer,
      isAlive: options.isAlive ?? isWriterAlive,
    })
    const isContradicted = (began: number) => this.#marks.isContradicted(began)
    this.#clock = makeClock({ ...options, isContradicted }, this.writer)
    this.#sync = new LedgerSync(options.sync ?? 'interval', this.#host, (problem) =>
      this.#reader.report(problem),
    )
    const { onProblem } = options
    this.#reader = new LedgerReader(home, 'append', {
      host: this.#host,
      onLeave: (file) => this.#sync.leave(file),
      onLost: (before, damage) => this.#onLost(before, damage),
      ...(onProblem === undefined ? {} : { onProblem }),
    })
    this.#reader.load()
    this.#checkpoints = new LedgerCheckpoints({
      path: home.countersFile,
      reader: this.#reader,
      clock: options.clock ?? Date.now,
      host: this.#host,
      writer: this.writer,
      isAlive: options.isAlive,
      pace: options.checkpoints,
    })
    this.#planCompaction(this.#beginClock())
  }

  /** Returns the ledger's time, before what passes by the clock of this process alone: it makes no day old. */
  #beginClock(): number {
    this.#marks.follow(this.#clock.readBegan())
    const event = this.#clock.check(this.state)
    this.#marks.follow(this.#clock.began)
    this.#marks.removeDead({ isAll: this.#agrees(event) })
    return event?.passed === true ? this.state.now : this.now()
  }

  /** Whether this process follows the time that counts, or sets one that no other has seen. */
  #agrees(event: ClockEvent | null): boolean {
    if (event === null) return this.#clock.correction === 0
    const { confirmed, passed, boot } = event
    return confirmed === true || passed === true || boot !== this.state.reference?.boot
  }

  attach(queue: PendingQueue): void {
    this.#queue = queue
  }

  get isOwing(): boolean {
    return this.#lost !== null
  }

  get state(): LedgerState {
    return this.#reader.state
  }

  get problems(): readonly string[] {
    return this.#reader.problems
  }

  now(): number {
    return this.#clock.now(this.state)
  }

  /** Never throws: a fault of the files is reported once, and the next write fails with it. */
  refresh(): void {
    try {
      this.#reader.follow()
      this.#problem = ''
    } catch (error) {
      const problem = `${unwritable(this.#home.ledgerFolder, error).message}; counting waits until it can`
      if (problem !== this.#problem) this.#reader.report(problem)
      this.#problem = problem
    }
  }

  /**
   * After a clock step, or a new ledger time, waiting events get new times. They follow the event that records the
   * change.
   */
  prepare(pending: PendingEvent[]): void {
    if (this.#clock.mayBeWrong) this.refresh() // events dated before a correction would take the time back to the error
    const before = this.#clock.correction
    const event = this.#clock.check(this.state)
    this.#marks.follow(this.#clock.began)
    if (event === null && this.#clock.correction === before) return
    const isForLater = event?.passed === true && event.confirmed !== true
    if (isForLater && pending.length === 0) return // a process that only looks takes the ledger to no other day
    const at = this.#clock.reading()
    for (const { event: waiting, reservation } of pending) {
      waiting.at = formatTime(at)
      if (reservation !== null) reservation.at = at
    }
    if (event !== null) pending.unshift({ event, reservation: null, listener: null })
    else this.#sayCorrection()
  }

  #sayCorrection(): void {
    const seconds = Math.round(Math.abs(this.#clock.correction) / 1000)
    if (seconds === 0) return
    const way = this.#clock.correction < 0 ? 'ahead of' : 'behind'
    this.#reader.report(`the clock of this process is ${seconds} s ${way} the ledger's time, which counts`)
  }

  setTimeByPerson(): LedgerEvent | null {
    return this.#clock.setByPerson(this.state)
  }

  /** Only the first loss counts: a second one would know fewer limits. */
  #onLost(before: LedgerState, damage: Damage): void {
    const { path } = this.#reader.file ?? { path: this.#home.ledgerFolder }
    this.#lost ??= { before, what: `${path} was ${damage} while in use` }
  }

  /** A refresh reads to the end of the file. */
  catchUp(): Promise<void> {
    this.refresh()
    return Promise.resolve()
  }

  async close(): Promise<void> {
    await this.#compaction
    this.#checkpoints.atClose()
    this.#sync.stop()
    this.#marks.end()
    if (this.#reader.file !== null) this.#sync.leave(this.#reader.file)
    this.#reader.close()
  }

  append(pending: PendingEvent[]): void {
    let batch = pending
    let cause: unknown = null
    this.#isUnread = false
    try {
      batch = this.#setTimeFirst(batch)
      this.#reachToday()
      for (
        let attempt = 0;
        this.#mustWrite(batch) && attempt < APPEND_ATTEMPTS && cause === null;
        attempt += 1
      ) {
        if (attempt > 0) this.#reachToday()
        ;({ left: batch, cause } = this.#write(batch))
      }
    } catch (error) {
      cause = error
    }
    if (batch.length > 0) this.#giveUp(batch, cause)
    this.#checkpoints.afterFlush()
    const results = this.#results
    this.#results = []
    deliver(results)
  }

  /** A `close` before the event that moves the time would move it too. Returns the events to write. */
  #setTimeFirst(batch: PendingEvent[]): PendingEvent[] {
    const [first] = batch
    if (first?.event.type !== 'clock' || this.#reader.file === null || this.#reader.nextDay !== null)
      return batch
    const { left, cause } = this.#write([first])
    return left.length === 0 && cause === null ? batch.slice(1) : batch
  }

  #mustWrite(batch: PendingEvent[]): boolean {
    return batch.length > 0 || this.#lost !== null
  }

  /** Closes the day when the clock has left it. The first process to do so names the next day for all. */
  #reachToday(): void {
    if (this.#reader.file?.isDue === true && this.#reader.file.damage() !== null) this.#reader.follow()
    for (let days = 0; days < MOST_DAYS; days += 1) {
      const today = formatDay(this.now())
      const file = this.#reader.file ?? this.#reader.begin(today)
      if (file.day >= today && this.#reader.nextDay === null) return
      if (this.#reader.nextDay === null) {
        file.append(this.#writeLines([{ type: 'close', at: formatTime(this.now()), next: today }]))
        this.#sync.wrote(file)
        this.#planCompaction()
      }
      this.#reader.follow()
    }
    throw new Error('its days do not end')
  }

  /**
   * Writes the batch and applies the events that the file then holds. `left`: events after a close, or torn ones,
   * to write again. `cause`: the disk took only a part and refused the rest.
   */
  #write(batch: PendingEvent[]): { left: PendingEvent[]; cause: Error | null } {
    const file = this.#reader.file
    if (file === null) return { left: batch, cause: null }
    const again = this.#lost
    const owed = again === null ? [] : this.#owedSince(again)
    const all = owed.length === 0 ? batch : [...owed, ...batch]
    const lines = this.#writeLines(all.map(({ event }) => event))
    const isWhole = file.append(lines) // after an error, the file has none of it
    this.#isUnread = true
    const refusal = this.#sync.wrote(file)
    let left: PendingEvent[] = []
    if (isWhole && file.grewBy(lines.length)) {
      this.#isUnread = false
      file.offset += lines.length
      for (const waiting of all) this.#applied(waiting, apply(this.state, waiting.event), refusal)
      this.#reader.tail += all.length
    } else left = this.#readBack(all, refusal)
    const isOwed = (waiting: PendingEvent) => owed.includes(waiting)
    if (this.#lost === again && !left.some(isOwed)) this.#lost = null
    const cause = isWhole ? null : new Error('the disk took only a part')
    return { left: owed.length === 0 ? left : left.filter((waiting) => !isOwed(waiting)), cause }
  }

  /** A process's own state that the file lost: it precedes the next batch. */
  #owedSince({ before, what }: { before: LedgerState; what: string }): PendingEvent[] {
    const at = formatTime(this.now())
    const { lost } = this.state
    const isSaid = lost !== null && this.now() - lost.at < SAME_LOSS_MS
    const events = eventsToRecordAgain(before, this.state, at)
    if (!isSaid) events.unshift({ type: 'lost', at, what })
    return events.map((event) => ({ event, reservation: null, listener: null }))
  }

  #writeLines(events: readonly LedgerEvent[]): ByteWriter {
    this.#lines.clear()
    for (const event of events) this.#writer.write(this.#lines, event)
    return this.#lines
  }

  /** `refusal`: the event is in the file, but not as durable as required. */
  #applied(waiting: PendingEvent, tookEffect: boolean, refusal: Error | null): void {
    const { event, listener, reservation } = waiting
    if (listener === null) return
    if (refusal === null) this.#results.push({ listener, of: tookEffect ? reservation : null })
    else {
      this.#results.push({ listener, of: this.#unwritable(refusal) })
      if (tookEffect && reservation !== null) this.#takeBack(event)
    }
  }

  /** The event is in the file, or may still get there, but its caller was refused. */
  #takeBack(taken: LedgerEvent): void {
    const event = makeReturn(taken, formatTime(this.now()))
    if (event !== null) this.#queue.add({ event, reservation: null, listener: null })
  }

  /** Reads the file, including other processes' events; returns the batch's events that the file lacks. */
  #readBack(batch: PendingEvent[], refusal: Error | null): PendingEvent[] {
    const lostBefore = this.#lost
    const missing = new Map<string, PendingEvent[]>()
    for (const waiting of batch) {
      const line = this.#writer.format(waiting.event)
      const twins = missing.get(line)
      if (twins === undefined) missing.set(line, [waiting])
      else twins.push(waiting)
    }
    try {
      this.#reader.follow((line, _event, tookEffect) => {
        const own = missing.get(line)?.shift()
        if (own !== undefined) this.#applied(own, tookEffect, refusal)
      })
      this.#isUnread = false
    } catch {
      // What cannot be read back is not granted: the caller writes it again, or gives up on it.
    }
    const left = [...missing.values()].flat()
    if (this.#lost !== lostBefore) return this.#withoutWritten(left)
    return left
  }

  /** The file was lost during the write: the present file granted its events without the lost limits. */
  #withoutWritten(batch: PendingEvent[]): PendingEvent[] {
    const refusal = new Error('the file was lost')
    return batch.filter((waiting) => {
      const { event } = waiting
      if (event.type !== 'reserve' || this.state.open.get(event.id) === undefined) return true
      this.#applied(waiting, true, refusal)
      return false
    })
  }

  #giveUp(batch: PendingEvent[], cause: unknown): void {
    const error = this.#unwritable(cause)
    const settlements: PendingEvent[] = []
    for (const waiting of batch) {
      const { event, listener, reservation } = waiting
      if (event.type === 'settle') settlements.push(waiting)
      else if (listener !== null) this.#results.push({ listener, of: error })
      // A line that lacks only its end becomes whole with the next writer's line.
      const mayBeThere = this.#isUnread || this.#reader.file?.isTailTorn === true
      if (reservation !== null && mayBeThere) this.#takeBack(event)
    }
    // Events stay queued until a write succeeds; their requests stay charged and in flight.
    this.#queue.keep(settlements)
  }

  #unwritable(cause: unknown): QwenctlError {
    return unwritable(this.#reader.file?.path ?? this.#home.ledgerFolder, cause)
  }

  #planCompaction(now = this.now()): void {
    const compaction = compactLedger(this.#home, formatDay(now), this.#retentionDays, this.#host)
    this.#compaction = compaction.then(
      (through) => this.#reader.forgetThrough(through),
      () => undefined, // tried again tomorrow, or at the next start
    )
  }
}
