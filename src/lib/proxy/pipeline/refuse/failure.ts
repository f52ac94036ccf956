import type { Outcome } from '../../../provider/provider.ts'
import type { CoolNotice } from '../../../rotation/cooldowns/cooling.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import type { TooMuch } from '../../../rotation/use/use-bounds.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'

/** An attempt that ended without an answer for the client. */
export interface Failure {
  member: Member
  outcome: Outcome
  /** The upstream's answer; null: none. */
  held: HeldAnswer | null
  /** False: the upstream surely did not read the request. */
  wasSent: boolean
  /** The cooldowns that it causes, whether the ledger shows them yet or not. */
  cooled: readonly CoolNotice[]
  /**
   * The account was not asked, because its limits have too little left for this request: when they may have room, in
   * epoch milliseconds; null: never.
   */
  returnsAt?: number | null
}

/** Makes the failure of an account that was not asked: its limits have too little left for the request. */
export function declineUse(member: Member, { words, availableAt }: TooMuch): Failure {
  const outcome: Outcome = {
    class: 'request-declined',
    scope: 'account',
    until: null,
    code: null,
    message: words,
  }
  return { member, outcome, held: null, wasSent: false, cooled: [], returnsAt: availableAt }
}
