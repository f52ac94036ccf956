import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { replaceSync } from '../documents/files/atomic-write.ts'
import type { Home } from '../home.ts'
import type { SharedStore } from '../redis/shared-store.ts'
import { openStore } from '../redis/open-store.ts'
import type { RunRecord, RunRecords } from './run-records.ts'

/** The stream in the store keeps about this many records. */
const KEPT_RECORDS = 50_000
/** Records that wait for a store that does not answer; beyond that, the oldest stay on this machine alone. */
const MOST_WAITING = 1_000
const PAGE = 1_000
const FETCH_EVERY_MS = 1_000

type Entry = [id: string, fields: ['m', string, 'r', string]]

/**
 * The record of runs over all machines of a store. Each machine adds its own records to a stream, and keeps a copy of
 * the others' beside its own. Without a shared store it does nothing; without an answer, the copies are older.
 */
export class SharedRuns {
  readonly #home: Home
  readonly #records: Pick<RunRecords, 'keepOthers'>
  /** Distinguishes this home from the others of the store. */
  readonly #machine: string
  readonly #cursorFile: string
  #waiting: RunRecord[] = []
  #sending: Promise<void> | null = null
  #fetching: Promise<void> | null = null
  #fetchedAt = -Infinity

  constructor(home: Home, records: Pick<RunRecords, 'keepOthers'>) {
    this.#home = home
    this.#records = records
    this.#machine = `${hostname()} ${home.dataFolder}`
    this.#cursorFile = join(home.dataFolder, 'jobs', 'others.json')
  }

  /** Adds a record of this machine, soon. */
  add(record: RunRecord): void {
    this.#waiting = [...this.#waiting, record].slice(-MOST_WAITING)
    this.#sending ??= this.#send()
  }

  /** Resolves when the store has all records, or does not answer. */
  async settle(): Promise<void> {
    await this.#sending
  }

  /** Copies what the other machines have added. Never rejects. */
  fetch(): Promise<void> {
    const isDue = performance.now() - this.#fetchedAt >= FETCH_EVERY_MS
    if (isDue) this.#fetching ??= this.#fetchAll().finally(() => (this.#fetching = null))
    return this.#fetching ?? Promise.resolve()
  }

  async #send(): Promise<void> {
    try {
      const store = await openStore(this.#home)
      if (store === null) this.#waiting = []
      else while (this.#waiting.length > 0) await this.#sendFirst(store, this.#waiting[0]!)
    } catch {
      // The next record tries again. Its own machine shows it meanwhile.
    } finally {
      this.#sending = null // in the same step as the last look at the waiting ones
    }
  }

  async #sendFirst({ link, keys }: SharedStore, record: RunRecord): Promise<void> {
    const bounds = ['MAXLEN', '~', String(KEPT_RECORDS)]
    const fields = ['m', this.#machine, 'r', JSON.stringify(record)]
    await link.send(keys.runs, ['XADD', keys.runs, ...bounds, '*', ...fields])
    if (this.#waiting[0] === record) this.#waiting.shift()
  }

  async #fetchAll(): Promise<void> {
    try {
      const store = await openStore(this.#home)
      if (store === null) return
      await store.ready()
      while ((await this.#fetchPage(store)) === PAGE);
    } catch {
      // the store does not answer, or the disk is full
    } finally {
      this.#fetchedAt = performance.now()
    }
  }

  /** Returns the number of entries. */
  async #fetchPage({ link, keys }: SharedStore): Promise<number> {
    const from = `(${this.#readCursor()}`
    const range = ['XRANGE', keys.runs, from, '+', 'COUNT', String(PAGE)]
    const entries = (await link.send(keys.runs, range)) as Entry[]
    const last = entries.at(-1)
    if (last === undefined) return 0
    const others = entries.filter(([, fields]) => fields[1] !== this.#machine)
    this.#records.keepOthers(others.map(([, fields]) => JSON.parse(fields[3]) as RunRecord))
    replaceSync(this.#cursorFile, JSON.stringify({ cursor: last[0] }))
    return entries.length
  }

  #readCursor(): string {
    try {
      const { cursor } = JSON.parse(readFileSync(this.#cursorFile, 'utf8')) as { cursor: unknown }
      if (typeof cursor === 'string' && /^\d+-\d+$/.test(cursor)) return cursor
    } catch {
      // missing or damaged: all are copied again, and replace their earlier copies
    }
    return '0-0'
  }
}
