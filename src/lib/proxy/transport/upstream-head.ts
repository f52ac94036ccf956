import type { PassedHeaders } from '../wire/headers/response-headers.ts'

/**
 * The head of a response. Names and values are Latin-1, byte for byte as received except for blanks around a
 * value.
 */
export class UpstreamHead {
  readonly status: number
  readonly statusText: string
  readonly httpVersion: '1.0' | '1.1'
  /** Flat `[name, value, ...]`, names as received, in order. */
  readonly rawHeaders: readonly string[]
  readonly contentType: string | undefined
  /** Undefined: not encoded. */
  readonly contentEncoding: string | undefined
  /** The headers that go to the client, once derived: see `passedHeaders`. */
  forClient: PassedHeaders | null = null
  /** A bit for each name length: usually shows that a header is absent. */
  readonly #lengths: number

  constructor(status: number, statusText: string, httpVersion: '1.0' | '1.1', rawHeaders: readonly string[]) {
    this.status = status
    this.statusText = statusText
    this.httpVersion = httpVersion
    this.rawHeaders = rawHeaders
    let lengths = 0
    for (let i = 0; i < rawHeaders.length; i += 2) lengths |= 1 << rawHeaders[i]!.length
    this.#lengths = lengths
    this.contentType = this.get('content-type')
    this.contentEncoding = this.get('content-encoding')
  }

  get isSuccess(): boolean {
    return this.status >= 200 && this.status < 300
  }

  /**
   * Returns a header's value by its lower-case name; repeated values are joined by `, `. Few are read, so
   * there is no table.
   */
  get(name: string): string | undefined {
    if (((this.#lengths >> name.length) & 1) === 0) return undefined
    const { rawHeaders } = this
    let found: string | undefined
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const written = rawHeaders[i]!
      if (written.length !== name.length || (written !== name && written.toLowerCase() !== name)) continue
      found = found === undefined ? rawHeaders[i + 1]! : `${found}, ${rawHeaders[i + 1]!}`
    }
    return found
  }
}
