import { constants } from 'node:fs'
import { CHECKPOINT_VERSION } from '../../../quota/log/checkpoint/checkpoint-migrations.ts'
import type { StateCut } from '../../../quota/log/checkpoint/state-cut.ts'
import type { Checkpoint } from './checkpoint-file.ts'
import type { LedgerDisk } from './ledger-disk.ts'

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC

/** The file that is replaced, and the one beside it that becomes its successor. */
export interface CheckpointTarget {
  path: string
  temporary: string
}

/**
 * Replaces a checkpoint with the text of a cut, piece by piece. Readers see the old file until the last piece is
 * written. Not synced: a checkpoint lost in a power cut is made again from the ledger.
 */
export class CheckpointWriter {
  readonly #target: CheckpointTarget
  readonly #disk: LedgerDisk
  readonly #texts: Generator<string, void>
  #fd: number | null

  /** Throws the disk's error. */
  constructor(
    target: CheckpointTarget,
    head: Omit<Checkpoint, 'version' | 'state'>,
    cut: StateCut,
    disk: LedgerDisk,
  ) {
    this.#target = target
    this.#disk = disk
    this.#texts = withHead(head, cut)
    this.#fd = disk.open(target.temporary, FLAGS)
  }

  /** Writes at least `bytes`, or the rest. Returns whether the file is in its place. Throws the disk's error. */
  writePiece(bytes: number): boolean {
    if (this.#fd === null) return true
    const texts: string[] = []
    let isAtEnd = false
    for (let length = 0; length < bytes && !isAtEnd;) {
      const next = this.#texts.next()
      if (next.done === true) isAtEnd = true
      else {
        texts.push(next.value)
        length += next.value.length
      }
    }
    const piece = Buffer.from(texts.join(''))
    if (this.#disk.write(this.#fd, piece, piece.length) !== piece.length) throw new Error('the disk is full')
    if (!isAtEnd) return false
    this.#closeFile()
    this.#disk.rename(this.#target.temporary, this.#target.path)
    return true
  }

  /** Leaves the old checkpoint in its place. Never throws. */
  abandon(): void {
    try {
      this.#closeFile()
      this.#disk.remove(this.#target.temporary)
    } catch {
      // The next process to open the ledger removes it.
    }
  }

  #closeFile(): void {
    const fd = this.#fd
    this.#fd = null
    if (fd !== null) this.#disk.close(fd)
  }
}

function* withHead(head: Omit<Checkpoint, 'version' | 'state'>, cut: StateCut): Generator<string, void> {
  yield `${JSON.stringify({ version: CHECKPOINT_VERSION, ...head }).slice(0, -1)},"state":`
  yield* cut.pieces()
  yield '}'
}
