import { STATUS_CODES } from 'node:http'
import type { LineBytes } from '../../line-bytes.ts'
import { ReadyText } from '../../line-bytes.ts'
import { turnClock } from '../../toolkit/turn-clock.ts'
import type { Head } from '../outbox.ts'
import { writtenAlone } from '../outbox.ts'
import type { PassedHeaders } from '../wire/response-headers.ts'
import { headerLines } from '../wire/response-headers.ts'

const LINE_END = new ReadyText('\r\n')
const CLOSED = new ReadyText('connection: close\r\n\r\n')
const KEPT = new ReadyText('connection: keep-alive\r\n\r\n')

/** The header that stood in this place of the last head. */
interface LastHeader {
  name: string
  start: ReadyText
  value: string
  /** Null: the value came but once yet. */
  line: ReadyText | null
}

/** Ours are always the same, in the same order, and some of them say the same, too. */
const MOST_LAST_HEADERS = 8
const lastHeaders: LastHeader[] = []

/**
 * The head of an answer, as it goes over the wire: what the upstream said, then ours, which have no date. It says when it was
 * made, if the upstream does not.
 */
export class AnswerHead implements Head {
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

  write(bytes: LineBytes): void {
    bytes.copy(startOf(this.#status, this.#passed))
    const headers = this.#headers
    for (let index = 0; index < headers.length; index += 2)
      writeHeader(bytes, index / 2, headers[index]!, headers[index + 1]!)
    if (!this.#passed.hasDate) bytes.latin1(`date: ${httpDate()}\r\n`)
    bytes.ready(this.#isLast ? CLOSED : KEPT)
  }

  /** Of Latin-1 characters. */
  get text(): string {
    return writtenAlone(this).toString('latin1')
  }
}

/** As it stands ready, where the last head said the same in this place. */
function writeHeader(bytes: LineBytes, place: number, name: string, value: string): void {
  let last = lastHeaders[place]
  if (last?.name !== name) {
    last = { name, start: new ReadyText(`${name}: `, 'latin1'), value: '', line: null }
    if (place < MOST_LAST_HEADERS) lastHeaders[place] = last
  }
  if (last.value === value && value !== '')
    return bytes.ready((last.line ??= new ReadyText(`${name}: ${value}\r\n`, 'latin1')))
  last.value = value
  last.line = null
  bytes.ready(last.start)
  bytes.latin1(value)
  bytes.ready(LINE_END)
}

/** Until ours begin. */
function startOf(status: number, passed: PassedHeaders): Buffer {
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
