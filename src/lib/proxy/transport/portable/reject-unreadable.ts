import type { IncomingMessage, ServerResponse } from 'node:http'
import { STATUS_CODES, maxHeaderSize } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorBody } from '../../wire/wire-errors.ts'

/** By Node's error code. */
const refusals: Readonly<Record<string, { status: number; code: string; message: string }>> = {
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
    const { status, code, message } = refusals[error.code ?? ''] ?? notHttp(error.reason)
    const body = refusal(status, code, message)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\nconnection: close\r\n\r\n`,
    )
    socket.write(body)
  }
  socket.destroy(error)
}

/** The reason comes from the parser, and quotes nothing of the request. */
function notHttp(reason: string | undefined): { status: number; code: string; message: string } {
  const why = reason === undefined || reason === '' ? '' : ` (${reason})`
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
