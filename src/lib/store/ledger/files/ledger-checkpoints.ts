import { stateToJson } from '../../../quota/log/checkpoint.ts'
import { writeCheckpoint } from './checkpoint-file.ts'
import type { LedgerHost } from './ledger-disk.ts'
import type { LedgerReader } from './ledger-reader.ts'

/** A checkpoint is due after this many events, or this long after the first of them. */
const CHECKPOINT_EVENTS = 5_000
const CHECKPOINT_AGE_MS = 30_000
/** Checkpoints take at most this share of the time. */
const CHECKPOINT_SHARE = 0.0025
/** A short-lived process writes a checkpoint when it had to fold more than this. */
const CHECKPOINT_AT_CLOSE = 2_000
/** Writes the folded state of one process to `counters.json`, often enough that the next start reads little. */
export class LedgerCheckpoints {
  readonly #path: string
  readonly #reader: LedgerReader
  readonly #clock: () => number
  readonly #host: LedgerHost
  /** Epoch milliseconds. */
  #writtenAt: number
  #costMs = 0

  constructor(path: string, reader: LedgerReader, clock: () => number, host: LedgerHost) {
    this.#path = path
    this.#reader = reader
    this.#clock = clock
    this.#host = host
    this.#writtenAt = clock()
  }

  afterFlush(): void {
    const { tail } = this.#reader
    const age = this.#clock() - this.#writtenAt
    const isDue = tail >= CHECKPOINT_EVENTS || (tail > 0 && age >= CHECKPOINT_AGE_MS)
    if (isDue && age * CHECKPOINT_SHARE >= this.#costMs) this.#write()
  }

  atClose(): void {
    if (this.#reader.tail > CHECKPOINT_AT_CLOSE) this.#write()
  }

  #write(): void {
    const { file, historyThrough, state } = this.#reader
    if (file === null) return
    const began = this.#host.loop.steady()
    this.#writtenAt = this.#clock()
    this.#reader.tail = 0
    try {
      const position = { day: file.day, offset: file.offset }
      const landmark = file.landmark()
      const json = stateToJson(state, historyThrough)
      writeCheckpoint(this.#path, { position, landmark, historyThrough, state: json }, this.#host.disk)
    } catch {
      // Only the next start is slower: the ledger itself has it all.
    }
    this.#costMs = this.#host.loop.steady() - began
  }
}
