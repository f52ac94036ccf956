import { ApiError } from './api-error.ts'
import type { Http } from './http.ts'
import { SseParser } from './sse-parser.ts'
import type { ServerEvent } from './sse-parser.ts'

export interface StreamListener {
  onEvent(event: ServerEvent): void
  onOpen(): void
  /** The connection is gone; tried again at `retryAt`, epoch milliseconds. */
  onLost(retryAt: number): void
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 15_000
/** The server speaks every 15 s at least; after this much silence the line is dead, whatever TCP believes. */
const SILENCE_MS = 40_000

/** How long to wait before try number `failures`: doubling, with a bound. */
export function backOff(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1))
}

/** Keeps a line to `/api/events` open: comes back by itself, and resumes where it was. */
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

  /** Does not wait for the next try. */
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
    // Whoever is told of a refused token stops this stream; asking again would change nothing.
    if (error instanceof ApiError && error.status === 401) return
    this.#failures += 1
    const wait = backOff(this.#failures)
    this.#listener.onLost(Date.now() + wait)
    this.#timer = setTimeout(() => this.#connect(), wait)
  }
}
