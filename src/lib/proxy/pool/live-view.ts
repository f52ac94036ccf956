import type { Ledger } from '../../quota/ledger.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { CapRoom } from '../../rotation/cap-room.ts'
import type { RotationView } from '../../rotation/rotation-request.ts'

/** What the pool is chosen from: the ledger as it is at each look, and the rules that are in force then. */
export class LiveView implements RotationView {
  /** Chance, in [0, 1). */
  readonly random: () => number
  /** Whole percent of every limit that is left to others. */
  keep = 0
  /** What the caps of the configuration leave; null: there are none. */
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
