import { STATUS_CODES } from 'node:http'
import type { ByteWriter } from '../../../../base/byte-writer.ts'
import { StaticText } from '../../../../base/byte-writer.ts'
import type { Head } from '../sockets/write-batcher.ts'
import type { HeadLines } from './head-lines.ts'
import { writeHeadAlone } from '../sockets/write-batcher.ts'
import type { PassedHeaders } from '../../../wire/headers/response-headers.ts'
import { headerLines } from '../../../wire/headers/response-headers.ts'

const CLOSED = new StaticText('connection: close\r\n\r\n')
const KEPT = new StaticText('connection: keep-alive\r\n\r\n')

/** The connection of an answer, as its head needs it. */
interface HeadOwner {
  readonly isClosing: boolean
  readonly headLines: HeadLines
}

/**
 * The bytes of an answer's head: first the upstream's headers, then the proxy's, which have no date. The head
 * adds a date if the upstream sent none.
 */
export class ResponseHeadBytes implements Head {
  readonly #status: number
  readonly #passed: PassedHeaders
  readonly #headers: readonly string[]
  readonly #lines: HeadLines
  readonly #isLast: boolean

  constructor(
    status: number,
    passed: PassedHeaders,
    headers: readonly string[],
    { isClosing, headLines }: HeadOwner,
  ) {
    this.#status = status
    this.#passed = passed
    this.#headers = headers
    this.#lines = headLines
    this.#isLast = isClosing
  }

  write(bytes: ByteWriter): void {
    bytes.copy(buildStart(this.#status, this.#passed))
    const headers = this.#headers
    for (let index = 0; index < headers.length; index += 2)
      this.#lines.write(bytes, index / 2, headers[index]!, headers[index + 1]!)
    if (!this.#passed.hasDate) this.#lines.writeDate(bytes)
    bytes.writeStatic(this.#isLast ? CLOSED : KEPT)
  }

  /** In Latin-1 characters. */
  get text(): string {
    return writeHeadAlone(this).toString('latin1')
  }
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
