import { basename, dirname, join } from 'node:path'
import { StateCut } from '../../../quota/log/checkpoint/state-cut.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import { CheckpointWriter } from './checkpoint-writer.ts'
import type { LedgerHost } from './ledger-disk.ts'
import type { LedgerReader } from './ledger-reader.ts'
import { isWriterAlive } from './writer.ts'

export interface CheckpointPace {
  /** A checkpoint is due after this many events, or this long after the first of them. */
  events: number
  ageMs: number
  /** Written in one turn of the event loop, so that requests wait for a fraction of a millisecond only. */
  pieceBytes: number
}

const USUAL_PACE: CheckpointPace = { events: 5_000, ageMs: 30_000, pieceBytes: 64 << 10 }
/** Checkpoints take at most this share of the time. */
const CHECKPOINT_SHARE = 0.0025
/** A short-lived process writes a checkpoint when it had to fold more than this. */
const CHECKPOINT_AT_CLOSE = 2_000

export interface CheckpointParts {
  path: string
  reader: LedgerReader
  clock: () => number
  host: LedgerHost
  /** The writer id of this process's events: it names the unfinished file. */
  writer: string
  isAlive?: ((writer: string) => boolean) | undefined
  pace?: CheckpointPace | undefined
}

/**
 * Writes the folded state of one process to `counters.json`, often enough that the next start reads little. A large
 * state takes many turns of the event loop; requests are counted between them.
 */
export class LedgerCheckpoints {
  readonly #parts: CheckpointParts
  readonly #pace: CheckpointPace
  /** Epoch milliseconds. */
  #startedAt: number
  #costMs = 0
  #open: { writer: CheckpointWriter; cut: StateCut; state: LedgerState } | null = null

  constructor(parts: CheckpointParts) {
    this.#parts = parts
    this.#pace = parts.pace ?? USUAL_PACE
    this.#startedAt = parts.clock()
    this.#removeLeftovers()
  }

  afterFlush(): void {
    if (this.#open !== null) return
    const { tail } = this.#parts.reader
    const age = this.#parts.clock() - this.#startedAt
    const isDue = tail >= this.#pace.events || (tail > 0 && age >= this.#pace.ageMs)
    if (isDue && age * CHECKPOINT_SHARE >= this.#costMs) this.#start()
  }

  /** Returns when the last checkpoint is written, or has failed. */
  atClose(): void {
    while (this.#open !== null) this.#step()
    if (this.#parts.reader.tail <= CHECKPOINT_AT_CLOSE) return
    this.#start()
    while (this.#open !== null) this.#step()
  }

  #start(): void {
    const { reader, clock, host, path, writer } = this.#parts
    const { file, historyThrough, state } = reader
    if (file === null) return
    this.#startedAt = clock()
    this.#costMs = 0
    reader.tail = 0
    this.#measure(() => {
      const position = { day: file.day, offset: file.offset }
      const head = { position, landmark: file.landmark(), historyThrough }
      const cut = new StateCut(state, historyThrough)
      const target = { path, temporary: `${path}.${writer}.tmp` }
      this.#open = { writer: new CheckpointWriter(target, head, cut, host.disk), cut, state }
      state.watcher = cut
    })
    this.#step()
  }

  #step(): void {
    const open = this.#open
    if (open === null) return // `atClose` has finished it
    this.#measure(() => {
      // Another program replaced the files: the state of the cut is no longer the ledger's.
      if (open.cut.isAbandoned || this.#parts.reader.state !== open.state) this.#abandon()
      else if (open.writer.writePiece(this.#pace.pieceBytes)) this.#end()
      else this.#parts.host.loop.soon(() => this.#step())
    })
  }

  /** A failure makes only the next start slower: the ledger itself has it all. */
  #measure(action: () => void): void {
    const { loop } = this.#parts.host
    const began = loop.steady()
    try {
      action()
    } catch {
      this.#abandon()
    }
    this.#costMs += loop.steady() - began
  }

  #abandon(): void {
    this.#open?.writer.abandon()
    this.#end()
  }

  #end(): void {
    if (this.#open !== null) this.#open.state.watcher = null
    this.#open = null
  }

  /** A process that dies during a checkpoint leaves its unfinished file behind. */
  #removeLeftovers(): void {
    const { path, host, isAlive = isWriterAlive } = this.#parts
    const start = `${basename(path)}.`
    try {
      for (const name of host.disk.list(dirname(path))) {
        if (!name.startsWith(start) || !name.endsWith('.tmp')) continue
        if (!isAlive(name.slice(start.length, -4))) host.disk.remove(join(dirname(path), name))
      }
    } catch {
      // It only takes room; the next process tries again.
    }
  }
}
