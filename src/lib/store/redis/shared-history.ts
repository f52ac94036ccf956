import { formatDay } from '../../base/iso-time.ts'
import type { History, HistoryBucket } from '../../quota/history/history.ts'
import { addTally, bucketAt } from '../../quota/history/history.ts'
import type { BucketJson } from '../../quota/history/history-json.ts'
import { historyFromJson } from '../../quota/history/history-json.ts'
import type { HistoryReading } from '../history/history-files.ts'
import type { SharedStore } from './shared-store.ts'

/** The history in a shared store from the beginning of a UTC day: its finished days, and the unfinished one. */
export async function readSharedHistory(store: SharedStore, fromDay: string): Promise<HistoryReading> {
  const [{ fold, now }, stored] = await Promise.all([store.readLedger(), store.readHistory()])
  const days = new Map([...stored].map(([day, text]) => [day, parseHistory(text)] as const))
  for (const [day, some] of fold.finished) if (!days.has(day)) days.set(day, some)
  const history: History = new Map()
  for (const some of [...days.values(), fold.history])
    for (const bucket of some.values()) add(history, bucket)
  const has = (day: string) => days.has(day) || day === fold.day
  const totals = new Map([...fold.state.days].filter(([day]) => day >= fromDay && !has(day)))
  for (const [name, { at }] of history) {
    const day = formatDay(at)
    if (day < fromDay || totals.has(day)) history.delete(name)
  }
  return { history, totals, now }
}

function parseHistory(text: string): History {
  return historyFromJson((JSON.parse(text) as { buckets: BucketJson[] }).buckets)
}

function add(to: History, bucket: HistoryBucket): void {
  addTally(bucketAt(to, bucket), bucket)
}
