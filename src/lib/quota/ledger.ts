import type { QwenctlError } from '../base/errors.ts'
import type {
  ClearEvent,
  CoolEvent,
  DropEvent,
  ForgetEvent,
  LearnEvent,
  LimitsEvent,
  ReserveEvent,
  ResetEvent,
  SettleEvent,
  SlotEndEvent,
  SlotEvent,
} from './log/events.ts'
import type { LedgerState } from './log/state.ts'

/** A granted request, which must be settled exactly once. */
export interface Reservation {
  id: string
  account: string
  /** Epoch milliseconds of the ledger's clock. */
  at: number
}

/**
 * The subject of a reservation: the account, the other subjects that count the request, and the headroom to leave.
 */
export type ReservationRequest = Pick<ReserveEvent, 'account' | 'also' | 'keep' | 'hold' | 'model' | 'probe'>

/** Receives the result of a reservation, once and asynchronously. */
export interface ReservationListener {
  /** Null: at this place in the file, a subject had reached a limit. */
  onReserved(reservation: Reservation | null): void
  /** `store_unwritable`, or `store_unreachable` */
  onFailed(error: QwenctlError): void
}

export type Settlement = Omit<SettleEvent, 'type' | 'id' | 'at'>

/** Events other than reservations; the ledger adds the time. */
export type Notice =
  | Omit<LimitsEvent, 'at'>
  | Omit<LearnEvent, 'at'>
  | Omit<ForgetEvent, 'at'>
  | Omit<DropEvent, 'at'>
  | Omit<ResetEvent, 'at'>
  | Omit<CoolEvent, 'at'>
  | Omit<ClearEvent, 'at'>
  | Omit<SlotEndEvent, 'at'>

/** A claim of a slot; the ledger adds id and time. */
export type SlotClaim = Omit<SlotEvent, 'type' | 'id' | 'at'>

/**
 * The authority on counts. Any number of processes may open a ledger over the same home; each reaches the same
 * verdicts. Every writing method throws `store_unwritable` or `store_unreachable`
 * when the event could not be stored.
 */
export interface Ledger {
  /** The folded state as last read. Callers must not change it. */
  readonly state: LedgerState
  /** The ledger's time in epoch milliseconds: the clock, but never before the newest event. */
  now(): number
  /** Reads the new events of other processes; a shared store answers a moment later. */
  refresh(): void
  /** Resolves when the state has every event that the log had at the call. */
  catchUp(): Promise<void>
  /**
   * Reserves one request on the account; the event is in the kernel when the promise resolves. Null: at this place
   * in the file a subject had reached a limit, so the caller tries the next account.
   */
  reserve(claim: ReservationRequest): Promise<Reservation | null>
  /**
   * A cheaper `reserve` for the request path. Returns false, without writing or notifying, when the state as read
   * has no room.
   */
  tryReserve(claim: ReservationRequest, claimant: ReservationListener): boolean
  /**
   * Records how a granted request ended. Writes within the same turn of the event loop, and never throws to the
   * caller.
   */
  settle(reservation: Reservation, settlement: Settlement): void
  /**
   * Claims a slot of a job. Resolves to the id of the run, once the claim is in the ledger; null: it took no effect,
   * because the slot was claimed before or a limit of the claim was reached.
   */
  claimSlot(claim: SlotClaim): Promise<string | null>
  /** Appends limits, resets, cooldowns and their ends; resolves when they are in the file. */
  record(notices: Notice[]): Promise<void>
  /** Writes pending events and a due checkpoint, then closes the files. */
  close(): Promise<void>
}
