import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import type { StreamError } from '../streams/stream-error.ts'
import { isPlaceholder } from './placeholder.ts'

// Gateways may quote the request in their errors. A client may use an account without knowing its key. The words of
// errors are in the ledger and in logs, too. So the credential is replaced before anything reads an error. JSON and
// URLs may escape its characters, and a reader would decode them again.

/**
 * The body of an error with asterisks in place of the credential, in the same length; mostly the same buffer. A
 * credential that is cut short or encoded in base64 is hidden, too. `isWhole`: no more of the body follows.
 */
export function hideInBody(body: Buffer, secret: string, isWhole = true): Buffer {
  if (isPlaceholder(secret)) return body
  const encoded = body.length < BASE64_HEAD ? NO_FORMS : listBase64(secret)
  const heads = [readHead(secret), ...encoded.flatMap(listBase64Heads)]
  if (![...ESCAPES, ...heads].some((part) => body.includes(part))) return body
  const text = body.toString('latin1')
  const hidden = hideForms(text, secret, encoded, isWhole)
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
  const encoded = listBase64(secret)
  const hidden = json === undefined ? undefined : hideForms(json, secret, encoded)
  const shown = hideForms(text, secret, encoded)
  if (hidden === json && shown === text) return error
  return { body: hidden === undefined || hidden === json ? body : tryParseJson(hidden), text: shown, status }
}

/** Hides the credential in all of its forms. `encoded`: those in base64. */
function hideForms(text: string, secret: string, encoded: readonly string[], isWhole = true): string {
  const read = encoded.length === 0 ? '' : readEscapes(text)
  const found = encoded.filter((form) =>
    listBase64Heads(form).some((head) => text.includes(head) || read.includes(head)),
  )
  const shown = found.reduce(
    (left, form) => replace(left, [...form].map(spellBase64), BASE64_HEAD, isWhole),
    text,
  )
  return mayShow(shown, secret) ? replace(shown, [...secret].map(spellings), HEAD, isWhole) : shown
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
    const hidden = this.#hide(false)
    const leaving = hidden.length - this.#keptBytes
    if (this.#keptBytes > 0) this.push(Buffer.from(hidden.subarray(leaving)))
    return hidden.subarray(0, leaving)
  }

  /** Returns the rest of a body that is whole. */
  end(): Buffer {
    return this.#hide(true)
  }

  #hide(isWhole: boolean): Buffer {
    const hidden = hideInBody(Buffer.concat(this.#kept), this.#secret, isWhole)
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

/** The first characters of a credential that may not be shown: a service may cut the rest. */
const HEAD = 12
/** As many bytes in base64. */
const BASE64_HEAD = 16
const NO_FORMS: readonly string[] = []

/** The first characters of a credential, which identify it. */
export function readHead(secret: string): string {
  return [...secret].slice(0, HEAD).join('')
}

/**
 * The base64 of a credential, alone and after other bytes: `Basic` has a name before it. Characters that hold bits of
 * other bytes are left out.
 */
function listBase64(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const forms = [0, 1, 2].map((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6)]
    return padded.toString('base64').slice(from, to)
  })
  return forms.filter(({ length }) => length >= BASE64_HEAD)
}

/** The first characters in both alphabets. */
function listBase64Heads(form: string): string[] {
  const head = form.slice(0, BASE64_HEAD)
  return [head, head.replaceAll('+', '-').replaceAll('/', '_')]
}

/** The alphabet for URLs has two other characters. */
function spellBase64(character: string): string {
  const other = character === '+' ? '-' : character === '/' ? '_' : null
  return other === null ? spellings(character) : `(?:${spellings(character)}|${spellings(other)})`
}

/**
 * Whether a text shows the first characters of the credential, escaped or not. The pattern of a credential is large, so
 * it is built for such a text alone.
 */
export function mayShow(text: string, secret: string): boolean {
  const head = readHead(secret)
  if (text.includes(head)) return true
  if (!READS_AS_IT_IS.test(head) && text.includes(Buffer.from(head).toString('latin1'))) return true
  if (!ESCAPES.some((sign) => text.includes(sign))) return false
  return !READS_AS_IT_IS.test(head) || readEscapes(text).includes(head)
}

function readEscapes(text: string): string {
  return text.replace(
    ESCAPE,
    (_whole, unit?: string, sign?: string, byte?: string) =>
      sign ?? String.fromCharCode(Number.parseInt(unit ?? byte ?? '', 16)),
  )
}

function hide(text: string, secret: string): string {
  return mayShow(text, secret) ? replace(text, [...secret].map(spellings), HEAD, true) : text
}

/**
 * Replaces the characters of these patterns with asterisks, as many as follow each other and at least `head`. `isWhole`
 * false: more of the text follows, so what its end cuts short stays for the next search.
 */
function replace(text: string, patterns: readonly string[], head: number, isWhole: boolean): string {
  const first = new RegExp(patterns.slice(0, head).join(''), 'g')
  const rest = patterns.slice(head).map((pattern) => new RegExp(pattern, 'y'))
  const undecided = isWhole ? text.length : text.length - LONGEST_SPELLING
  let hidden = ''
  let at = 0
  for (const { 0: found, index } of text.matchAll(first)) {
    if (index < at) continue
    const { end, isComplete } = followSpelling(text, index + found.length, rest)
    if (!isComplete && end > undecided) continue
    hidden += text.slice(at, index) + '*'.repeat(end - index)
    at = end
  }
  return hidden + text.slice(at)
}

/** Finds the end of the characters that follow each other from `at` on. */
function followSpelling(
  text: string,
  at: number,
  rest: readonly RegExp[],
): { end: number; isComplete: boolean } {
  let end = at
  for (const pattern of rest) {
    pattern.lastIndex = end
    if (!pattern.test(text)) return { end, isComplete: false }
    end = pattern.lastIndex
  }
  return { end, isComplete: true }
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
