import type { Ledger } from '../../quota/ledger.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { CapRoom } from '../../rotation/cap-room.ts'
import type { RotationView } from '../../rotation/rotation-request.ts'

/** The state that the pool selects by: the ledger at each look, and the rules in force then. */
export class LiveView implements RotationView {
  /** A random number in [0, 1). */
  readonly random: () => number
  /** Headroom: whole percent of every limit, left to others. */
  keep = 0
  /** The room that the configured caps leave; null: there are none. */
  caps: CapRoom | null = null
  readonly #ledger: Pick<Ledger, 'state' | 'now'>

  constructor(ledger: Pick<Ledger, 'state' | 'now'>, random: () => number) {
    this.#ledger = ledger
    this.random = random
  }

  get state(): LedgerState {
    return this.#ledger.state
  }

  get now(): number {
    return this.#ledger.now()
  }
}
