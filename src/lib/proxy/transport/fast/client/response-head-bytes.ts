import { STATUS_CODES } from 'node:http'
import type { ByteWriter } from '../../../../base/byte-writer.ts'
import { StaticText } from '../../../../base/byte-writer.ts'
import { turnClock } from '../../../../base/turn-clock.ts'
import type { Head } from '../sockets/write-batcher.ts'
import { writeHeadAlone } from '../sockets/write-batcher.ts'
import type { PassedHeaders } from '../../../wire/headers/response-headers.ts'
import { headerLines } from '../../../wire/headers/response-headers.ts'

const LINE_END = new StaticText('\r\n')
const CLOSED = new StaticText('connection: close\r\n\r\n')
const KEPT = new StaticText('connection: keep-alive\r\n\r\n')

/** The header at this position of the last head. */
interface LastHeader {
  name: string
  start: StaticText
  value: string
  /** Null: the value has occurred only once. */
  line: StaticText | null
}

/** The proxy's headers are always the same, in the same order, and some have the same value. */
const MOST_LAST_HEADERS = 8
const lastHeaders: LastHeader[] = []

/**
 * The bytes of an answer's head: first the upstream's headers, then the proxy's, which have no date. The head
 * adds a date if the upstream sent none.
 */
export class ResponseHeadBytes implements Head {
  readonly #status: number
  readonly #passed: PassedHeaders
  readonly #headers: readonly string[]
  readonly #isLast: boolean

  constructor(status: number, passed: PassedHeaders, headers: readonly string[], isLast: boolean) {
    this.#status = status
    this.#passed = passed
    this.#headers = headers
    this.#isLast = isLast
  }

  write(bytes: ByteWriter): void {
    bytes.copy(buildStart(this.#status, this.#passed))
    const headers = this.#headers
    for (let index = 0; index < headers.length; index += 2)
      writeHeader(bytes, index / 2, headers[index]!, headers[index + 1]!)
    if (!this.#passed.hasDate) bytes.latin1(`date: ${httpDate()}\r\n`)
    bytes.writeStatic(this.#isLast ? CLOSED : KEPT)
  }

  /** In Latin-1 characters. */
  get text(): string {
    return writeHeadAlone(this).toString('latin1')
  }
}

/** Reuses the prepared line if the last head had the same header at this position. */
function writeHeader(bytes: ByteWriter, place: number, name: string, value: string): void {
  let last = lastHeaders[place]
  if (last?.name !== name) {
    last = { name, start: new StaticText(`${name}: `, 'latin1'), value: '', line: null }
    if (place < MOST_LAST_HEADERS) lastHeaders[place] = last
  }
  if (last.value === value && value !== '')
    return bytes.writeStatic((last.line ??= new StaticText(`${name}: ${value}\r\n`, 'latin1')))
  last.value = value
  last.line = null
  bytes.writeStatic(last.start)
  bytes.latin1(value)
  bytes.writeStatic(LINE_END)
}

/** The bytes before the proxy's own headers. */
function buildStart(status: number, passed: PassedHeaders): Buffer {
  if (passed.start?.status === status) return passed.start.bytes
  const text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headerLines(passed.list)}`
  const bytes = Buffer.from(text, 'latin1')
  passed.start = { status, bytes }
  return bytes
}

/** Answers of this status have no body, whatever their headers say. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304 || status < 200
}

let dateSecond = -1
let dateText = ''

function httpDate(): string {
  const second = Math.floor(turnClock() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}
