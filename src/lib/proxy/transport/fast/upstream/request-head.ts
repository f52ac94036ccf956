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
  /** The lines with the credential; empty: there is none. */
  readonly #credential: string
  /** Null: no content length is sent. */
  readonly #length: number | null

  /** @throws QwenctlError `invalid_request` where a part could end its line and so forge another one */
  constructor(host: string, request: UpstreamRequest) {
    const { method, body, more } = request
    this.#beginning = findBeginning(host, request)
    this.#credential = more === undefined ? '' : more.lines
    // RFC 9110 8.6: methods that usually have content send a length of zero.
    const saysNone = method === 'POST' || method === 'PUT' || method === 'PATCH'
    this.#length = body !== null ? body.length : saysNone ? 0 : null
  }

  write(bytes: ByteWriter): void {
    bytes.copy(this.#beginning)
    bytes.latin1(this.#credential)
    if (this.#length === null) return bytes.writeStatic(EMPTY_LINE)
    bytes.writeStatic(LENGTH)
    bytes.number(this.#length)
    bytes.writeStatic(END)
  }
}

/**
 * The head without the credential and the length, mostly the same as for the previous request, whichever account
 * that had. It is then already checked and built.
 */
function findBeginning(host: string, { method, path, headers }: UpstreamRequest): Buffer {
  const checked = headers instanceof CheckedHeaders ? headers : new CheckedHeaders(headers)
  const before = checked.beginning
  if (before !== null && method === 'POST' && before.path === path && before.host === host)
    return before.bytes
  checkRequestLine(method, path)
  const bytes = Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${checked.lines}`, 'latin1')
  if (method === 'POST') checked.beginning = { host, path, bytes }
  return bytes
}
