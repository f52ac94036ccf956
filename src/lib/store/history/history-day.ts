import { mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { readErrno } from '../../base/errno.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { History } from '../../quota/history/history.ts'
import type { BucketJson } from '../../quota/history/history-json.ts'
import { historyFromJson, historyToJson } from '../../quota/history/history-json.ts'
import { replaceSync } from '../documents/files/atomic-write.ts'
import type { Home } from '../home.ts'

/** The version that this program writes. */
export const HISTORY_VERSION = 1

/** The sums of one day's ledger events. A bucket can belong to an hour of the day before: see `history.ts`. */
interface HistoryDay {
  version: number
  day: string
  buckets: BucketJson[]
}

/** The days with a history file, oldest first. */
export function listHistoryDays(home: Home): string[] {
  try {
    return readdirSync(home.historyFolder)
      .filter((name) => /^\d{4}-\d\d-\d\d\.json$/.test(name))
      .map((name) => name.slice(0, 10))
      .sort()
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return []
    throw error
  }
}

export function historyPath(home: Home, day: string): string {
  return join(home.historyFolder, `${day}.json`)
}

/**
 * Reads the history of a day: null when there is none, `damaged` for an unusable file. Throws `store_too_new` for a
 * file of a newer qwenctl.
 */
export function readHistoryDay(home: Home, day: string): History | null | 'damaged' {
  const path = historyPath(home, day)
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as HistoryDay
    if (found.version > HISTORY_VERSION) {
      throw new QwenctlError(
        'store_too_new',
        `${path} was written by a newer qwenctl (version ${found.version}, this one knows ${HISTORY_VERSION})`,
      )
    }
    return historyFromJson(found.buckets)
  } catch (error) {
    if (error instanceof QwenctlError) throw error
    return readErrno(error) === 'ENOENT' ? null : 'damaged'
  }
}

/**
 * Stores a finished day, once. The first version stays, since parts of its ledger may be removed by now. A damaged
 * file is replaced, and kept beside the new one for inspection.
 */
export function keepHistoryDay(home: Home, day: string, history: History): void {
  const before = readHistoryDay(home, day)
  const path = historyPath(home, day)
  if (before === 'damaged') renameSync(path, `${path}.corrupt-${Date.now()}`)
  else if (before !== null) return
  const text = JSON.stringify({
    version: HISTORY_VERSION,
    day,
    buckets: historyToJson(history),
  } satisfies HistoryDay)
  mkdirSync(home.historyFolder, { recursive: true, mode: 0o700 })
  // The caller may remove the ledger's file right after.
  replaceSync(path, text, { flush: true })
}
