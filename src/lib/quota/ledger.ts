import type { QwenctlError } from '../base/errors.ts'
import type {
  ClearEvent,
  CoolEvent,
  ForgetEvent,
  LearnEvent,
  LimitsEvent,
  ReserveEvent,
  ResetEvent,
  SettleEvent,
} from './log/events.ts'
import type { LedgerState } from './log/state.ts'

/** A request that was granted, and must be settled exactly once. */
export interface Reservation {
  id: string
  account: string
  /** Epoch milliseconds of the ledger's clock. */
  at: number
}

/** What a reservation is asked for: the account, what else counts the request, and what it has to leave. */
export type ReservationRequest = Pick<ReserveEvent, 'account' | 'also' | 'keep' | 'probe'>

/** Who waits for a claim. Called in a turn of its own, once. */
export interface ReservationListener {
  /** Null: at its place in the file some subject was at a limit. */
  onReserved(reservation: Reservation | null): void
  /** `store_unwritable` */
  onFailed(error: QwenctlError): void
}

export type Settlement = Omit<SettleEvent, 'type' | 'id' | 'at'>

/** What can be recorded beside reservations; the ledger fills in the time. */
export type Notice =
  | Omit<LimitsEvent, 'at'>
  | Omit<LearnEvent, 'at'>
  | Omit<ForgetEvent, 'at'>
  | Omit<ResetEvent, 'at'>
  | Omit<CoolEvent, 'at'>
  | Omit<ClearEvent, 'at'>

/**
 * The truth about counts. Any number of processes may hold one over the same home; each reaches the same verdicts.
 * Every method that writes throws `store_unwritable` when the event could not be kept.
 */
export interface Ledger {
  /** The folded state as last read. Read it, never change it. */
  readonly state: LedgerState
  /** The ledger's time in epoch milliseconds: the clock, but never before the newest event. */
  now(): number
  /** Reads what other processes have written since. */
  refresh(): void
  /**
   * Claims one request for the account: durable in the kernel when it resolves. Null when at its place in the file
   * some subject was at a limit, so that the caller tries the next account.
   */
  reserve(claim: ReservationRequest): Promise<Reservation | null>
  /**
   * `reserve` for whoever claims with every request. False: as far as was read there is no room, nothing was written, and
   * the claimant hears nothing.
   */
  tryReserve(claim: ReservationRequest, claimant: ReservationListener): boolean
  /** Records how a granted request ended. Written within the turn of the event loop; never throws into the caller's path. */
  settle(reservation: Reservation, settlement: Settlement): void
  /** Appends limits, resets, cooldowns and their ends; resolves when they are in the file. */
  record(notices: Notice[]): Promise<void>
  /** Writes what is pending, a checkpoint if it is due, and releases the files. */
  close(): Promise<void>
}
