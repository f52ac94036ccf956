import type { IncomingMessage, ServerResponse } from 'node:http'
import { STATUS_CODES, maxHeaderSize } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorBody } from '../../wire/wire-errors.ts'

/** By Node's error code. */
const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'request_too_large',
    message: `the head of the request is larger than ${maxHeaderSize / 1024} KiB`,
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'request_too_large',
    message: 'the chunks of the request carry too many extensions',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'request_timeout',
    message: 'the head of the request did not come in time',
  },
}

/**
 * Refuses what Node's server cannot parse, with a message that clients show. Node itself would send a status
 * alone. `hasBegun`: an answer has begun, so the connection is closed, as Node does.
 */
export function rejectUnreadable(
  error: NodeJS.ErrnoException & { reason?: string },
  socket: Duplex,
  hasBegun: boolean,
): void {
  if (socket.writable && !hasBegun && error.code !== 'ECONNRESET') {
    writeRefusal(socket, findRefusal(error))
  }
  socket.destroy(error)
}

export function isLineValid(req: Pick<IncomingMessage, 'httpVersion' | 'url'>): boolean {
  return isVersionKnown(req) && req.url?.includes('#') !== true
}

function isVersionKnown({ httpVersion }: Pick<IncomingMessage, 'httpVersion'>): boolean {
  return httpVersion === '1.1' || httpVersion === '1.0'
}

/**
 * Refuses a request line that Node's parser accepts and HTTP/1.1 does not: another version, which the answer would
 * not speak (RFC 9110, 15.6.6), or a target with a fragment (RFC 9112, 3.2). Closes the connection, because what follows
 * is not certain. False: the line is valid.
 */
export function rejectRequestLine(req: IncomingMessage): boolean {
  if (isLineValid(req)) return false
  const { socket } = req
  if (socket.writable)
    writeRefusal(socket, isVersionKnown(req) ? notHttp('fragment in the target') : OTHER_VERSION)
  socket.destroy()
  return true
}

interface Refusal {
  status: number
  code: string
  message: string
}

const OTHER_VERSION: Refusal = {
  status: 505,
  code: 'invalid_request',
  message: 'the proxy speaks HTTP/1.1 and HTTP/1.0, and the request names another version',
}

/** Node has one code for versions and for what follows them. The preface of HTTP/2 has its own error. */
function findRefusal({ code = '', reason = '' }: { code?: string; reason?: string }): Refusal {
  const isVersion =
    code === 'HPE_INVALID_VERSION' && /^(?:Invalid HTTP version|Expected HTTP\/2)/.test(reason)
  if (isVersion || code === 'HPE_PAUSED_H2_UPGRADE') return OTHER_VERSION
  return refusals[code] ?? notHttp(reason)
}

function writeRefusal(socket: Duplex, { status, code, message }: Refusal): void {
  const body = refusal(status, code, message)
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n`,
  )
  socket.write(body)
}

/** The reason comes from the parser, and quotes nothing of the request. */
function notHttp(reason: string): Refusal {
  const why = reason === '' ? '' : ` (${reason})`
  return { status: 400, code: 'invalid_request', message: `this is not a valid HTTP request${why}` }
}

/** Refuses an `expect` header with any expectation but `100-continue` (RFC 9110, 10.1.1). */
export function rejectExpectation(_req: IncomingMessage, res: ServerResponse): void {
  const body = refusal(417, 'invalid_request', 'of expectations, 100-continue alone is met')
  res.writeHead(417, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
}

/**
 * Uses OpenAI's envelope. The client's dialect is not known yet, and both have the message in the same place.
 */
function refusal(status: number, code: string, message: string): Buffer {
  return errorBody('chat', { status, code, message, type: 'invalid_request_error', requestId: '' })
}
