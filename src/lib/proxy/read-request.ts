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

/** Reads the body, at most `maxBytes` of it. Null: the client left. Throws `request_too_large` as soon as it is known. */
export function readBody(exchange: Exchange, maxBytes: number): Promise<Buffer | null> {
  const { req } = exchange
  const announced = Number(req.headers['content-length'] ?? 0)
  if (announced > maxBytes) return Promise.reject(tooLarge(maxBytes))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    req.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) chunks.push(chunk)
      else reject(tooLarge(maxBytes))
    })
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks)))
    exchange.onGone = () => resolve(null)
  })
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
