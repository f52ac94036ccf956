import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Position, StateJson } from '../../quota/log/checkpoint/checkpoint.ts'
import { stateFromJson, stateToJson } from '../../quota/log/checkpoint/checkpoint.ts'
import { CHECKPOINT_VERSION } from '../../quota/log/checkpoint/checkpoint-migrations.ts'
import type { History } from '../../quota/history/history.ts'
import type { BucketJson } from '../../quota/history/history-json.ts'
import { historyFromJson, historyToJson } from '../../quota/history/history-json.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { replaceSync } from '../documents/files/atomic-write.ts'
import type { Home } from '../home.ts'

/** How far the ledger was folded into history. */
export interface HistoryProgress {
  /** The unfinished day; it may have no file yet. */
  position: Position
  /** The bytes before the position, so that another ledger is not mistaken for the folded one. */
  landmark: string
  /** The ledger's state at the position, which decides what counts. */
  state: LedgerState
  /** The sums of the day's file so far. */
  history: History
}

interface ProgressJson {
  version: number
  position: Position
  landmark: string
  state: StateJson
  buckets: BucketJson[]
}

/** Raised with every change of either shape. A file of another version is ignored, and the ledger folded again. */
const PROGRESS_VERSION = CHECKPOINT_VERSION * 1000 + 1

export function progressFile(home: Home): string {
  return join(home.historyFolder, 'checkpoint.json')
}

/** Null when no usable file exists: the ledger gives the same result again. */
export function readProgress(home: Home): HistoryProgress | null {
  try {
    const found = JSON.parse(readFileSync(progressFile(home), 'utf8')) as ProgressJson
    const { version, position, landmark } = found
    if (version !== PROGRESS_VERSION || !Number.isSafeInteger(position.offset)) return null
    return { position, landmark, state: stateFromJson(found.state), history: historyFromJson(found.buckets) }
  } catch {
    return null // missing or damaged
  }
}

/** Writes without syncing: a file lost in a power cut is made again. Throws the disk's error. */
export function writeProgress(home: Home, { position, landmark, state, history }: HistoryProgress): void {
  const json: ProgressJson = {
    version: PROGRESS_VERSION,
    position,
    landmark,
    // The state here needs no totals of days.
    state: stateToJson(state, position.day),
    buckets: historyToJson(history),
  }
  mkdirSync(home.historyFolder, { recursive: true, mode: 0o700 })
  replaceSync(progressFile(home), JSON.stringify(json))
}
