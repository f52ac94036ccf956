import type { QwenctlError } from '../../base/errors.ts'
import type { LedgerEvent } from '../../quota/log/events.ts'
import { settleEvent } from '../../quota/log/settle-event.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { Reservation, ReservationListener } from '../../quota/ledger.ts'

/** An event that waits for its place in the order of the log. */
export interface PendingEvent {
  event: LedgerEvent
  /** The result for the listener when the event takes effect. */
  reservation: Reservation | null
  listener: ReservationListener | null
}

/** A result for a listener, delivered when the state has all events of an append. */
export interface AppendResult {
  listener: ReservationListener
  /** An error: the event could not be stored. */
  of: Reservation | null | QwenctlError
}

/** The queue of events before a log. A log returns to it what could not be written. */
export interface PendingQueue {
  /** Events that precede the waiting ones at the next append. */
  keep(events: PendingEvent[]): void
  /** An event that follows the waiting ones. */
  add(event: PendingEvent): void
  /** Appends in the next turn of the event loop. */
  planAppend(): void
  /** Appends now what waits: the log was busy, and a turn more would delay the events that waited for it. */
  append(): void
}

/**
 * The total order of events, and the state that results from them, in a folder or a Redis stream. Only the order
 * decides every reservation, so all processes reach the same verdicts.
 */
export interface EventLog {
  /** The folded state as last read. */
  readonly state: LedgerState
  readonly problems: readonly string[]
  /** Identifies this opened log; the first part of its reservation ids. */
  readonly writer: string
  /** Whether the log itself has something to append. */
  readonly isOwing: boolean
  /** An append is under way, so the next batch waits. The log then calls `append` of the queue at its end. */
  readonly isBusy: boolean
  /** The log's time in epoch milliseconds; never before the newest event. */
  now(): number
  /** Receives the queue, before any other call. */
  attach(queue: PendingQueue): void
  /** Prepares the waiting events for an append: their times follow a corrected clock. */
  prepare(waiting: PendingEvent[]): void
  /** The event by which a person sets the log's time; null: the log has a time of its own. */
  setTimeByPerson(): LedgerEvent | null
  /** Reads the events of other processes. Never throws. */
  refresh(): void
  /** Resolves when the state has every event that the log had at the call, or the log cannot be read. */
  catchUp(): Promise<void>
  /**
   * Appends a batch and passes each listener its result. An event that cannot be written fails; a settlement returns
   * to the queue.
   */
  append(batch: PendingEvent[]): void
  close(): Promise<void>
}

/**
 * The event that undoes another one if its result did not reach the caller in time: it refunds a reservation, or ends
 * the run of a slot. The slot itself stays used up. Null: there is nothing to undo.
 */
export function makeReturn(event: LedgerEvent, at: string): LedgerEvent | null {
  if (event.type === 'slot') return { type: 'slot-end', id: event.id, at }
  if (event.type !== 'reserve') return null
  return settleEvent(event.id, at, { outcome: 'unreachable', refunded: true })
}

/** Notifies last: listeners continue at once, and may reserve again. */
export function deliver(results: readonly AppendResult[]): void {
  for (const { listener, of } of results) {
    if (of instanceof Error) listener.onFailed(of)
    else listener.onReserved(of)
  }
}
