import type { ServerResponse } from 'node:http'
import { beginEvents } from '../answer.ts'

/** What may wait for a slow reader. It is then cut off, and reads everything anew when it comes back. */
const MOST_WAITING = 1 << 20

/** One reader of events (`text/event-stream`). */
export class EventStream {
  readonly #res: ServerResponse

  constructor(res: ServerResponse) {
    this.#res = res
    beginEvents(res)
  }

  /** `data`: JSON on one line. `id`: from where a reader that lost the connection goes on. */
  send(event: string, data: string, id?: string): void {
    this.#write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`)
  }

  /** Keeps what lies between from taking the connection for dead. */
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
