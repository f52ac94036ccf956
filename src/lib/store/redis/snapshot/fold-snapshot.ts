import { formatDay } from '../../../base/iso-time.ts'
import type { History } from '../../../quota/history/history.ts'
import { historyFromJson, historyToJson } from '../../../quota/history/history-json.ts'
import type { BucketJson } from '../../../quota/history/history-json.ts'
import { foldHistory } from '../../../quota/history/history.ts'
import { CHECKPOINT_VERSION, migrateState } from '../../../quota/log/checkpoint/checkpoint-migrations.ts'
import type { StateJson } from '../../../quota/log/checkpoint/checkpoint.ts'
import { stateFromJson, stateToJson } from '../../../quota/log/checkpoint/checkpoint.ts'
import { closes } from '../../../quota/log/events.ts'
import { emptyState } from '../../../quota/log/fold.ts'
import { parseEvent } from '../../../quota/log/parse-event.ts'
import type { Snapshot } from '../../documents/snapshot-content.ts'
import { HISTORY_VERSION } from '../../history/history-day.ts'
import { StreamFold } from '../log/stream-fold.ts'

const DAY_MS = 86_400_000

interface BaseJson {
  version: number
  state: StateJson
}

/**
 * Folds the ledger of a snapshot: the base, then each day up to its close, as a reader of the files does. The result
 * is the state at the end, with the history of the last day; finished days are in `finished`.
 */
export function foldSnapshot(snapshot: Snapshot): StreamFold {
  const fold = new StreamFold()
  const base = snapshot.get('ledger/base.json')
  if (base !== undefined) {
    const { state, version } = JSON.parse(base.toString('utf8')) as BaseJson
    fold.state = stateFromJson(migrateState(state, version))
  } else fold.state = emptyState()
  const stored = storedHistory(snapshot)
  const days = [...snapshot.keys()].flatMap((name) => /^ledger\/(.*)\.ndjson$/.exec(name)?.[1] ?? []).sort()
  for (const day of days) {
    const history: History = new Map()
    foldDay(fold, history, day, snapshot.get(`ledger/${day}.ndjson`)!)
    if (day === days.at(-1) && !stored.has(day)) Object.assign(fold, { history, day })
    else if (!stored.has(day)) fold.finished.set(day, history)
  }
  for (const [day, history] of stored) fold.finished.set(day, history)
  fold.startDay(fold.day === '' ? formatDay(fold.state.now) : fold.day)
  fold.state.reference = null // the clock of that machine no longer counts
  return fold
}

function foldDay({ state }: StreamFold, history: History, day: string, lines: Buffer): void {
  for (const line of lines.toString('utf8').split('\n')) {
    const event = line === '' ? null : parseEvent(line)
    if (event === null || (event.type === 'close' && !closes(event, day))) continue
    foldHistory(history, state, event)
    if (event.type === 'close') return
  }
}

function storedHistory(snapshot: Snapshot): Map<string, History> {
  const stored = new Map<string, History>()
  for (const [name, content] of snapshot) {
    const day = /^history\/(\d{4}-\d\d-\d\d)\.json$/.exec(name)?.[1]
    if (day === undefined) continue
    const { buckets } = JSON.parse(content.toString('utf8')) as { buckets: BucketJson[] }
    stored.set(day, historyFromJson(buckets))
  }
  return stored
}

/**
 * The ledger as files: a base that holds all of it, and the history by day. The history of the unfinished day goes to
 * the day before, which has a complete file: the ledger of the new home begins that day again.
 */
export function fileLedger(fold: StreamFold, stored: ReadonlyMap<string, string>): Snapshot {
  const snapshot: Snapshot = new Map()
  const now = fold.state.now
  const before = formatDay((now === 0 ? Date.now() : now) - DAY_MS)
  const base = {
    version: CHECKPOINT_VERSION,
    position: { day: before, offset: 0 },
    landmark: '',
    historyThrough: before,
    state: stateToJson({ ...fold.state, reference: null }),
  }
  snapshot.set('ledger/base.json', toBytes(base))
  for (const [day, text] of stored) snapshot.set(`history/${day}.json`, Buffer.from(text))
  for (const [day, history] of fold.finished) snapshot.set(`history/${day}.json`, dayToBytes(day, history))
  const previous = snapshot.get(`history/${before}.json`)
  const known =
    previous === undefined ? [] : (JSON.parse(previous.toString('utf8')) as { buckets: BucketJson[] }).buckets
  const buckets = [...known, ...historyToJson(fold.history)]
  snapshot.set(`history/${before}.json`, toBytes({ version: HISTORY_VERSION, day: before, buckets }))
  return snapshot
}

export function dayToBytes(day: string, history: History): Buffer {
  return toBytes({ version: HISTORY_VERSION, day, buckets: historyToJson(history) })
}

function toBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
