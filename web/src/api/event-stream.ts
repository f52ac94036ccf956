import { ApiError } from './api-error.ts'
import type { Http } from './http.ts'
import { SseParser } from './sse-parser.ts'
import type { ServerEvent } from './sse-parser.ts'

export interface StreamListener {
  onEvent(event: ServerEvent): void
  onOpen(): void
  /** The connection is lost; the next attempt is at `retryAt`, epoch milliseconds. */
  onLost(retryAt: number): void
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 15_000
/**
 * The server sends something at least every 15 s; after this much silence the connection is dead, whatever TCP
 * reports.
 */
const SILENCE_MS = 40_000

/** The wait before attempt number `failures`: doubling, with a bound. */
export function backOff(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1))
}

/** Keeps a stream of `/api/events` open: reconnects automatically, and resumes at its position. */
export class EventStream {
  readonly #http: Http
  readonly #listener: StreamListener
  #lastId: string | null = null
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #connection: AbortController | null = null
  #isClosed = false

  constructor(http: Http, listener: StreamListener) {
    this.#http = http
    this.#listener = listener
  }

  start(): void {
    this.#isClosed = false
    this.#connect()
  }

  /** Retries at once. */
  retryNow(): void {
    if (this.#connection === null && !this.#isClosed) this.#connect()
  }

  stop(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#connection?.abort()
    this.#connection = null
  }

  #connect(): void {
    clearTimeout(this.#timer)
    const connection = new AbortController()
    this.#connection = connection
    this.#read(connection).then(
      () => this.#lost(connection),
      (error: unknown) => this.#lost(connection, error),
    )
  }

  async #read(connection: AbortController): Promise<void> {
    const response = await this.#http.open('/events', {
      headers: {
        accept: 'text/event-stream',
        ...(this.#lastId === null ? {} : { 'last-event-id': this.#lastId }),
      },
      signal: connection.signal,
    })
    const parser = new SseParser()
    const decoder = new TextDecoder()
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    this.#failures = 0
    this.#listener.onOpen()
    let silence: ReturnType<typeof setTimeout> | undefined
    try {
      for (;;) {
        clearTimeout(silence)
        silence = setTimeout(() => connection.abort(), SILENCE_MS)
        const { done, value } = await reader.read()
        if (done) return
        for (const event of parser.push(decoder.decode(value, { stream: true }))) this.#take(event)
      }
    } finally {
      clearTimeout(silence)
    }
  }

  #take(event: ServerEvent): void {
    if (event.id !== null) this.#lastId = event.id
    this.#listener.onEvent(event)
  }

  #lost(connection: AbortController, error?: unknown): void {
    if (this.#isClosed || this.#connection !== connection) return
    this.#connection = null
    // The handler of a refused token stops this stream; a retry would change nothing.
    if (error instanceof ApiError && error.status === 401) return
    this.#failures += 1
    const wait = backOff(this.#failures)
    this.#listener.onLost(Date.now() + wait)
    this.#timer = setTimeout(() => this.#connect(), wait)
  }
}
