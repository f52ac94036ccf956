import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import type { StreamError } from '../streams/stream-error.ts'
import { isPlaceholder } from './placeholder.ts'

// Gateways may quote the request in their errors. A client may use an account without knowing its key. The words of
// errors are in the ledger and in logs, too. So the credential is replaced before anything reads an error. JSON and
// URLs may escape its characters, and a reader would decode them again.

/** The body of an error with asterisks in place of the credential, in the same length; mostly the same buffer. */
export function hideInBody(body: Buffer, secret: string): Buffer {
  if (isPlaceholder(secret)) return body
  if (!body.includes(secret) && !ESCAPES.some((sign) => body.includes(sign))) return body
  const text = body.toString('latin1')
  const hidden = hide(text, secret)
  return hidden === text ? body : Buffer.from(hidden, 'latin1')
}

/** The same for headers, as a list of names and values. */
export function hideInHeaders(rawHeaders: readonly string[], secret: string): readonly string[] {
  if (isPlaceholder(secret) || !rawHeaders.some((text) => mayShow(text, secret))) return rawHeaders
  return rawHeaders.map((text) => hide(text, secret))
}

/** The same for an error in a stream. */
export function hideInStreamError(error: StreamError, secret: string): StreamError {
  if (isPlaceholder(secret)) return error
  const { body, text, status } = error
  const json = body === undefined ? undefined : JSON.stringify(body)
  if (!mayShow(text, secret) && (json === undefined || !mayShow(json, secret))) return error
  const hidden = json === undefined ? undefined : hide(json, secret)
  return {
    body: hidden === undefined || hidden === json ? body : tryParseJson(hidden),
    text: hide(text, secret),
    status,
  }
}

/** The most bytes of one UTF-16 unit of a secret: backslashes, `u` and four digits. */
const LONGEST_SPELLING = 20

/**
 * Hides a credential in a body that is too large to hold. It keeps back what may be the start of a credential, so the
 * pieces may end anywhere. Memory is bounded by the length of the credential, and time is linear in the body.
 */
export class SecretFilter {
  readonly #secret: string
  /** Bytes that stay back. No spelling of the credential is longer. */
  readonly #keptBytes: number
  #kept: Buffer[] = []
  #length = 0

  constructor(secret: string) {
    this.#secret = secret
    this.#keptBytes = isPlaceholder(secret) ? 0 : secret.length * LONGEST_SPELLING
  }

  /** Returns the bytes that may leave now, perhaps none. */
  push(chunk: Buffer): Buffer {
    this.#kept.push(chunk)
    this.#length += chunk.length
    // A search costs as much as it yields, so each byte is searched at most twice.
    if (this.#length < 2 * this.#keptBytes) return NOTHING
    const hidden = this.end()
    const leaving = hidden.length - this.#keptBytes
    if (this.#keptBytes > 0) this.push(Buffer.from(hidden.subarray(leaving)))
    return hidden.subarray(0, leaving)
  }

  /** Returns the rest of a body that is whole. */
  end(): Buffer {
    const hidden = hideInBody(Buffer.concat(this.#kept), this.#secret)
    this.#kept = []
    this.#length = 0
    return hidden
  }
}

const NOTHING = Buffer.alloc(0)

/** The first characters of escapes. */
const ESCAPES = ['\\', '%']

/** An escape of JSON or of a URL. */
const ESCAPE = /\\+(?:u([0-9a-f]{4})|(["\\/]))|%([0-9a-f]{2})/gi
/** ASCII without the first characters of escapes. */
const READS_AS_IT_IS = /^[!-$&-[\]-~]+$/

/** The pattern of a secret is large. It is built only for a text that shows the secret once its escapes are read. */
function mayShow(text: string, secret: string): boolean {
  if (text.includes(secret)) return true
  if (!ESCAPES.some((sign) => text.includes(sign))) return false
  return !READS_AS_IT_IS.test(secret) || readEscapes(text).includes(secret)
}

function readEscapes(text: string): string {
  return text.replace(
    ESCAPE,
    (_whole, unit?: string, sign?: string, byte?: string) =>
      sign ?? String.fromCharCode(Number.parseInt(unit ?? byte ?? '', 16)),
  )
}

function hide(text: string, secret: string): string {
  if (!mayShow(text, secret)) return text
  const pattern = new RegExp([...secret].map(spellings).join(''), 'g')
  return text.replace(pattern, (found) => '*'.repeat(found.length))
}

/** JSON inside of JSON doubles its backslashes, and errors nest to a few levels. */
const BACKSLASHES = String.raw`\\{1,15}`

/** A pattern for each way to write a character: as it is, as UTF-8 bytes, or escaped in JSON or a URL. */
function spellings(character: string): string {
  const plain = escapePattern(character)
  const bytes = [...Buffer.from(character)]
  const units = Array.from({ length: character.length }, (_unit, index) => character.charCodeAt(index))
  const ways = [
    plain,
    units.map((unit) => `${BACKSLASHES}u${hex(unit, 4)}`).join(''),
    bytes.map((byte) => `%${hex(byte, 2)}`).join(''),
  ]
  // PHP writes `\/` for a slash.
  if (/["\\/]/.test(character)) ways.push(`${BACKSLASHES}${plain}`)
  if (bytes.length > 1) ways.push(Buffer.from(character).toString('latin1'))
  return `(?:${ways.join('|')})`
}

function escapePattern(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`)
}

/** Hexadecimal digits in either case. */
function hex(value: number, digits: number): string {
  return value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
}
