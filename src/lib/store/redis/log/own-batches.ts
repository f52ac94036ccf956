import type { ReservationListener } from '../../../quota/ledger.ts'
import type { LedgerEvent, ReserveEvent } from '../../../quota/log/events.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import { LineWriter } from '../../ledger/files/ledger-line.ts'
import type { PendingEvent } from '../../ledger/event-log.ts'
import type { BatchKind, LogReply, WireBatch } from './log-client.ts'
import { KEPT_WRITER_MS } from './log-client.ts'
import { isAfter, readTime } from './stream-fold.ts'

/** A server loses at most the writes of some seconds. Each writer keeps a second copy of its own. */
const REMEMBERED_MS = 60_000

/** A batch of this process, with the results of its events. */
export interface OwnBatch extends WireBatch {
  events: LedgerEvent[]
  /** The listeners of the events, in the same order; null once they know their result. */
  pending: (PendingEvent | null)[]
  /** The verdicts in the log as last read; null: not read yet. */
  verdicts: boolean[] | null
  /** The verdicts that the listeners know. */
  decided: boolean[] | null
  /** Milliseconds of this process when it was numbered. */
  at: number
  /** The id of its entry in the log, or of a later one; empty: not known yet. */
  id: string
  /** The replication id of the server that has it; empty: not known yet. */
  run: string
}

export function newBatch(number: number, pending: readonly PendingEvent[], at: number): OwnBatch {
  const events = pending.map(({ event }) => event)
  const kind: BatchKind = events.some(asksForRoom) ? 'reserve' : 'other'
  return {
    number,
    kind,
    events,
    at,
    id: '',
    run: '',
    pending: [...pending],
    verdicts: null,
    decided: null,
    lines: toLines(events),
  }
}

/** Whether the event is void unless there is room for it: nothing of that kind is granted during a grace. */
export function asksForRoom(event: LedgerEvent): boolean {
  return event.type === 'slot' || (event.type === 'reserve' && event.granted !== true)
}

/** Whether an event took effect, as far as a state shows that has it already. */
export function isInState({ open, jobs }: LedgerState, event: LedgerEvent): boolean {
  if (event.type === 'reserve') return open.get(event.id) !== undefined
  return event.type !== 'slot' || jobs.runs.has(event.id)
}

function toLines(events: readonly LedgerEvent[]): string {
  const lines = new LineWriter()
  return events.map((event) => lines.format(event)).join('\n')
}

/** The batches of the last minute that the log has, or gets again; oldest first. */
export class OwnBatches {
  #batches: OwnBatch[] = []

  add(batch: OwnBatch): void {
    const oldest = batch.at - REMEMBERED_MS
    const kept = this.#batches.findIndex(({ at }) => at >= oldest)
    if (kept > 64 || kept < 0) this.#batches.splice(0, kept < 0 ? this.#batches.length : kept)
    this.#batches.push(batch)
  }

  numbered(number: number): OwnBatch | undefined {
    const first = this.#batches[0]?.number ?? 0
    const guess = this.#batches[number - first]
    return guess?.number === number ? guess : this.#batches.find((batch) => batch.number === number)
  }

  /**
   * The batches that a log lacks after it was folded from `start` on. They are reduced to their effects: granted events
   * stay granted, refused ones are omitted. A checkpoint may be newer than a lost entry, so the number that the server
   * knows counts, too. After a long sleep, the server has forgotten the number, and a checkpoint has the batches.
   */
  collectLost(start: string, { last, time }: Pick<LogReply, 'last' | 'time'>): OwnBatch[] {
    const oldest = time - KEPT_WRITER_MS / 2
    const lost = this.#batches.filter(
      ({ id, number, verdicts }) =>
        verdicts === null && readTime(id) > oldest && (number > last || isAfter(id, start)),
    )
    for (const batch of lost) {
      const decided = batch.decided ?? []
      batch.events = batch.events.filter((_event, index) => decided[index] === true).map(asGranted)
      batch.decided = batch.events.map(() => true)
      batch.pending = batch.events.map(() => null)
      batch.kind = 'again'
      batch.lines = toLines(batch.events)
    }
    this.#batches = this.#batches.filter(({ events }) => events.length > 0)
    return lost.filter(({ events }) => events.length > 0)
  }

  all(): readonly OwnBatch[] {
    return this.#batches
  }
}

/** The events that make the log agree with the verdicts that the listeners know. */
export interface Correction {
  /** Reservations that the log grants now, and the listeners do not have. */
  refunded: ReserveEvent[]
  /** Reservations that the listeners have, and the log refuses now. */
  granted: ReserveEvent[]
}

/** After a loss of entries, the log may decide differently from the verdicts that the listeners got. */
export function findCorrections(batches: readonly OwnBatch[]): Correction {
  const correction: Correction = { refunded: [], granted: [] }
  for (const { events, verdicts, decided } of batches) {
    for (const [index, event] of events.entries()) {
      if (event.type !== 'reserve' || verdicts === null || decided === null) continue
      if (verdicts[index] === decided[index]) continue
      if (decided[index] === true) correction.granted.push({ ...event, granted: true })
      else correction.refunded.push(event)
    }
  }
  return correction
}

/** The events of a batch that need no room, and the listeners of those that do. */
export function splitByRoom({ events, pending }: OwnBatch): {
  rest: PendingEvent[]
  refused: ReservationListener[]
} {
  const rest: PendingEvent[] = []
  const refused: ReservationListener[] = []
  for (const [index, event] of events.entries()) {
    const one = pending[index] ?? { event, reservation: null, listener: null }
    if (!asksForRoom(event)) rest.push(one)
    else if (one.listener !== null) refused.push(one.listener)
  }
  return { rest, refused }
}

function asGranted(event: LedgerEvent): LedgerEvent {
  return event.type === 'reserve' ? { ...event, granted: true } : event
}
