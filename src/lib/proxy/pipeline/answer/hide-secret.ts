import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import type { StreamError } from '../../wire/streams/stream-error.ts'

// Gateways may quote the request in their errors. A client may use an account without knowing its key. The words of
// errors are in the ledger and in logs, too. So the credential is replaced before anything reads an error.

/** A shorter secret may be an ordinary word of the error. */
const SHORTEST_SECRET = 8

/** The body of an error with asterisks in place of the credential, in the same length; mostly the same buffer. */
export function hideInBody(body: Buffer, secret: string): Buffer {
  if (secret.length < SHORTEST_SECRET || !body.includes(secret)) return body
  return Buffer.from(
    body.toString('latin1').replaceAll(Buffer.from(secret).toString('latin1'), mask),
    'latin1',
  )
}

/** The same for headers, as a list of names and values. */
export function hideInHeaders(rawHeaders: readonly string[], secret: string): readonly string[] {
  if (secret.length < SHORTEST_SECRET || !rawHeaders.some((text) => text.includes(secret))) return rawHeaders
  return rawHeaders.map((text) => text.replaceAll(secret, mask))
}

/** The same for an error in a stream. */
export function hideInStreamError(error: StreamError, secret: string): StreamError {
  if (secret.length < SHORTEST_SECRET) return error
  const { body, text, status } = error
  const json = body === undefined ? undefined : JSON.stringify(body)
  if (!text.includes(secret) && json?.includes(secret) !== true) return error
  const hidden = json === undefined ? undefined : tryParseJson(json.replaceAll(secret, mask))
  return { body: hidden, text: text.replaceAll(secret, mask), status }
}

function mask(secret: string): string {
  return '*'.repeat(secret.length)
}
