import type { ServerResponse } from 'node:http'
import { beginEvents } from '../answer.ts'

/**
 * The most bytes that may wait for a slow reader. The stream then closes, and the reader loads everything again
 * when it reconnects.
 */
const MOST_WAITING = 1 << 20

/** A reader of events (`text/event-stream`). */
export class EventStream {
  readonly #res: ServerResponse

  constructor(res: ServerResponse) {
    this.#res = res
    beginEvents(res)
  }

  /** `data`: JSON on one line. `id`: the position from which a reader resumes after a lost connection. */
  send(event: string, data: string, id?: string): void {
    this.#write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`)
  }

  /** Keeps intermediaries from closing an idle connection. */
  ping(): void {
    this.#write(': ping\n\n')
  }

  end(): void {
    this.#res.end()
  }

  #write(text: string): void {
    if (this.#res.destroyed || this.#res.writableEnded) return
    this.#res.write(text)
    if (this.#res.writableLength > MOST_WAITING) this.#res.destroy()
  }
}
