// Reads the events of a stream by the WHATWG format: lines end in LF, CRLF or CR, and a blank line ends an event.
// The proxy's own tap works on bytes and keeps them; this reader needs only the content.

import { unreadable } from '../errors/unreadable.ts'

export interface SseListener {
  /** `status`: the status that DashScope puts in a comment (`:HTTP_STATUS/429`), null for others. */
  onEvent(event: { name: string | null; data: string; status: number | null }): void
  /** A comment alone, which services send to keep a connection open. */
  onComment(): void
}

/** No event is that long; a longer one would only fill the memory. In UTF-16 units. */
const MAX_EVENT_LENGTH = 32 * 1024 * 1024

/** Any division of the stream into pieces gives the same events. */
export class SseReader {
  readonly #listener: SseListener
  readonly #decoder = new TextDecoder()
  /** The pieces of an unfinished line. */
  #line: string[] = []
  #data: string[] = []
  #length = 0
  #name: string | null = null
  #status: number | null = null
  #hasComment = false
  #isFirstLine = true
  /** The last character was a carriage return: a following line feed belongs to it. */
  #isAfterCr = false

  constructor(listener: SseListener) {
    this.#listener = listener
  }

  /** Throws `upstream_unavailable` for an event that never ends. */
  push(chunk: string | Uint8Array): void {
    this.#read(typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true }))
  }

  /** Treats a last event without its blank line as complete. */
  end(): void {
    this.#read(this.#decoder.decode())
    if (this.#line.length > 0) this.#endLine('')
    this.#endEvent()
  }

  #read(text: string): void {
    if (text === '') return
    let at = this.#isAfterCr && text.startsWith('\n') ? 1 : 0
    this.#isAfterCr = false
    let lf = find(text, '\n', at)
    let cr = find(text, '\r', at)
    for (let end = Math.min(lf, cr); end < text.length; end = Math.min(lf, cr)) {
      this.#endLine(text.slice(at, end))
      const isPair = end === cr && text.startsWith('\n', end + 1)
      at = isPair ? end + 2 : end + 1
      this.#isAfterCr = end === cr && at === text.length && !isPair
      if (lf < at) lf = find(text, '\n', at)
      if (cr < at) cr = find(text, '\r', at)
    }
    if (at < text.length) this.#hold(text.slice(at))
  }

  #hold(piece: string): void {
    this.#line.push(piece)
    this.#length += piece.length
    if (this.#length > MAX_EVENT_LENGTH) throw unreadable('an event of its stream has no end')
  }

  #endLine(last: string): void {
    let line = last
    if (this.#line.length > 0) {
      line = this.#line.join('') + last
      this.#line = []
    }
    if (this.#isFirstLine && line.startsWith('\uFEFF')) line = line.slice(1)
    this.#isFirstLine = false
    if (line === '') this.#endEvent()
    else this.#readLine(line)
  }

  #readLine(line: string): void {
    if (line.startsWith('data:')) this.#hear(line.slice(line.startsWith(' ', 5) ? 6 : 5))
    else if (line.startsWith('event:')) this.#name = line.slice(line.startsWith(' ', 6) ? 7 : 6)
    else if (line.startsWith(':')) this.#hearComment(line)
  }

  #hear(data: string): void {
    this.#data.push(data)
    if (this.#data.length > 1) this.#length += data.length
    if (this.#length > MAX_EVENT_LENGTH) throw unreadable('an event of its stream has no end')
  }

  #hearComment(line: string): void {
    this.#hasComment = true
    const status = /^:\s*HTTP_STATUS\/(\d{3})\b/.exec(line)?.[1]
    if (status !== undefined) this.#status = Number(status)
  }

  #endEvent(): void {
    const name = this.#name
    const data = this.#data
    const status = this.#status
    const isComment = this.#hasComment && data.length === 0
    this.#name = null
    this.#status = null
    this.#hasComment = false
    this.#length = 0
    if (data.length > 0) {
      this.#data = []
      this.#listener.onEvent({ name, data: data.length === 1 ? data[0]! : data.join('\n'), status })
    } else if (isComment) this.#listener.onComment()
  }
}

/** The length if there is none. */
function find(text: string, character: string, from: number): number {
  const at = text.indexOf(character, from)
  return at === -1 ? text.length : at
}
