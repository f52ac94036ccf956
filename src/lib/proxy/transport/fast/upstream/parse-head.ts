import { isAt, type Span } from '../../../wire/body/json-scan.ts'
import { UpstreamHead } from '../../upstream-head.ts'

export const maxHeaderLines = 256

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const ZERO = 48
const COLON = 58
const PROTOCOL = Buffer.from('HTTP/1.')

const isTokenByte = new Uint8Array(256)
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  isTokenByte[char.charCodeAt(0)] = 1

/**
 * Parses the head in `bytes[start..end)`, which ends with the CRLF of its last line (without the empty line).
 * Strict where leniency allows response smuggling. Lines end with CRLF only. Folded lines, blanks before a
 * colon and control characters are refused. Returns the reason of a refusal. The parser compares bytes, since
 * the characters of a string cost several times as much. Names and values are then cut from one string.
 */
export function parseHead(bytes: Buffer, { start, end }: Span): UpstreamHead | string {
  if (!isAt(bytes, start, PROTOCOL)) return 'it is not an HTTP/1 response'
  const minor = bytes[start + 7]! - ZERO
  const status = threeDigits(bytes, start + 9)
  const afterStatus = bytes[start + 12]
  if ((minor !== 0 && minor !== 1) || bytes[start + 8] !== SPACE || status < 100)
    return 'its status line is not valid'
  // The reason phrase may be missing, and its blank with it.
  if (afterStatus !== SPACE && afterStatus !== CR) return 'its status line is not valid'
  const reasonAt = afterStatus === SPACE ? start + 13 : start + 12
  const reasonEnd = lineEnd(bytes, reasonAt)
  if (reasonEnd < 0) return 'its status line is not valid'
  const text = bytes.toString('latin1', reasonAt, end)
  const rawHeaders: string[] = []
  const trouble = parseFields(bytes, { start: reasonEnd + 2, end }, text, rawHeaders)
  if (trouble !== null) return trouble
  return new UpstreamHead(
    status,
    text.slice(0, reasonEnd - reasonAt),
    minor === 1 ? '1.1' : '1.0',
    rawHeaders,
  )
}

function threeDigits(bytes: Buffer, start: number): number {
  let number = 0
  for (let at = start; at < start + 3; at++) {
    const digit = bytes[at]! - ZERO
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

/** `text`: the same bytes as a string, from any start to the same end. */
function parseFields(bytes: Buffer, { start, end }: Span, text: string, into: string[]): string | null {
  const textAt = end - text.length
  let at = start
  while (at < end) {
    if (into.length === maxHeaderLines * 2) return `it has more than ${maxHeaderLines} header lines`
    const colon = nameEnd(bytes, at)
    if (colon < 0) return 'a header name in it is not valid'
    const next = lineEnd(bytes, colon + 1)
    if (next < 0) return 'a header value in it is not valid'
    let from = colon + 1
    let to = next
    while (from < to && isBlank(bytes[from])) from++
    while (to > from && isBlank(bytes[to - 1])) to--
    into.push(text.slice(at - textAt, colon - textAt), text.slice(from - textAt, to - textAt))
    at = next + 2
  }
  return null
}

function nameEnd(bytes: Buffer, start: number): number {
  let at = start
  while (isTokenByte[bytes[at]!] === 1) at++
  return at > start && bytes[at] === COLON ? at : -1
}

/** Returns the offset of the line's CRLF, or -1. The head ends with one. */
function lineEnd(bytes: Buffer, start: number): number {
  for (let at = start; ; at++) {
    const byte = bytes[at]
    if (byte === CR) return bytes[at + 1] === LF ? at : -1
    if (byte === undefined || byte === 127 || (byte < SPACE && byte !== TAB)) return -1
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB
}
