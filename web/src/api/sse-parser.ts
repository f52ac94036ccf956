export interface ServerEvent {
  event: string
  data: string
  id: string | null
}

/** Parses `text/event-stream` in chunks: the reader of browsers cannot send a token. */
export class SseParser {
  #rest = ''
  #event = ''
  #data: string[] = []
  #id: string | null = null

  /** The events that this chunk completes. */
  push(piece: string): ServerEvent[] {
    const text = this.#rest + piece
    // A line may end with CR, LF or both; a CR at the very end may be half of both.
    const lines = text.split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#line(line))
  }

  #line(line: string): ServerEvent[] {
    if (line === '') return this.#finish()
    if (line.startsWith(':')) return []
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#event = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    return []
  }

  #finish(): ServerEvent[] {
    const event = { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id }
    const isEmpty = this.#data.length === 0
    this.#event = ''
    this.#data = []
    return isEmpty ? [] : [event]
  }
}
