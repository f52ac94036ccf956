import type { LedgerState } from '../../quota/log/state.ts'
import type { Member } from './member.ts'
import type { RotationMoment } from '../rotation-request.ts'

interface Offer {
  number: number
  at: number
  /** The ledger's sequence at which `pending` was counted. */
  sequence: number
  pending: number
}

/** The time of use of a member that nothing has used. */
export const NEVER_USED = -1

/**
 * Offers of this process that the ledger may not show yet. Between a choice and its reservation, many more requests
 * are decided. Without these counts, all of them would go to the same account.
 */
export class Picks {
  readonly #offers = new Map<string, Offer>()
  #count = 0

  note({ subjects }: Member, { state, now }: RotationMoment): void {
    let offer = this.#offers.get(subjects.account)
    if (offer === undefined) {
      offer = { number: 0, at: 0, sequence: -1, pending: 0 }
      this.#offers.set(subjects.account, offer)
    }
    offer.pending = offer.sequence === state.sequence ? offer.pending + 1 : 1
    offer.sequence = state.sequence
    offer.number = ++this.#count
    offer.at = now
  }

  /** Offers since the ledger last moved. */
  pending(accountId: string, state: LedgerState): number {
    const offer = this.#offers.get(accountId)
    return offer?.sequence === state.sequence ? offer.pending : 0
  }

  /** When a member was last used or offered, in epoch milliseconds; `NEVER_USED`: never. */
  readUse({ subjects }: Member, state: LedgerState): number {
    const used = state.subjects.get(subjects.account)?.lastUsedAt ?? NEVER_USED
    return Math.max(used, this.#offers.get(subjects.account)?.at ?? NEVER_USED)
  }

  /** Below 0 when `a` was used less recently than `b`; of two unused ones the smaller id comes first. */
  compareUse(a: Member, b: Member, state: LedgerState): number {
    const idA = a.subjects.account
    const idB = b.subjects.account
    const numberA = this.#offers.get(idA)?.number ?? 0
    const numberB = this.#offers.get(idB)?.number ?? 0
    return this.readUse(a, state) - this.readUse(b, state) || numberA - numberB || (idA < idB ? -1 : 1)
  }
}
