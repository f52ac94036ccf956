import { formatDay } from '../../base/iso-time.ts'
import { QwenctlError } from '../../base/errors.ts'
import { emptyState } from '../../quota/log/fold.ts'
import type { History } from '../../quota/history/history.ts'
import { addTally, bucketAt, foldHistory } from '../../quota/history/history.ts'
import type { DayTotals } from '../../quota/log/state.ts'
import { readCheckpoint } from '../ledger/files/checkpoint-file.ts'
import { DayFile } from '../ledger/files/day-file.ts'
import { foldLines } from '../ledger/files/fold-lines.ts'
import { listHistoryDays, historyPath, keepHistoryDay, readHistoryDay } from './history-day.ts'
import type { HistoryProgress } from './history-progress.ts'
import { readProgress, writeProgress } from './history-progress.ts'
import type { Home } from '../home.ts'
import { baseFile, dayPath, listLedgerDays } from '../ledger/files/ledger-reader.ts'

/** Fewer new events than this are folded again next time rather than stored. */
const EVENTS_WORTH_KEEPING = 2_000
/** How often to retry when the ledger's files are replaced or folded during the reading. */
const ATTEMPTS = 3
const DAY_MS = 86_400_000

export interface HistoryReading {
  /** All known hours of the requested days. */
  history: History
  /** Days with totals only, by day and account: an earlier version folded them. */
  totals: Map<string, Map<string, DayTotals>>
  /** The ledger's newest time, epoch milliseconds. */
  now: number
}

/**
 * History beside the ledger, read on demand and never in the way of a request. A finished day is folded once and
 * stored in its own file; of the unfinished day only new events are read. Any number of processes may do so at
 * once: all reach the same result.
 */
export class HistoryFiles {
  readonly #home: Home
  #progress: HistoryProgress | null = null
  /** Finished days that could not be stored, as in a read-only home. */
  readonly #unwritten = new Map<string, History>()
  #foldedSince = 0
  #reading: Promise<unknown> = Promise.resolve()
  /** Faults of stored days at the last reading. */
  readonly problems: string[] = []

  constructor(home: Home) {
    this.#home = home
  }

  /** The history from the beginning of a UTC day. */
  read(fromDay: string): Promise<HistoryReading> {
    const reading = this.#reading.then(() => this.#read(fromDay)) // two at once would fold the same lines twice
    this.#reading = reading.catch(() => undefined)
    return reading
  }

  async #read(fromDay: string): Promise<HistoryReading> {
    let progress = await this.#follow()
    let kept = this.#kept(fromDay)
    if (this.#lacksDay(fromDay, progress, kept)) {
      const fresh = this.#startFresh()
      if (this.#lacksDay(fresh.position.day, progress, kept)) progress = await this.#follow(fresh)
      kept = this.#kept(fromDay)
    }
    const history: History = new Map()
    for (const some of kept.values()) addAll(history, some)
    if (!kept.has(progress.position.day)) addAll(history, progress.history)
    const totals = this.#totalsOnly(fromDay, kept)
    for (const [name, { at }] of history) {
      const day = formatDay(at)
      if (day < fromDay || totals.has(day)) history.delete(name)
    }
    return { history, totals, now: progress.state.now }
  }

  /**
   * Reads the stored finished days, and reports damaged ones. The day before may have hours of the first day: those that
   * another store counted.
   */
  #kept(fromDay: string): Map<string, History> {
    const first = formatDay(Date.parse(fromDay) - DAY_MS)
    const kept = new Map([...this.#unwritten].filter(([day]) => day >= first))
    this.problems.length = 0
    for (const day of listHistoryDays(this.#home)) {
      if (day < first) continue
      const found = readHistoryDay(this.#home, day)
      if (found !== null && found !== 'damaged') kept.set(day, found)
      else if (!kept.has(day)) this.problems.push(`${historyPath(this.#home, day)} is damaged`)
    }
    return kept
  }

  /** Whether a day that the ledger still has is missing. */
  #lacksDay(fromDay: string, { position }: HistoryProgress, kept: Map<string, History>): boolean {
    return listLedgerDays(this.#home).some((day) => day >= fromDay && day < position.day && !kept.has(day))
  }

  /** Totals of days that were folded before there was history, or that have lost their history since. */
  #totalsOnly(fromDay: string, kept: Map<string, History>): HistoryReading['totals'] {
    const [oldest] = listLedgerDays(this.#home)
    if (oldest !== undefined && oldest <= fromDay) return new Map()
    const base = readCheckpoint(baseFile(this.#home))
    if (base === null || base === 'damaged') return new Map()
    const through = base.historyThrough ?? ''
    const isFolded = (day: string) => day >= fromDay && day <= through && !kept.has(day)
    return new Map([...base.state.days].filter(([day]) => isFolded(day)))
  }

  async #follow(from: HistoryProgress | null = this.#progress): Promise<HistoryProgress> {
    for (let attempt = 1; ; attempt += 1) {
      const known = attempt === 1 ? this.#fitting(from) : null
      const progress = known ?? this.#fitting(readProgress(this.#home)) ?? this.#startFresh()
      this.#progress = progress
      if ((await this.#foldOn(progress)) || attempt === ATTEMPTS) {
        this.#keep(progress)
        return progress
      }
    }
  }

  /** Null when the ledger is not, or is no longer, the folded one. */
  #fitting(progress: HistoryProgress | null): HistoryProgress | null {
    if (progress === null) return null
    const { day, offset } = progress.position
    const file = DayFile.open(day, dayPath(this.#home, day), 'read')
    if (file === null) return offset === 0 ? progress : null
    file.offset = offset
    const fits = file.damage() === null && file.landmark() === progress.landmark
    file.close()
    return fits ? progress : null
  }

  /** Starts from the base, or from the first day when there is no base yet. */
  #startFresh(): HistoryProgress {
    this.#foldedSince = 0
    const base = readCheckpoint(baseFile(this.#home))
    const isUsable = base !== null && base !== 'damaged'
    const through = isUsable ? base.historyThrough : null
    const state = isUsable ? base.state : emptyState()
    const first = listLedgerDays(this.#home).find((day) => through === null || day > through)
    return {
      position: { day: first ?? formatDay(state.now), offset: 0 },
      landmark: '',
      state,
      history: new Map(),
    }
  }

  /** Folds to the end of the ledger, day by day. Returns false when a day's file disappears during the fold. */
  async #foldOn(progress: HistoryProgress): Promise<boolean> {
    for (;;) {
      const { day, offset } = progress.position
      const closedBy = await this.#foldFile(progress)
      if (closedBy === 'no file' && offset > 0) return false
      const later = listLedgerDays(this.#home).find((candidate) => candidate > day)
      if (closedBy === null && later !== undefined) {
        // Its close was written before the next day was created; a day that lost its end has no close.
        const closed = await this.#foldFile(progress)
        this.#endDay(progress, closed === null || closed === 'no file' ? later : closed)
      } else if (closedBy !== null && closedBy !== 'no file') this.#endDay(progress, closedBy)
      else if (later === undefined) return true
      else this.#endDay(progress, later)
    }
  }

  /** Folds the new events of the unfinished day. Returns the next day if this one is closed. */
  async #foldFile(progress: HistoryProgress): Promise<string | null> {
    const { position, state, history } = progress
    const file = DayFile.open(position.day, dayPath(this.#home, position.day), 'read')
    if (file === null) return 'no file'
    try {
      file.offset = position.offset
      const closedBy = await foldLines(file, (event) => {
        foldHistory(history, state, event)
        this.#foldedSince += 1
      })
      position.offset = file.offset
      progress.landmark = file.landmark()
      return closedBy
    } finally {
      file.close()
    }
  }

  #endDay(progress: HistoryProgress, next: string): void {
    const { day, offset } = progress.position
    if (offset > 0) {
      try {
        keepHistoryDay(this.#home, day, progress.history)
      } catch (error) {
        if (error instanceof QwenctlError) throw error
        this.#unwritten.set(day, progress.history)
      }
    }
    Object.assign(progress, { position: { day: next, offset: 0 }, landmark: '', history: new Map() })
    this.#foldedSince += EVENTS_WORTH_KEEPING
  }

  /** A failure here only makes the next reading slower. */
  #keep(progress: HistoryProgress): void {
    if (this.#foldedSince < EVENTS_WORTH_KEEPING) return
    this.#foldedSince = 0
    try {
      writeProgress(this.#home, progress)
    } catch {
      // A home that is full or read-only: the ledger has it all.
    }
  }
}

function addAll(to: History, from: History): void {
  for (const bucket of from.values()) addTally(bucketAt(to, bucket), bucket)
}
