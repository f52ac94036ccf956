import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { QwenctlError } from '../../base/errors.ts'

/** Far more than any description of an account. */
const MOST_BYTES = 1 << 20
/** The most bytes of an oversized body that are read and dropped, so that the client reads the refusal. */
const MOST_LEFT_OVER = 16 << 20

/** The body as JSON; undefined: no body. Throws `request_too_large`, `invalid_body`. */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const bytes = await readBody(req)
  if (bytes.length === 0) return undefined
  if (!isUtf8(bytes))
    throw new QwenctlError('invalid_body', 'the body is not UTF-8', { hint: 'send a JSON object in UTF-8' })
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    throw new QwenctlError('invalid_body', 'the body is not JSON', { hint: 'send a JSON object' })
  }
}

function readBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    req.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= MOST_BYTES) chunks.push(chunk)
      else if (length > MOST_LEFT_OVER) req.socket.destroy()
      else reject(tooLarge())
    })
    req.on('end', () => resolve(Buffer.concat(chunks)))
    req.on('error', reject)
    req.on('close', () =>
      reject(new QwenctlError('invalid_body', 'the request ended before its body was complete')),
    )
  })
}

function tooLarge(): QwenctlError {
  return new QwenctlError('request_too_large', 'the body is larger than 1 MiB', {
    hint: 'send less at a time',
  })
}
