import type { ServerResponse } from 'node:http'
import { LogTail } from '../../observe/logs/log-tail.ts'
import type { ManagedToolkit } from '../../toolkit/scope/managed-toolkit.ts'
import { EventStream } from './event-stream.ts'
import { tellNews } from './log-events.ts'
import { QuotaChanges } from './quota-changes.ts'

interface Reader {
  stream: EventStream
  tail: LogTail
  presented: string
  /** It was told hello, and nothing before. */
  hasBegun: boolean
}

const LOG_MS = 250
const QUOTA_MS = 1000
/** Looking at very many accounts takes this share of the time at most. */
const QUOTA_SHARE = 20
const PING_MS = 15_000
/** Pages that are left open; of more the oldest is closed. */
const MOST_READERS = 32

/**
 * Tells the readers of `/api/events` what happens. Requests come from the log that all proxies of a home share, quotas from the
 * ledger, accounts from their document, so it is all the same which process did it. While nobody reads, nothing is looked at.
 */
export class EventHub {
  readonly #toolkit: ManagedToolkit
  readonly #clock: () => number
  /** Only what happened to this user's accounts is told; null: everything. */
  readonly #user: string | null
  readonly #readers = new Set<Reader>()
  #stop: (() => void) | null = null
  /** Until it is known how accounts look: what changes from then on is told. */
  #isReady: Promise<void> = Promise.resolve()

  constructor(toolkit: ManagedToolkit, clock: () => number, user: string | null) {
    this.#toolkit = toolkit
    this.#clock = clock
    this.#user = user
  }

  /** Takes a reader on, until it leaves. `lastId`: of the last event that it saw before. */
  async open(res: ServerResponse, presented: string, lastId: string | null): Promise<void> {
    const level = String(await this.#toolkit.settings.get('logs.level'))
    const tail = new LogTail(this.#toolkit.home.logsFolder)
    const resumed = lastId !== null && tail.resume(lastId)
    const reader: Reader = { stream: new EventStream(res), tail, presented, hasBegun: false }
    const [oldest] = this.#readers
    if (this.#readers.size >= MOST_READERS && oldest !== undefined) this.#leave(oldest)
    this.#readers.add(reader)
    res.on('close', () => this.#leave(reader))
    if (res.destroyed) return this.#leave(reader) // it left while we looked up what to say
    this.#stop ??= this.#start()
    await this.#isReady
    reader.hasBegun = true
    const now = new Date(this.#clock()).toISOString()
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

  /** A session that is over, or of another admin token, ends here too. */
  #ping(): void {
    for (const reader of [...this.#readers]) {
      if (this.#toolkit.admin.isAdmin(reader.presented)) reader.stream.ping()
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
    // A store that cannot be read says so to everybody who asks it.
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
