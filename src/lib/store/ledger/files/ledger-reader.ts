import { join } from 'node:path'
import { readErrno } from '../../../base/errno.ts'
import type { LedgerEvent } from '../../../quota/log/events.ts'
import { closes } from '../../../quota/log/events.ts'
import { apply, emptyState } from '../../../quota/log/fold.ts'
import { parseEvent } from '../../../quota/log/parse-event.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import type { LoadedCheckpoint } from './checkpoint-file.ts'
import { readCheckpoint } from './checkpoint-file.ts'
import type { Damage } from './day-file.ts'
import { DayFile } from './day-file.ts'
import type { Home } from '../../home.ts'
import type { LedgerHost } from './ledger-disk.ts'
import { systemDisk, systemHost } from './ledger-disk.ts'

export type OnEvent = (line: string, event: LedgerEvent, tookEffect: boolean) => void

/** For counting processes: reactions to changes of the files. */
export interface ReaderHooks {
  host?: LedgerHost
  /** The reader leaves the followed day for the next. */
  onLeave?: (file: DayFile) => void
  /** Another program changed the file in use; `before` is the ledger's state until then. */
  onLost?: (before: LedgerState, damage: Damage) => void
  onProblem?: (problem: string) => void
}

/** Enough to identify the fault; a file of garbage has one for each line. */
const MOST_PROBLEMS = 100

/** The end of the folded and removed days: see `compact-ledger.ts`. */
export function baseFile(home: Home): string {
  return join(home.ledgerFolder, 'base.json')
}

/** The days with a file, oldest first. */
export function listLedgerDays(home: Home, disk = systemDisk): string[] {
  try {
    return disk
      .list(home.ledgerFolder)
      .filter((name) => /^\d{4}-\d\d-\d\d\.ndjson$/.test(name))
      .map((name) => name.slice(0, 10))
      .sort()
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return []
    throw error
  }
}

export function dayPath(home: Home, day: string): string {
  return join(home.ledgerFolder, `${day}.ndjson`)
}

/**
 * Follows the ledger from a checkpoint to its end, day by day. A day ends at its first `close`, which names the
 * next; later lines count nothing. All processes therefore apply the same events in the same order.
 */
export class LedgerReader {
  readonly #home: Home
  readonly #mode: 'read' | 'append'
  state: LedgerState = emptyState()
  /** The followed day; null before the first. */
  file: DayFile | null = null
  /** Set when the followed day is closed and the next has no file yet. */
  nextDay: string | null = null
  historyThrough: string | null = null
  /** Events applied since the checkpoint. */
  tail = 0
  readonly problems: string[] = []
  readonly #hooks: ReaderHooks

  constructor(home: Home, mode: 'read' | 'append', hooks: ReaderHooks = {}) {
    this.#home = home
    this.#mode = mode
    this.#hooks = hooks
  }

  /** Keeps a problem for people. The listener receives consecutive repeats once. */
  report(problem: string): void {
    const isRepeated = this.problems.at(-1) === problem
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem)
    if (!isRepeated) this.#hooks.onProblem?.(problem)
  }

  /** Starts from the newest checkpoint that fits the files, else from the base, else from the first day. */
  load(): void {
    const { countersFile } = this.#home
    const checkpoint = readCheckpoint(countersFile, this.#host.disk)
    if (checkpoint === 'damaged') this.#quarantine(countersFile)
    else if (checkpoint !== null && this.#startAt(checkpoint)) return this.#followAll()
    this.rebuild()
  }

  /** Folds all kept days, whatever the checkpoint says. */
  rebuild(): void {
    this.#drop()
    const base = readCheckpoint(baseFile(this.#home), this.#host.disk)
    if (base === 'damaged')
      this.report(`${baseFile(this.#home)} is damaged; counts before the kept days are missing`)
    const isUsable = base !== null && base !== 'damaged'
    this.state = isUsable ? base.state : emptyState()
    this.historyThrough = isUsable ? base.historyThrough : null
    this.#openFirst()
    this.#followAll()
  }

  /** Reads to the end of the ledger. Starts over when the files were replaced during the reading. */
  follow(onEvent?: OnEvent): void {
    if (this.file === null && this.#mode === 'append') this.#openFirst() // its files may have returned
    for (;;) {
      if (this.file === null) return
      const damage = this.file.damage()
      if (damage !== null) return this.#startOver(this.file, damage)
      if (this.file.hasNews) this.#readFile(this.file, onEvent)
      if (this.nextDay === null || !this.#moveTo(this.nextDay)) return
    }
  }

  #startOver({ path }: DayFile, damage: Damage): void {
    this.report(`${path} was ${damage} while in use; counts are folded from what is there`)
    this.#hooks.onLost?.(this.state, damage)
    this.rebuild()
  }

  /** Begins the ledger of a home that has none, or one with removed files. */
  begin(day: string): DayFile {
    this.#host.disk.makeFolder(this.#home.ledgerFolder)
    const file = DayFile.open(day, dayPath(this.#home, day), 'create', this.#host)
    if (file === null) throw new Error(`${day} cannot be made`)
    this.file = file
    return file
  }

  /** Drops the days that history keeps elsewhere from the state and its checkpoints. */
  forgetThrough(day: string | null): void {
    if (day === null) return
    this.historyThrough = day
    for (const kept of this.state.days.keys()) if (kept <= day) this.state.days.delete(kept)
  }

  close(): void {
    this.#drop()
  }

  /** Counts come from the ledger anyway; the damaged file is kept for inspection. */
  #quarantine(path: string): void {
    this.report(`${path} is damaged; counts are folded from the ledger`)
    if (this.#mode === 'append') this.#host.disk.rename(path, `${path}.corrupt-${Date.now()}`)
  }

  get #host(): LedgerHost {
    return this.#hooks.host ?? systemHost
  }

  #readFile(file: DayFile, onEvent: OnEvent | undefined): void {
    if (this.nextDay !== null) return
    file.readLines((line) => {
      const event = parseEvent(line)
      if (event === null || (event.type === 'close' && !closes(event, file.day))) {
        const what = event === null ? 'a line that is no event' : 'a close that names no later day'
        this.report(`${file.path}: ${what} is skipped`)
        return true
      }
      const tookEffect = apply(this.state, event)
      this.tail += 1
      onEvent?.(line, event, tookEffect)
      if (event.type !== 'close') return true
      this.nextDay = event.next
      return false
    })
  }

  /** Follows past days that were removed, or cut off before their close. */
  #followAll(): void {
    this.follow()
    for (let file = this.file; file !== null; file = this.file) {
      const { day } = file
      const later = listLedgerDays(this.#home, this.#host.disk).find((candidate) => candidate > day)
      if (later === undefined) return
      this.follow() // its close may have been written just now
      if (this.file?.day !== day) continue
      this.report(`${file.path} has no successor; counting continues with ${later}`)
      if (!this.#moveTo(later)) return
      this.follow()
    }
  }

  /**
   * Moves to a day. A reader waits while the day has no file: nothing was written since the close. A writer creates
   * the file.
   */
  #moveTo(day: string): boolean {
    const next = DayFile.open(
      day,
      dayPath(this.#home, day),
      this.#mode === 'append' ? 'create' : 'read',
      this.#host,
    )
    if (next === null) return false
    if (this.file !== null) this.#hooks.onLeave?.(this.file)
    this.file?.close()
    this.file = next
    this.nextDay = null
    return true
  }

  #startAt(checkpoint: LoadedCheckpoint): boolean {
    const { day, offset } = checkpoint.position
    const file = DayFile.open(day, dayPath(this.#home, day), this.#mode, this.#host)
    if (file === null) return false
    file.offset = offset
    if (file.damage() !== null || file.landmark() !== checkpoint.landmark) {
      this.report('the checkpoint does not fit the ledger; counts are folded again')
      file.close()
      return false
    }
    this.file = file
    this.nextDay = endedWith(checkpoint.landmark, day)
    this.state = checkpoint.state
    this.historyThrough = checkpoint.historyThrough
    return true
  }

  /** Opens the first day after the folded ones. */
  #openFirst(): void {
    const after = this.historyThrough
    const day = listLedgerDays(this.#home, this.#host.disk).find(
      (candidate) => after === null || candidate > after,
    )
    if (day !== undefined) this.file = DayFile.open(day, dayPath(this.#home, day), this.#mode, this.#host)
  }

  #drop(): void {
    this.file?.close()
    this.file = null
    this.nextDay = null
    this.tail = 0
  }
}

/** The following day, if the bytes before a position are a `close`. */
function endedWith(landmark: string, day: string): string | null {
  const event = parseEvent(landmark.split('\n').at(-2) ?? '')
  return event?.type === 'close' && closes(event, day) ? event.next : null
}
