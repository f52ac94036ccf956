import type { Account } from '../../account/account.ts'
import { readMessage } from '../../base/errors.ts'
import type { Ledger, Notice } from '../../quota/ledger.ts'
import type { Circuit } from '../../rotation/cooldowns/circuit.ts'
import type { CoolNotice } from '../../rotation/cooldowns/cooling.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { Answer, AnswerHead } from './learned-limits.ts'
import { LearnedLimits } from './learned-limits.ts'

export interface LedgerNotesOptions {
  ledger: Pick<Ledger, 'state' | 'now' | 'record'>
  /** `account`: its answer caused the cooldown. */
  onCooldown?: (notice: CoolNotice, account: Account) => void
  onTrouble: (message: string) => void
}

/** Writes to the ledger what answers say about accounts: cooldowns, their ends and limits. No answer waits for it. */
export class LedgerNotes {
  readonly #options: LedgerNotesOptions
  readonly #learned: LearnedLimits
  #written: Promise<void> = Promise.resolve()

  constructor(options: LedgerNotesOptions) {
    this.#options = options
    this.#learned = new LearnedLimits({
      ledger: options.ledger,
      record: (notices, account) => this.record(notices, account),
    })
  }

  /** Records notices about an account. Without its cooldowns, the next request would only fail the same way. */
  record(notices: Notice[], account: Account): void {
    const { ledger, onCooldown, onTrouble } = this.#options
    for (const notice of notices) if (notice.type === 'cool') onCooldown?.(notice, account)
    this.#written = ledger.record(notices).catch((error: unknown) => onTrouble(readMessage(error)))
  }

  /** Records for every process that guessed cooldowns were wrong, or are over. */
  endCooldowns(circuits: readonly Circuit[]): void {
    const { ledger, onTrouble } = this.#options
    const notices = circuits.map(({ subject, model }) => ({ type: 'clear' as const, subject, model }))
    ledger.record(notices).catch((error: unknown) => onTrouble(readMessage(error)))
  }

  /** Learns limits from an answer's head and from the body of an error. */
  learn(member: Member, model: string | null, head: AnswerHead, answer: Omit<Answer, 'now'>): void {
    this.#learned.note(member, model, head, { ...answer, now: this.#options.ledger.now() })
  }

  /**
   * Resolves once the ledger's state shows everything recorded so far. The report of the first account to return
   * needs it.
   */
  written(): Promise<void> {
    return this.#written
  }
}
