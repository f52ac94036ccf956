import type { SharedDocument } from '../documents/document.ts'
import type { NoticeMark } from '../documents/notice-mark.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { TicketLedger } from '../ledger/ticket-ledger.ts'
import { ALIVE_MS, loadFold } from './log/log-client.ts'
import type { RedisLogOptions } from './log/redis-event-log.ts'
import { RedisEventLog } from './log/redis-event-log.ts'
import { RedisLink } from './link/redis-link.ts'
import type { StoreKeys } from './link/scripts.ts'
import { AGREE_ON_KEY, WRITE_DOCUMENT, buildKeys } from './link/scripts.ts'
import type { ServerFacts } from './link/server-facts.ts'
import { checkServer, readServerFacts } from './link/server-facts.ts'
import { withSharedLock } from './shared-lock.ts'
import type { StorePlace } from './store-place.ts'
import type { StreamFold } from './log/stream-fold.ts'

const WATCH_MS = 500

export interface SharedLedgerReading {
  state: LedgerState
  problems: string[]
  /** The server's time in epoch milliseconds. */
  now: number
  fold: StreamFold
}

/** The store of many machines: one Redis, and the keys of one prefix in it. */
export class SharedStore {
  readonly place: StorePlace
  readonly link: RedisLink
  readonly keys: StoreKeys
  readonly #listeners = new Set<() => void>()
  #checked: Promise<ServerFacts> | null = null
  #log: RedisEventLog | null = null

  constructor(place: StorePlace) {
    this.place = place
    this.link = new RedisLink(place.url)
    this.keys = buildKeys(place.prefix)
  }

  /** Checks once whether the server may hold a store. Throws `store_unreachable`. */
  ready(): Promise<ServerFacts> {
    this.#checked ??= checkServer(this.link, this.keys).catch((error: unknown) => {
      this.#checked = null
      throw error
    })
    return this.#checked
  }

  /** Opens the ledger for counting. Throws `store_unreachable`, `store_corrupt` and `store_too_new`. */
  async openLedger(options: Pick<RedisLogOptions, 'onProblem' | 'graceMs'> = {}): Promise<TicketLedger> {
    await this.ready()
    const log = await RedisEventLog.open({
      link: this.link,
      keys: this.keys,
      ack: this.place.ack,
      ...options,
      onDocuments: () => this.#tellListeners(),
    })
    this.#log = log
    this.#tellListeners() // the log reports later changes only
    return new TicketLedger(log)
  }

  /** Whether the process that made a reservation sent a heartbeat in the last seconds. */
  isWriterAlive(reservationId: string): boolean {
    return this.#log?.isWriterAlive(reservationId) ?? false
  }

  /** Reads the ledger without writing to it. */
  async readLedger(): Promise<SharedLedgerReading> {
    await this.ready()
    const { fold, problems, reply } = await loadFold(this.link, this.keys, '')
    return { state: fold.state, problems, now: Math.max(fold.state.now, reply.time), fold }
  }

  /** The writers of the last 15 seconds. */
  async livingWriters(): Promise<Set<string>> {
    await this.ready()
    const { time } = await readServerFacts(this.link, this.keys)
    const { alive } = this.keys
    const names = await this.link.send(alive, ['ZRANGEBYSCORE', alive, String(time - ALIVE_MS), '+inf'])
    return new Set(names as string[])
  }

  /** The stored finished days of history, as text. */
  async readHistory(): Promise<Map<string, string>> {
    const { history } = this.keys
    const flat = (await this.link.send(history, ['HGETALL', history])) as string[]
    const days = new Map<string, string>()
    for (let index = 0; index < flat.length; index += 2) days.set(flat[index]!, flat[index + 1]!)
    return days
  }

  document(name: string): SharedDocument {
    const { link, keys } = this
    const { docs, meta } = keys
    return {
      read: async () => {
        await this.ready()
        const [text, revision] = (await link.send(docs, ['HMGET', docs, name, `${name}:rev`])) as (
          string | null
        )[]
        return { text: text ?? null, revision: revision ?? '0' }
      },
      readRevision: async () => {
        await this.ready()
        return ((await link.send(docs, ['HGET', docs, `${name}:rev`])) as string | null) ?? '0'
      },
      write: async (revision, text) =>
        (await link.run(WRITE_DOCUMENT, [docs, meta], [name, revision, text])) === 1,
      exclusively: (action) => this.withLock(`document-${name}`, action),
    }
  }

  /** The id of the master key that all machines have, and how a passphrase becomes it; null: not set yet. */
  async readKey(): Promise<{ id: string | null; passphrase: string | null }> {
    const { meta } = this.keys
    await this.ready()
    const [id, passphrase] = (await this.link.send(meta, ['HMGET', meta, 'key', 'passphrase'])) as (
      string | null
    )[]
    return { id: id ?? null, passphrase: passphrase ?? null }
  }

  /** Proposes the key of this machine. Returns the id of the key that counts: the first one. */
  async agreeOnKey(keyId: string, passphrase: string | null): Promise<string> {
    const { meta } = this.keys
    return (await this.link.run(AGREE_ON_KEY, [meta], [keyId, passphrase ?? ''])) as string
  }

  /** Runs the action while no other process of any machine runs one under this name. */
  withLock<R>(name: string, action: () => Promise<R> | R, options: { timeoutMs?: number } = {}): Promise<R> {
    return withSharedLock(this.link, this.keys.lock(name), action, options)
  }

  /**
   * Calls back when a document may have changed: from the log while it is open, else by polling. The first poll always
   * calls back, because the caller has read the document before.
   */
  watchDocuments(onChange: () => void): () => void {
    this.#listeners.add(onChange)
    let seen: unknown = null
    const look = async () => {
      if (this.#log !== null && seen !== null) return
      const count = (await this.link.send(this.keys.meta, ['HGET', this.keys.meta, 'docs'])) ?? ''
      const isChanged = count !== seen
      seen = count
      if (isChanged) onChange()
    }
    const timer = setInterval(() => void look().catch(() => undefined), WATCH_MS).unref()
    return () => {
      clearInterval(timer)
      this.#listeners.delete(onChange)
    }
  }

  /** True for the one process that may send the notification. */
  async claimNotice(identity: string, mark: NoticeMark): Promise<boolean> {
    const { notices } = this.keys
    return (await this.link.send(notices, ['HSETNX', notices, identity, JSON.stringify(mark)])) === 1
  }

  async noteNotice(identity: string, mark: NoticeMark): Promise<void> {
    const { notices } = this.keys
    await this.link.send(notices, ['HSET', notices, identity, JSON.stringify(mark)])
  }

  async noticeMarks(): Promise<Map<string, NoticeMark>> {
    const { notices } = this.keys
    const flat = (await this.link.send(notices, ['HGETALL', notices])) as string[]
    const marks = new Map<string, NoticeMark>()
    for (let index = 0; index < flat.length; index += 2)
      marks.set(flat[index]!, JSON.parse(flat[index + 1]!) as NoticeMark)
    return marks
  }

  async dropNotices(identities: readonly string[]): Promise<void> {
    const { notices } = this.keys
    if (identities.length > 0) await this.link.send(notices, ['HDEL', notices, ...identities])
  }

  close(): void {
    this.#log = null
    this.#listeners.clear()
    this.link.close()
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener()
  }
}
