import { CHECKPOINT_VERSION } from '../../../quota/log/checkpoint/checkpoint-migrations.ts'
import { StateCut } from '../../../quota/log/checkpoint/state-cut.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import type { History } from '../../../quota/history/history.ts'
import { bucketToJson } from '../../../quota/history/history-json.ts'
import { isNothing } from '../../../quota/history/history.ts'
import type { StreamFold } from './stream-fold.ts'

/**
 * The checkpoint of a fold at one moment, as text in pieces. The fold continues between two pieces: the state reports
 * what it changes, and later events have a history of their own until `end`.
 */
export class FoldCut {
  readonly cursor: string
  readonly mark: string
  readonly #fold: StreamFold
  readonly #state: LedgerState
  readonly #cut: StateCut
  readonly #day: string
  readonly #history: History

  /** Throws if another cut of the fold has not ended: the state reports its changes to one cut. */
  constructor(fold: StreamFold) {
    if (fold.state.watcher !== null) throw new Error('the last cut of this fold has not ended')
    this.cursor = fold.cursor
    this.mark = fold.mark
    this.#fold = fold
    this.#state = fold.state
    this.#day = fold.day
    this.#history = fold.takeHistory()
    this.#cut = new StateCut(fold.state, null)
    fold.state.watcher = this.#cut
  }

  /** The rest of the text is unknown. */
  get isAbandoned(): boolean {
    return this.#cut.isAbandoned
  }

  *pieces(): Generator<string, void> {
    const { cursor: id, mark } = this
    const head = { version: CHECKPOINT_VERSION, position: { id, mark }, day: this.#day }
    yield `${JSON.stringify(head).slice(0, -1)},"state":`
    yield* this.#cut.pieces()
    yield ',"history":['
    let before = ''
    for (const bucket of this.#history.values()) {
      if (isNothing(bucket)) continue
      yield before + JSON.stringify(bucketToJson(bucket))
      before = ','
    }
    yield ']}'
  }

  /** Call it once, also after a cut that was not read to its end. */
  end(): void {
    if (this.#state.watcher === this.#cut) this.#state.watcher = null
    this.#fold.returnHistory(this.#day, this.#history)
  }
}

/** The checkpoint of a fold that nothing changes meanwhile. */
export function formatFold(fold: StreamFold): string {
  const cut = new FoldCut(fold)
  const text = [...cut.pieces()].join('')
  cut.end()
  return text
}
