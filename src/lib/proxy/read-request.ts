import { QwenctlError } from '../errors.ts'
import type { Exchange } from './exchange.ts'
import type { BodyFields } from './wire/scan-body.ts'
import { readBoolean, readString, scanBody } from './wire/scan-body.ts'

/** What the proxy has to know of a request's body; all else passes unread. */
export interface RequestBody {
  bytes: Buffer
  scan: BodyFields
  /** As the client wrote it, `provider/model` included. */
  model: string
  isStream: boolean
}

/**
 * Reads the body, at most `maxBytes` of it: `onBody` gets it, or `request_too_large` as soon as that is known; nothing
 * when the client leaves before.
 */
export function readBody(
  { req }: Exchange,
  maxBytes: number,
  onBody: (body: Buffer | QwenctlError) => void,
): void {
  let chunks: Buffer[] = []
  let length = 0
  let isOver = announcedLength(req.rawHeaders) > maxBytes
  req.readBody((chunk) => {
    if (isOver) return true
    if (chunk === null) {
      onBody(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
      return true
    }
    length += chunk.length
    chunks.push(chunk)
    if (length > maxBytes) {
      isOver = true
      chunks = []
      onBody(tooLarge(maxBytes))
    }
    return true
  })
  if (isOver) onBody(tooLarge(maxBytes))
}

function announcedLength(rawHeaders: readonly string[]): number {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === 14 && name.toLowerCase() === 'content-length') return Number(rawHeaders[index + 1])
  }
  return 0
}

function tooLarge(maxBytes: number): QwenctlError {
  const megabytes = Math.floor(maxBytes / 1_048_576)
  return new QwenctlError('request_too_large', `the request body is larger than ${megabytes} MiB`, {
    hint: 'qwenctl config set proxy.maxBodyMb raises the limit',
  })
}

/** Finds model and stream in a body. Throws `invalid_request` saying what is wrong with it. */
export function parseRequest(bytes: Buffer, contentEncoding: string | undefined): RequestBody {
  if (contentEncoding !== undefined && contentEncoding !== 'identity') {
    throw new QwenctlError(
      'invalid_request',
      `the request body is compressed (${contentEncoding}); send it as it is`,
    )
  }
  const scan = scanBody(bytes)
  if (!scan.ok) throw new QwenctlError('invalid_request', `the request body is ${refusals[scan.reason]}`)
  const model = readString(bytes, scan.fields.model)
  if (model === null || model === '') {
    throw new QwenctlError('invalid_request', 'the request names no model', {
      hint: 'set "model" to a model name, or to provider/model to choose the provider; GET /v1/models lists them',
    })
  }
  return { bytes, scan, model, isStream: readBoolean(bytes, scan.fields.stream) === true }
}

const refusals = {
  'not-an-object': 'not a JSON object',
  malformed: 'not valid JSON',
  'too-deep': 'nested too deeply',
  duplicate: 'ambiguous: a key stands in it twice',
} as const
