import { STATUS_CODES } from 'node:http'
import type { LineBytes } from '../../line-bytes.ts'
import { turnClock } from '../../toolkit/turn-clock.ts'
import type { Head } from '../outbox.ts'
import { writtenAlone } from '../outbox.ts'
import type { PassedHeaders } from '../wire/response-headers.ts'
import { headerLines } from '../wire/response-headers.ts'

const COLON = Buffer.from(': ')
const LINE_END = Buffer.from('\r\n')
const CLOSED = Buffer.from('connection: close\r\n\r\n')
const KEPT = Buffer.from('connection: keep-alive\r\n\r\n')

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
    for (let index = 0; index < headers.length; index += 2) {
      bytes.latin1(headers[index]!)
      bytes.copy(COLON)
      bytes.latin1(headers[index + 1]!)
      bytes.copy(LINE_END)
    }
    if (!this.#passed.hasDate) bytes.latin1(`date: ${httpDate()}\r\n`)
    bytes.copy(this.#isLast ? CLOSED : KEPT)
  }

  /** Of Latin-1 characters. */
  get text(): string {
    return writtenAlone(this).toString('latin1')
  }
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
