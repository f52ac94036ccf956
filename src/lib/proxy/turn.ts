import type { Reservation } from '../quota/ledger.ts'
import type { Member } from '../rotation/member.ts'
import type { Asked } from './asked.ts'
import type { Way } from './outgoing.ts'

/** Stands for the reservation of a request that uses up nothing. */
export const UNCOUNTED: Reservation = { id: '', account: '', at: 0 }

/** One account's turn with a request. */
export interface Turn {
  asked: Asked
  way: Way
  member: Member
  reservation: Reservation
  /** Whom it was sent to; null: to nobody. */
  origin: string | null
}
