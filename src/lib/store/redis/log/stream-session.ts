import type { LedgerEvent } from '../../../quota/log/events.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import type { EventLoop } from '../../ledger/event-loop.ts'
import type { StoreLink } from '../link/redis-link.ts'
import type { StoreKeys } from '../link/scripts.ts'
import type { LogReply } from './log-client.ts'
import { callLog, loadFold } from './log-client.ts'
import type { OwnBatch } from './own-batches.ts'
import { OwnBatches, newBatch } from './own-batches.ts'
import { ServerClock } from './server-clock.ts'
import type { StreamEntry, StreamFold } from './stream-fold.ts'

export interface SessionOptions {
  link: StoreLink
  keys: StoreKeys
  loop: EventLoop
  writer: string
  graceMs?: number | undefined
  /** Called when a call takes long. */
  onSlow: () => void
  /** Called when a document in the store may have changed. */
  onDocuments: () => void
}

/** A request waits this long for the store; then it fails, and the store counts as unreachable until it answers. */
const PATIENCE_MS = 1_500
const HEARTBEAT_MS = 1_000

/** The stream as one process follows it: the fold, its own batches, the server's clock, and the living writers. */
export class StreamSession {
  readonly own = new OwnBatches()
  fold: StreamFold
  /** The number of the newest own batch. */
  number = 0
  /** The batch with an unknown result; it is sent until the store accepts it. */
  sending: OwnBatch | null = null
  /** The batches that the server lost, to be appended in this order before the open one. */
  again: OwnBatch[] = []
  /** The number of the last batch that the server has acknowledged; 0 after it forgot this writer. */
  acknowledged = 0
  /** A delayed call has appended an earlier form of the open batch. The open one needs another number. */
  isNumberTaken = false
  /** When the last reply came, by the steady clock. */
  calledAt = Number.NEGATIVE_INFINITY
  readonly #options: SessionOptions
  readonly #clock = new ServerClock()
  #alive = new Set<string>()
  #documents: number
  #beatAt = Number.NEGATIVE_INFINITY

  constructor(options: SessionOptions, fold: StreamFold, reply: LogReply) {
    this.#options = options
    this.fold = fold
    this.#documents = reply.documents
    this.#clock.note(reply.time, reply.run, options.loop.steady())
  }

  get state(): LedgerState {
    return this.fold.state
  }

  now(): number {
    return Math.max(this.state.now, this.#clock.now(this.#options.loop.steady()))
  }

  /** Whether the process that made a reservation was heard of in the last seconds, by the server's clock. */
  isWriterAlive(reservationId: string): boolean {
    const writer = reservationId.slice(0, reservationId.lastIndexOf('-'))
    return writer === this.#options.writer || this.#alive.has(writer)
  }

  /** Appends a batch, or only reads. Throws `store_unreachable`. */
  async call(batch: OwnBatch | null): Promise<LogReply> {
    const { link, keys, loop, writer, graceMs, onSlow } = this.#options
    const began = loop.steady()
    const heartbeat = began - this.#beatAt > HEARTBEAT_MS
    const timer = loop.later(PATIENCE_MS, onSlow)
    try {
      const reply = await callLog(link, keys, {
        writer,
        fold: this.fold,
        batch,
        heartbeat,
        acknowledged: this.acknowledged,
        ...(graceMs === undefined ? {} : { graceMs }),
      })
      this.#note(reply, began, heartbeat)
      return reply
    } finally {
      timer.cancel()
    }
  }

  #note(reply: LogReply, began: number, heartbeat: boolean): void {
    this.calledAt = this.#options.loop.steady()
    this.#clock.note(reply.time, reply.run, this.calledAt)
    if (heartbeat) {
      this.#beatAt = began
      this.#alive = new Set(reply.alive)
    }
    if (reply.documents === this.#documents) return
    this.#documents = reply.documents
    this.#options.onDocuments()
  }

  foldReply({ entries }: LogReply): void {
    for (const entry of entries) this.#foldEntry(this.fold, entry)
  }

  /** The own events are in memory already; only those of other processes are parsed. */
  #foldEntry(fold: StreamFold, entry: StreamEntry): void {
    const [id, fields] = entry
    const own = fields[1] === this.#options.writer ? this.#findOwn(Number(fields[3])) : null
    // Without lines, the entry is of the batch of this very call.
    if (own === null || (own.lines !== fields[5] && fields[5] !== '')) {
      fold.foldLines(entry)
      if (own !== null && own === this.sending) this.isNumberTaken = true
      return
    }
    own.id = id
    own.verdicts = fold.foldEvents(id, fields, own.events)
  }

  #findOwn(number: number): OwnBatch | null {
    return this.sending?.number === number ? this.sending : (this.own.numbered(number) ?? null)
  }

  /**
   * Folds the log from its checkpoint again, and collects the own batches that it lacks. Returns the last entry in the
   * checkpoint.
   */
  async reload(): Promise<string> {
    const { link, keys, writer, loop } = this.#options
    for (const batch of this.own.all()) batch.verdicts = null
    if (this.sending !== null) this.sending.verdicts = null
    const { fold, start, reply } = await loadFold(link, keys, writer, (into, entry) =>
      this.#foldEntry(into, entry),
    )
    this.fold = fold
    this.again = this.own.collectLost(start, reply)
    if (this.again.length > 0) this.renumberAgain()
    this.#note(reply, loop.steady(), false)
    return start
  }

  /** Appends events before the reservations that wait: the log needs these events to judge them. */
  appendFirst(events: readonly LedgerEvent[]): void {
    const pending = events.map((event) => ({ event, reservation: null, listener: null }))
    const batch: OwnBatch = {
      ...newBatch(0, pending, this.#options.loop.steady()),
      kind: 'again',
      pending: events.map(() => null),
      decided: events.map(() => true),
    }
    this.again.unshift(batch)
    this.renumberAgain()
    // Its entry is recognised by its number. If another loss comes before, the repair makes a new batch.
    this.own.add(batch)
  }

  /** The server may have kept the numbers of batches that it lost: it takes only larger ones. */
  renumberAgain(): void {
    for (const batch of this.again) batch.number = this.number += 1
    if (this.sending?.verdicts === null) this.renumber(this.number + 1)
  }

  /** Numbers continue after the last one that the log has. */
  renumber(next: number): void {
    this.number = this.sending === null ? next - 1 : next
    if (this.sending !== null) this.sending.number = next
    this.isNumberTaken = false
  }
}
