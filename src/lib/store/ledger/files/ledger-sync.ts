import type { DayFile } from './day-file.ts'
import type { Timer } from '../event-loop.ts'
import type { LedgerHost } from './ledger-disk.ts'

/**
 * The possible loss in a power cut: a second (`interval`), nothing (`always`), or the system's write cache (`off`).
 */
export type SyncMode = 'interval' | 'always' | 'off'

const SYNC_INTERVAL_MS = 1000

/** Syncs one process's appends to the disk, as its setting says. */
export class LedgerSync {
  readonly #mode: SyncMode
  readonly #host: LedgerHost
  readonly #report: (problem: string) => void
  #dirty: DayFile | null = null
  #timer: Timer | null = null
  #isFailing = false

  constructor(mode: SyncMode, host: LedgerHost, report: (problem: string) => void) {
    this.#mode = mode
    this.#host = host
    this.#report = report
  }

  /**
   * Called after every append. With `always`, the disk has the append on return. Returns the error of a failed
   * sync.
   */
  wrote(file: DayFile): Error | null {
    if (this.#mode === 'off') return null
    this.#dirty = file
    if (this.#mode === 'always') return this.#force(file)
    this.#plan()
    return null
  }

  /** Called before the file of the next day is opened, and at the end: the last writes are synced like the rest. */
  leave(file: DayFile): void {
    if (this.#dirty === file) this.#force(file)
    this.#dirty = null
  }

  /** Leaves no timer behind. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #plan(): void {
    if (this.#timer !== null) return
    this.#timer = this.#host.loop.later(SYNC_INTERVAL_MS, () => this.#forceSoon())
  }

  #force(file: DayFile): Error | null {
    try {
      this.#host.disk.sync(file.fd)
    } catch (error) {
      this.#failed(file, error as Error)
      return error as Error
    }
    this.#dirty = null
    this.#isFailing = false
    return null
  }

  #forceSoon(): void {
    this.#timer = null
    const file = this.#dirty
    if (file === null) return
    this.#dirty = null
    this.#host.disk.syncSoon(file.fd, (error) => {
      if (file.isClosed) return // `leave` has synced the file
      if (error === null) {
        this.#isFailing = false
        return
      }
      this.#dirty = file
      this.#failed(file, error)
      this.#plan()
    })
  }

  /** Reported once until a sync succeeds: a faulty disk fails every second. */
  #failed({ path }: DayFile, error: Error): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const code = (error as NodeJS.ErrnoException).code ?? error.message
    this.#report(
      `${path} cannot be forced to the disk (${code}): a power cut may lose what was counted since`,
    )
  }
}
