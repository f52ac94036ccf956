import type { ServerResponse } from 'node:http'
import { formatTime } from '../../base/iso-time.ts'
import { LogTail } from '../../observe/logs/log-tail.ts'
import type { ManagedToolkit } from '../../toolkit/scope/managed-toolkit.ts'
import { EventStream } from './event-stream.ts'
import { tellNews } from './log-events.ts'
import { QuotaChanges } from './quota-changes.ts'

interface Reader {
  stream: EventStream
  tail: LogTail
  presented: string
  /** The reader received hello, and nothing before it. */
  hasBegun: boolean
}

const LOG_MS = 250
const QUOTA_MS = 1000
/** At most this share of the time is spent on reading accounts. */
const QUOTA_SHARE = 20
const PING_MS = 15_000
/** The most open pages; with one more, the oldest is closed. */
const MOST_READERS = 32

/**
 * Sends events to the readers of `/api/events`. Requests come from the shared log of the home, quotas from the
 * ledger, and accounts from their document. Every process is therefore covered. Without readers, nothing is read.
 */
export class EventHub {
  readonly #toolkit: ManagedToolkit
  readonly #clock: () => number
  /** Only events of this user's accounts are sent; null: all. */
  readonly #user: string | null
  readonly #readers = new Set<Reader>()
  #stop: (() => void) | null = null
  /** Resolves when the current accounts are known: later changes are sent. */
  #isReady: Promise<void> = Promise.resolve()

  constructor(toolkit: ManagedToolkit, clock: () => number, user: string | null) {
    this.#toolkit = toolkit
    this.#clock = clock
    this.#user = user
  }

  /** Adds a reader until it leaves. `lastId`: id of the last event that it received. */
  async open(res: ServerResponse, presented: string, lastId: string | null): Promise<void> {
    const level = String(await this.#toolkit.settings.get('logs.level'))
    const tail = new LogTail(this.#toolkit.home.logsFolder)
    const resumed = lastId !== null && tail.resume(lastId)
    const reader: Reader = { stream: new EventStream(res), tail, presented, hasBegun: false }
    const [oldest] = this.#readers
    if (this.#readers.size >= MOST_READERS && oldest !== undefined) this.#leave(oldest)
    this.#readers.add(reader)
    res.on('close', () => this.#leave(reader))
    if (res.destroyed) return this.#leave(reader) // the reader left during the lookup
    this.#stop ??= this.#start()
    await this.#isReady
    reader.hasBegun = true
    const now = formatTime(this.#clock())
    reader.stream.send(
      'hello',
      JSON.stringify({ now, resumed, requests: level === 'info' || level === 'debug' }),
    )
    tellNews(reader.stream, tail.readNew(), this.#user)
  }

  #leave(reader: Reader): void {
    reader.stream.end()
    this.#readers.delete(reader)
    if (this.#readers.size > 0) return
    this.#stop?.()
    this.#stop = null
  }

  #start(): () => void {
    const changed = () => this.#tell('accounts', '{}')
    const stops = [
      this.#toolkit.watchAccounts(changed),
      this.#toolkit.watchKeys(changed),
      this.#watchQuota(),
      every(LOG_MS, () => {
        for (const { stream, tail, hasBegun } of this.#readers)
          if (hasBegun) tellNews(stream, tail.readNew(), this.#user)
      }),
      every(PING_MS, () => this.#ping()),
    ]
    return () => stops.forEach((stop) => stop())
  }

  /** Closes streams of an expired session or a replaced admin token too. */
  #ping(): void {
    for (const reader of [...this.#readers]) {
      if (this.#toolkit.admin.isValid(reader.presented)) reader.stream.ping()
      else this.#leave(reader)
    }
  }

  #watchQuota(): () => void {
    const changes = new QuotaChanges()
    let timer: NodeJS.Timeout | null = null
    let isOver = false
    const look = async () => {
      const began = performance.now()
      const quota = await this.#toolkit.quotas.show([])
      const accounts = changes.of(quota)
      if (accounts.length > 0) this.#tell('quota', JSON.stringify({ now: quota.now, accounts }))
      return performance.now() - began
    }
    const again = (tookMs: number) => {
      if (isOver) return
      timer = setTimeout(
        () =>
          void look()
            .catch(() => 0)
            .then(again),
        Math.max(QUOTA_MS, tookMs * QUOTA_SHARE),
      )
    }
    // Every call reports a store that cannot be read.
    this.#isReady = look()
      .catch(() => 0)
      .then(again)
    return () => {
      isOver = true
      if (timer !== null) clearTimeout(timer)
    }
  }

  #tell(event: string, data: string): void {
    for (const { stream, hasBegun } of this.#readers) if (hasBegun) stream.send(event, data)
  }
}

function every(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms)
  return () => clearInterval(timer)
}
