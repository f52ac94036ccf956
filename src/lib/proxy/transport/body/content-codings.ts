import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  gunzip,
  inflate,
  inflateRaw,
  zstdDecompress,
} from 'node:zlib'
import type { Transform } from 'node:stream'
import { QwenctlError, readMessage } from '../../../base/errors.ts'

// Content codings of bodies, by https://www.iana.org/assignments/http-parameters (2026-11). Codex sends zstd
// (https://github.com/openai/codex, codex-rs/codex-client, 2026-11); HTTP libraries send the others.

type Callback = (error: Error | null, result: Buffer) => void

interface Coding {
  decode: (body: Buffer, options: { maxOutputLength: number }, done: Callback) => void
  /** `first`: the first bytes of the encoded body. */
  stream: (first: Buffer) => Transform
}

const gzip: Coding = { decode: gunzip, stream: () => createGunzip() }

const codings: ReadonlyMap<string, Coding> = new Map<string, Coding>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['br', { decode: brotliDecompress, stream: () => createBrotliDecompress() }],
  ['zstd', { decode: zstdDecompress, stream: () => createZstdDecompress() }],
  [
    'deflate',
    {
      decode: (body, options, done) => (isZlib(body) ? inflate : inflateRaw)(body, options, done),
      stream: (first) => (isZlib(first) ? createInflate() : createInflateRaw()),
    },
  ],
])

/** The value of `accept-encoding` that names them all. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br, zstd'

/** A longer chain has no use, and each link may multiply the size. */
const MOST_CODINGS = 3

/** RFC 9110, 8.4.1.2: "deflate" is the zlib format, but some senders leave its header out. */
function isZlib(bytes: Buffer): boolean {
  const [first = 0, second = 0] = bytes
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
}

/** The codings of a body in the order of their application; null: one of them is unknown, or there are too many. */
export function readCodings(contentEncoding: string | undefined): readonly string[] | null {
  if (contentEncoding === undefined) return []
  const named = contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  return named.length <= MOST_CODINGS && named.every((name) => codings.has(name)) ? named : null
}

/** The coding that the first bytes of a JSON or text body reveal, although no header names it; null: none. */
export function sniffCoding(first: Buffer): string | null {
  if (first[0] === 0x1f && first[1] === 0x8b) return 'gzip'
  return first[0] === 0x28 && first[1] === 0xb5 && first[2] === 0x2f && first[3] === 0xfd ? 'zstd' : null
}

/**
 * Decodes a whole request body. `onBody` gets the bytes, or the error for the client: `unsupported_encoding`,
 * `request_too_large` for more than `maxBytes` after any step, or `invalid_request`.
 */
export function decodeBody(
  body: Buffer,
  contentEncoding: string,
  maxBytes: number,
  onBody: (body: Buffer | QwenctlError) => void,
): void {
  const named = readCodings(contentEncoding)
  if (named === null) return onBody(unsupported(contentEncoding))
  const last = named.at(-1)
  if (last === undefined) return onBody(body)
  const rest = named.slice(0, -1).join(',')
  codings.get(last)!.decode(body, { maxOutputLength: maxBytes }, (error, decoded) => {
    if (error === null) decodeBody(decoded, rest, maxBytes, onBody)
    else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') onBody(tooLarge(maxBytes))
    else onBody(damaged(last, error))
  })
}

/** Builds the error for a body over the limit. */
export function tooLarge(maxBytes: number): QwenctlError {
  const megabytes = Math.floor(maxBytes / 1_048_576)
  return new QwenctlError('request_too_large', `the request body is larger than ${megabytes} MiB`, {
    hint: 'qwenctl config set proxy.maxBodyMb raises the limit',
  })
}

function unsupported(contentEncoding: string): QwenctlError {
  const shown = JSON.stringify(contentEncoding.slice(0, 60))
  return new QwenctlError('unsupported_encoding', `the content-encoding ${shown} of the request is unknown`, {
    hint: `send the body as it is, or in ${ACCEPTED_CODINGS}`,
  })
}

function damaged(coding: string, cause: Error): QwenctlError {
  return new QwenctlError(
    'invalid_request',
    `the request body is no valid ${coding} (${readMessage(cause)})`,
    {
      cause,
    },
  )
}

/** Builds a stream that decodes one coding. */
export function createDecoder(coding: string, first: Buffer): Transform {
  return codings.get(coding)!.stream(first)
}
