import { formatTime, formatDay } from '../../../base/iso-time.ts'
import { CHECKPOINT_VERSION, migrateState } from '../../../quota/log/checkpoint/checkpoint-migrations.ts'
import type { StateJson } from '../../../quota/log/checkpoint/checkpoint.ts'
import { stateFromJson } from '../../../quota/log/checkpoint/checkpoint.ts'
import type { LedgerEvent } from '../../../quota/log/events.ts'
import { emptyState } from '../../../quota/log/fold.ts'
import { parseEvent } from '../../../quota/log/parse-event.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import type { History } from '../../../quota/history/history.ts'
import { addHistory, foldHistory } from '../../../quota/history/history.ts'
import type { BucketJson } from '../../../quota/history/history-json.ts'
import { historyFromJson } from '../../../quota/history/history-json.ts'
import { QwenctlError } from '../../../base/errors.ts'

/** An entry of the stream: its id, then its fields. Another program may have written other fields. */
export type StreamEntry = [id: string, fields: ['w', string, 'n', string, 'e', string]]

export const START = '0-0'

interface StreamCheckpoint {
  version: number
  position: { id: string; mark: string }
  state: StateJson
  /** The unfinished day. */
  day: string
  history: BucketJson[]
}

const DAY_MS = 86_400_000
/** Days with totals in the state; older ones are in the history alone. */
const KEPT_DAYS = 40

/**
 * The state that a stream adds up to, with the history of its unfinished day. The id of an entry is the time of its
 * events: one clock for all machines.
 */
export class StreamFold {
  state: LedgerState = emptyState()
  /** The last folded entry. */
  cursor = START
  /** The writer and number of that entry, which identify it; `*`: any entry may be there. */
  mark = '*'
  /** The history of the unfinished day. */
  history: History = new Map()
  day = ''
  /** Finished days that are not stored yet. */
  finished = new Map<string, History>()
  /** Entries folded since the last checkpoint. */
  tail = 0
  #dayEnd = 0

  /** Folds the entry's lines. Returns whether each took effect; a line that is no event has no verdict. */
  foldLines([id, fields]: StreamEntry): boolean[] {
    const lines = isOwnFields(fields) ? fields[5] : ''
    const events = lines === '' ? [] : lines.split('\n').map((line) => parseEvent(line))
    return this.foldEvents(
      id,
      fields,
      events.filter((event) => event !== null),
    )
  }

  /** Folds events that the caller has parsed already; sets their time. */
  foldEvents(id: string, fields: StreamEntry[1], events: readonly LedgerEvent[]): boolean[] {
    const time = readTime(id)
    this.#enterDay(Math.max(time, this.state.now))
    const at = formatTime(time)
    const verdicts = events.map((event) => {
      event.at = at
      return foldHistory(this.history, this.state, event)
    })
    this.cursor = id
    this.mark = makeMark(fields)
    this.tail += 1
    return verdicts
  }

  #enterDay(now: number): void {
    if (now < this.#dayEnd) return
    const day = formatDay(now)
    if (this.day !== '' && this.day !== day && this.history.size > 0) {
      this.finished.set(this.day, this.history)
      this.history = new Map()
    }
    this.startDay(day)
    const oldest = formatDay(now - KEPT_DAYS * DAY_MS)
    for (const kept of this.state.days.keys()) if (kept < oldest) this.state.days.delete(kept)
  }

  /** Sets the unfinished day. */
  startDay(day: string): void {
    this.day = day
    this.#dayEnd = Date.parse(day) + DAY_MS
  }

  /** The history so far, for a checkpoint in the making. Later events have another one, until `returnHistory`. */
  takeHistory(): History {
    const taken = this.history
    this.history = new Map()
    return taken
  }

  /** Adds the later history to a taken one of that day, which may have ended in the meantime. */
  returnHistory(day: string, taken: History): void {
    if (day === this.day) {
      addHistory(taken, this.history)
      this.history = taken
    } else if (taken.size > 0) {
      const later = this.finished.get(day) ?? (new Map() as History)
      addHistory(taken, later)
      this.finished.set(day, taken)
    }
  }

  /** Throws `store_corrupt`, or `store_too_new`. */
  static fromText(text: string): StreamFold {
    const fold = new StreamFold()
    try {
      const found = JSON.parse(text) as StreamCheckpoint
      if (found.version > CHECKPOINT_VERSION)
        throw new QwenctlError('store_too_new', 'the store was written by a newer qwenctl')
      fold.state = stateFromJson(migrateState(found.state, found.version))
      fold.cursor = found.position.id
      fold.mark = found.position.mark
      fold.history = historyFromJson(found.history)
      if (found.day !== '') fold.startDay(found.day)
    } catch (error) {
      if (error instanceof QwenctlError) throw error
      throw new QwenctlError('store_corrupt', 'the checkpoint in the store is damaged', {
        hint: 'restore the Redis data from its backup',
        cause: error,
      })
    }
    return fold
  }
}

function isOwnFields(fields: readonly string[]): boolean {
  return fields[0] === 'w' && fields[2] === 'n' && fields[4] === 'e' && fields[5] !== undefined
}

/**
 * The same as in the append script. The client replaces bytes of another program that are no UTF-8. The script cannot
 * find such a mark again, so any entry may be there.
 */
function makeMark(fields: readonly (string | undefined)[]): string {
  const mark = `${fields[1] ?? ''} ${fields[3] ?? ''}`
  return mark.includes('\uFFFD') ? '*' : mark
}

/** Epoch milliseconds, by the server's clock. */
export function readTime(id: string): number {
  return Number(id.slice(0, id.indexOf('-')))
}

/** Whether an entry comes after another in the log. */
export function isAfter(id: string, other: string): boolean {
  const [time, otherTime] = [readTime(id), readTime(other)]
  const countIn = (text: string) => Number(text.slice(text.indexOf('-') + 1))
  return time === otherTime ? countIn(id) > countIn(other) : time > otherTime
}
