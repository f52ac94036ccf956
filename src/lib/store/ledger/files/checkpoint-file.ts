import { readErrno } from '../../../base/errno.ts'
import { LowSync } from 'lowdb'
import type { SyncAdapter } from 'lowdb'
import type { Position, StateJson } from '../../../quota/log/checkpoint/checkpoint.ts'
import { CHECKPOINT_VERSION, migrateState } from '../../../quota/log/checkpoint/checkpoint-migrations.ts'
import { stateFromJson } from '../../../quota/log/checkpoint/checkpoint.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import { QwenctlError } from '../../../base/errors.ts'
import type { LedgerDisk } from './ledger-disk.ts'
import { systemDisk } from './ledger-disk.ts'

/** `counters.json` and `ledger/base.json`: the ledger folded up to a position. */
export interface Checkpoint {
  version: number
  position: Position
  /** The bytes before the position, so that a replaced ledger is not mistaken for the folded one. */
  landmark: string
  /** The newest day with a folded and removed file; null: none. */
  historyThrough: string | null
  state: StateJson
}

export interface LoadedCheckpoint extends Omit<Checkpoint, 'state' | 'version'> {
  state: LedgerState
}

/**
 * A file that is replaced as a whole, without syncing: a checkpoint lost in a power cut is made again from the
 * ledger.
 */
class WholeFile implements SyncAdapter<Checkpoint> {
  readonly #path: string
  readonly #disk: LedgerDisk

  constructor(path: string, disk: LedgerDisk) {
    this.#path = path
    this.#disk = disk
  }

  read(): Checkpoint | null {
    try {
      const text = this.#disk.readText(this.#path)
      return (JSON.parse(text) ?? 'null is no checkpoint') as Checkpoint
    } catch (error) {
      if (readErrno(error) === 'ENOENT') return null
      throw error
    }
  }

  write(checkpoint: Checkpoint): void {
    const temporary = `${this.#path}.${process.pid}.tmp`
    try {
      this.#disk.writeText(temporary, JSON.stringify(checkpoint))
      this.#disk.rename(temporary, this.#path)
    } catch (error) {
      this.#disk.remove(temporary)
      throw error
    }
  }
}

/**
 * Reads a checkpoint: null when there is none, `damaged` when the file is unusable. Throws `store_too_new` for a
 * file of a newer qwenctl.
 */
export function readCheckpoint(path: string, disk = systemDisk): LoadedCheckpoint | null | 'damaged' {
  let found: Checkpoint | null
  try {
    found = new WholeFile(path, disk).read()
    if (found === null) return null
    if (found.version > CHECKPOINT_VERSION) {
      throw new QwenctlError(
        'store_too_new',
        `${path} was written by a newer qwenctl (version ${found.version})`,
      )
    }
    const { position, landmark, historyThrough } = found
    if (typeof position.day !== 'string' || !Number.isSafeInteger(position.offset)) return 'damaged'
    const state = stateFromJson(migrateState(found.state, found.version))
    return { position, landmark, historyThrough, state }
  } catch (error) {
    if (error instanceof QwenctlError) throw error
    return 'damaged' // not JSON, or not of this shape
  }
}

export function writeCheckpoint(
  path: string,
  checkpoint: Omit<Checkpoint, 'version'>,
  disk = systemDisk,
): void {
  const low = new LowSync<Checkpoint>(new WholeFile(path, disk), {
    version: CHECKPOINT_VERSION,
    ...checkpoint,
  })
  low.write()
}
