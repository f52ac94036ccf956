import { fdatasync, fdatasyncSync, mkdirSync } from 'node:fs'
import { QwenctlError } from '../../base/errors.ts'
import { isoTime } from '../../base/iso-time.ts'
import { ByteWriter } from '../../base/byte-writer.ts'
import type { LedgerEvent, ReserveEvent, SettleEvent } from '../../quota/log/events.ts'
import { apply } from '../../quota/log/fold.ts'
import type {
  ReservationRequest,
  ReservationListener,
  Ledger,
  Notice,
  Reservation,
  Settlement,
} from '../../quota/ledger.ts'
import { hasRoom } from '../../quota/standing.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { dayOf } from '../../quota/log/totals.ts'
import { RunningIds } from '../../base/running-ids.ts'
import { stateToJson } from '../../quota/log/checkpoint.ts'
import { writeCheckpoint } from './checkpoint-file.ts'
import { compactLedger } from './compact-ledger.ts'
import { DayFile } from './day-file.ts'
import type { Home } from '../home.ts'
import { LedgerReader, dayPath, ledgerDays } from './ledger-reader.ts'
import { withLock } from '../locks/lock.ts'
import { lineOf, writeLine } from './ledger-line.ts'
import { newWriter } from './writer.ts'

export interface LedgerOptions {
  /** Epoch milliseconds. */
  clock?: () => number
  /** What a power cut may cost: a second (`interval`), nothing (`always`), what the system holds back (`off`). */
  sync?: 'interval' | 'always' | 'off'
  /** Days whose events are kept one by one; at least 35, the longest window. */
  retentionDays?: number
}

const SYNC_INTERVAL_MS = 1000
/** A checkpoint is due after so many events, or so long after the first of them. */
const CHECKPOINT_EVENTS = 5_000
const CHECKPOINT_AGE_MS = 30_000
/** Checkpoints take at most this share of the time. */
const CHECKPOINT_SHARE = 0.0025
/** A short-lived process leaves a checkpoint when it had to fold more than this. */
const CHECKPOINT_AT_CLOSE = 2_000
/** Settlements that wait for a full disk; beyond, the oldest stay "outcome unknown". */
const MAX_WAITING_SETTLEMENTS = 100_000
const APPEND_ATTEMPTS = 5

interface Waiting {
  event: LedgerEvent
  /** What whoever waits gets when the event takes effect. */
  reservation: Reservation | null
  claimant: ReservationListener | null
}

/** What a claimant is to be told, when all of a flush is in the state. */
interface News {
  claimant: ReservationListener
  /** The error: it could not be kept. */
  of: Reservation | null | QwenctlError
}

/** Opens the ledger of a home for counting. Any number of processes may do so at once. */
export async function openLedger(home: Home, options: LedgerOptions = {}): Promise<FileLedger> {
  try {
    mkdirSync(home.ledgerFolder, { recursive: true, mode: 0o700 })
    await makeFirstDay(home, dayOf((options.clock ?? Date.now)()))
  } catch (error) {
    throw unwritable(home.ledgerFolder, error)
  }
  return new FileLedger(home, options)
}

/** The ledger as it stands, without writing anything: for commands that only look. */
export function readLedger(
  home: Home,
  _options: Pick<LedgerOptions, 'clock'> = {},
): { state: LedgerState; problems: string[] } {
  const reader = new LedgerReader(home, 'read')
  reader.load()
  reader.close()
  return { state: reader.state, problems: reader.problems }
}

/** Two processes must not begin a ledger with two different days: only this step needs a lock. */
async function makeFirstDay(home: Home, day: string): Promise<void> {
  if (ledgerDays(home).length > 0) return
  await withLock(dayPath(home, 'first'), () => {
    if (ledgerDays(home).length === 0) DayFile.open(day, dayPath(home, day), 'create')?.close()
  })
}

function unwritable(path: string, cause: unknown): QwenctlError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown'
  return new QwenctlError('store_unwritable', `the ledger ${path} cannot be written (${code})`, { cause })
}

/** The ledger in files: see `docs/ledger.md` for why order in the file is enough, without a lock or a server. */
export class FileLedger implements Ledger {
  readonly #home: Home
  readonly #reader: LedgerReader
  readonly #clock: () => number
  readonly #sync: 'interval' | 'always' | 'off'
  readonly #retentionDays: number
  readonly #ids = new RunningIds(newWriter())
  readonly #lines = new ByteWriter()
  #waiting: Waiting[] = []
  #news: News[] = []
  #isFlushPlanned = false
  #isDirty = false
  #syncTimer: NodeJS.Timeout | null = null
  #checkpointAt = 0
  #checkpointCostMs = 0
  #compaction: Promise<unknown> = Promise.resolve()
  /** Called for every event applied, ours and others'. */
  onEvent: ((event: LedgerEvent, tookEffect: boolean) => void) | null = null

  constructor(home: Home, options: LedgerOptions) {
    this.#home = home
    this.#clock = options.clock ?? Date.now
    this.#sync = options.sync ?? 'interval'
    this.#retentionDays = Math.max(35, options.retentionDays ?? 35)
    this.#reader = new LedgerReader(home, 'append')
    this.#reader.load()
    this.#checkpointAt = this.#clock()
    this.#planCompaction()
  }

  get state(): LedgerState {
    return this.#reader.state
  }

  get problems(): readonly string[] {
    return this.#reader.problems
  }

  now(): number {
    return Math.max(this.#clock(), this.state.now)
  }

  refresh(): void {
    this.#reader.follow((_line, event, tookEffect) => this.onEvent?.(event, tookEffect))
  }

  reserve(claim: ReservationRequest): Promise<Reservation | null> {
    return new Promise((claimed, failed) => {
      if (!this.tryReserve(claim, { onReserved: claimed, onFailed: failed })) claimed(null)
    })
  }

  tryReserve(claim: ReservationRequest, claimant: ReservationListener): boolean {
    const { account, also, keep, probe } = claim
    const now = this.now()
    const { subjects } = this.state
    if (
      !hasRoom(subjects.get(account), now, null, keep) ||
      also?.every((subject) => hasRoom(subjects.get(subject), now)) === false
    ) {
      return false // as the file stands it would be void: spare the line
    }
    const id = this.#ids.next()
    const event: ReserveEvent = { type: 'reserve', id, account, at: isoTime(now) }
    if (also !== undefined && also.length > 0) event.also = also
    if (keep !== undefined && keep > 0) event.keep = keep
    if (probe !== undefined) event.probe = probe
    this.#enqueue({ event, reservation: { id, account, at: now }, claimant })
    return true
  }

  settle(reservation: Reservation, settlement: Settlement): void {
    const event = settleEvent(reservation.id, isoTime(this.now()), settlement)
    this.#enqueue({ event, reservation: null, claimant: null })
  }

  record(notices: Notice[]): Promise<void> {
    const at = isoTime(this.now())
    const written = notices.map(
      (notice) =>
        new Promise<Reservation | null>((claimed, failed) =>
          this.#enqueue({
            event: { ...notice, at },
            reservation: null,
            claimant: { onReserved: claimed, onFailed: failed },
          }),
        ),
    )
    return Promise.all(written).then(() => undefined)
  }

  async close(): Promise<void> {
    this.#flush()
    await this.#compaction
    if (this.#reader.tail > CHECKPOINT_AT_CLOSE) this.#checkpoint()
    if (this.#syncTimer !== null) clearTimeout(this.#syncTimer)
    if (this.#isDirty && this.#sync !== 'off' && this.#reader.file !== null)
      fdatasyncSync(this.#reader.file.fd)
    this.#reader.close()
  }

  #enqueue(waiting: Waiting): void {
    this.#waiting.push(waiting)
    if (this.#isFlushPlanned) return
    this.#isFlushPlanned = true
    // After the sockets of this turn were read: what they all reserve goes out in one write.
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#isFlushPlanned = false
    if (this.#waiting.length === 0) return
    let batch = this.#waiting
    this.#waiting = []
    let cause: unknown = null
    try {
      for (let attempt = 0; batch.length > 0 && attempt < APPEND_ATTEMPTS; attempt += 1) {
        this.#reachToday()
        batch = this.#append(batch)
      }
    } catch (error) {
      cause = error
      batch = this.#readBack(batch)
    }
    if (batch.length > 0) this.#giveUp(batch, cause)
    this.#afterFlush()
    this.#tellClaimants()
  }

  /** At the end, for they go on at once, and may claim again. */
  #tellClaimants(): void {
    const all = this.#news
    this.#news = []
    for (const { claimant, of } of all) {
      if (of instanceof Error) claimant.onFailed(of)
      else claimant.onReserved(of)
    }
  }

  /** Ends the day when the clock has left it. Whoever does so first names the next day for everybody. */
  #reachToday(): void {
    for (;;) {
      const today = dayOf(this.now())
      const file = this.#reader.file ?? this.#reader.begin(today)
      if (file.day >= today && this.#reader.nextDay === null) return
      if (this.#reader.nextDay === null) {
        file.append(this.#linesOf([{ type: 'close', at: isoTime(this.now()), next: today }]))
        this.#planCompaction()
      }
      this.refresh()
    }
  }

  /** Writes the batch and applies what the file then holds; returns what came to stand behind a close, to write again. */
  #append(batch: Waiting[]): Waiting[] {
    const file = this.#reader.file
    if (file === null) return batch
    const lines = this.#linesOf(batch.map(({ event }) => event))
    const isWhole = file.append(lines)
    this.#isDirty = true
    if (this.#sync === 'always') fdatasyncSync(file.fd)
    if (!isWhole || !file.grewBy(lines.length)) {
      const left = this.#readBack(batch)
      if (!isWhole) throw new Error('the disk took only a part')
      return left
    }
    file.offset += lines.length
    for (const waiting of batch) this.#applied(waiting, apply(this.state, waiting.event))
    this.#reader.tail += batch.length
    return []
  }

  #linesOf(events: readonly LedgerEvent[]): ByteWriter {
    this.#lines.clear()
    for (const event of events) writeLine(this.#lines, event)
    return this.#lines
  }

  #applied(waiting: Waiting, tookEffect: boolean): void {
    this.onEvent?.(waiting.event, tookEffect)
    const { claimant, reservation } = waiting
    if (claimant !== null) this.#news.push({ claimant, of: tookEffect ? reservation : null })
  }

  /** Reads what the file holds, others' events included; returns those of the batch that it does not. */
  #readBack(batch: Waiting[]): Waiting[] {
    const missing = new Map<string, Waiting[]>()
    for (const waiting of batch) {
      const line = lineOf(waiting.event)
      const twins = missing.get(line)
      if (twins === undefined) missing.set(line, [waiting])
      else twins.push(waiting)
    }
    try {
      this.#reader.follow((line, event, tookEffect) => {
        const own = missing.get(line)?.shift()
        if (own === undefined) this.onEvent?.(event, tookEffect)
        else this.#applied(own, tookEffect)
      })
    } catch {
      // What cannot be read back is not granted: the caller gives up on it.
    }
    return [...missing.values()].flat()
  }

  #giveUp(batch: Waiting[], cause: unknown): void {
    const error = unwritable(this.#reader.file?.path ?? this.#home.ledgerFolder, cause)
    const settlements: Waiting[] = []
    for (const waiting of batch) {
      if (waiting.event.type === 'settle') settlements.push(waiting)
      else if (waiting.claimant !== null) this.#news.push({ claimant: waiting.claimant, of: error })
    }
    // They go out with the next write that succeeds; until then their requests stay charged and in flight.
    this.#waiting = [...settlements, ...this.#waiting].slice(-MAX_WAITING_SETTLEMENTS)
  }

  #afterFlush(): void {
    if (this.#sync === 'interval' && this.#syncTimer === null && this.#isDirty) {
      this.#syncTimer = setTimeout(() => this.#syncNow(), SYNC_INTERVAL_MS)
      this.#syncTimer.unref()
    }
    const age = this.#clock() - this.#checkpointAt
    const isDue =
      this.#reader.tail >= CHECKPOINT_EVENTS || (this.#reader.tail > 0 && age >= CHECKPOINT_AGE_MS)
    if (isDue && age * CHECKPOINT_SHARE >= this.#checkpointCostMs) this.#checkpoint()
  }

  #syncNow(): void {
    this.#syncTimer = null
    if (!this.#isDirty || this.#reader.file === null) return
    this.#isDirty = false
    fdatasync(this.#reader.file.fd, () => undefined) // a failing disk shows at the next append
  }

  #checkpoint(): void {
    const { file, historyThrough, state } = this.#reader
    if (file === null) return
    const began = performance.now()
    this.#checkpointAt = this.#clock()
    this.#reader.tail = 0
    try {
      writeCheckpoint(this.#home.countersFile, {
        position: { day: file.day, offset: file.offset },
        landmark: file.landmark(),
        historyThrough,
        state: stateToJson(state, historyThrough),
      })
    } catch {
      // Only the next start is slower: the ledger itself has it all.
    }
    this.#checkpointCostMs = performance.now() - began
  }

  #planCompaction(): void {
    const compaction = compactLedger(this.#home, dayOf(this.now()), this.#retentionDays)
    this.#compaction = compaction.then(
      (through) => this.#reader.forgetThrough(through),
      () => undefined, // tried again tomorrow, or at the next start
    )
  }
}

/** Field by field: a spread costs more than the rest of the settling. */
function settleEvent(id: string, at: string, settlement: Settlement): SettleEvent {
  const event: SettleEvent = { type: 'settle', id, at, outcome: settlement.outcome }
  if (settlement.status !== undefined) event.status = settlement.status
  if (settlement.inputTokens !== undefined) event.inputTokens = settlement.inputTokens
  if (settlement.outputTokens !== undefined) event.outputTokens = settlement.outputTokens
  if (settlement.costUsd !== undefined) event.costUsd = settlement.costUsd
  if (settlement.estimated !== undefined) event.estimated = settlement.estimated
  if (settlement.latencyMs !== undefined) event.latencyMs = settlement.latencyMs
  if (settlement.firstByteMs !== undefined) event.firstByteMs = settlement.firstByteMs
  if (settlement.model !== undefined) event.model = settlement.model
  if (settlement.note !== undefined) event.note = settlement.note
  if (settlement.refunded !== undefined) event.refunded = settlement.refunded
  return event
}
