import type { ByteWriter } from '../../../../base/byte-writer.ts'
import { StaticText } from '../../../../base/byte-writer.ts'
import type { Head } from '../sockets/write-batcher.ts'
import { CheckedHeaders, checkRequestLine } from '../../../wire/headers/checked-headers.ts'
import type { UpstreamRequest } from '../../upstream-call.ts'

const LENGTH = new StaticText('content-length: ')
const END = new StaticText('\r\n\r\n')
const EMPTY_LINE = new StaticText('\r\n')

/** The head of a request in wire format. */
export class RequestHead implements Head {
  readonly #beginning: Buffer
  /** Null: no content length is sent. */
  readonly #length: number | null

  /** @throws QwenctlError `invalid_request` where a part could end its line and so forge another one */
  constructor(host: string, request: UpstreamRequest) {
    const { method, body } = request
    this.#beginning = beginning(host, request)
    // RFC 9110 8.6: methods that usually have content send a length of zero.
    const saysNone = method === 'POST' || method === 'PUT' || method === 'PATCH'
    this.#length = body !== null ? body.length : saysNone ? 0 : null
  }

  write(bytes: ByteWriter): void {
    bytes.copy(this.#beginning)
    if (this.#length === null) return bytes.writeStatic(EMPTY_LINE)
    bytes.writeStatic(LENGTH)
    bytes.number(this.#length)
    bytes.writeStatic(END)
  }
}

/**
 * The head without the length, mostly the same as for the previous request. It is then already checked and
 * built.
 */
function beginning(host: string, { method, path, headers, more }: UpstreamRequest): Buffer {
  const checked = headers instanceof CheckedHeaders ? headers : new CheckedHeaders(headers)
  const before = checked.beginning
  if (
    before !== null &&
    method === 'POST' &&
    before.path === path &&
    before.more === more &&
    before.host === host
  )
    return before.bytes
  checkRequestLine(method, path)
  const credential = more === undefined ? '' : more.lines
  const text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${checked.lines}${credential}`
  const bytes = Buffer.from(text, 'latin1')
  if (method === 'POST') checked.beginning = { host, path, more, bytes }
  return bytes
}
