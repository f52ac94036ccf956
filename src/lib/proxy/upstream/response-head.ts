/** The head of a response. Names and values are Latin-1, byte for byte as received but for blanks around a value. */
export class UpstreamHead {
  readonly status: number
  readonly statusText: string
  readonly httpVersion: '1.0' | '1.1'
  /** Flat `[name, value, ...]`, names as received, in order. */
  readonly rawHeaders: string[]

  constructor(status: number, statusText: string, httpVersion: '1.0' | '1.1', rawHeaders: string[]) {
    this.status = status
    this.statusText = statusText
    this.httpVersion = httpVersion
    this.rawHeaders = rawHeaders
  }

  /** The value of a header by its lower-case name; repeated ones joined by `, `. Few are asked for: no table is made. */
  get(name: string): string | undefined {
    const { rawHeaders } = this
    let found: string | undefined
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const written = rawHeaders[i]!
      if (written.length !== name.length || (written !== name && written.toLowerCase() !== name)) continue
      found = found === undefined ? rawHeaders[i + 1]! : `${found}, ${rawHeaders[i + 1]!}`
    }
    return found
  }
}

export const maxHeaderLines = 256

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const COLON = 58

const isTokenByte = new Uint8Array(256)
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  isTokenByte[char.charCodeAt(0)] = 1

/**
 * Parses a head, given as Latin-1 and ending with the CRLF of its last line (without the empty line).
 * Strict where leniency is how responses get smuggled: lines end with CRLF only, no folded lines, no blank before
 * a colon, no control characters. Returns the reason where it refuses.
 */
export function parseHead(text: string): UpstreamHead | string {
  if (!text.startsWith('HTTP/1.')) return 'it is not an HTTP/1 response'
  const minor = text.charCodeAt(7) - 48
  const status = threeDigits(text)
  const afterStatus = text.charCodeAt(12)
  if ((minor !== 0 && minor !== 1) || text.charCodeAt(8) !== SPACE || status < 100)
    return 'its status line is not valid'
  // The reason may be missing, and its blank with it.
  if (afterStatus !== SPACE && afterStatus !== CR) return 'its status line is not valid'
  const reasonAt = afterStatus === SPACE ? 13 : 12
  const reasonEnd = lineEnd(text, reasonAt)
  if (reasonEnd < 0) return 'its status line is not valid'
  const rawHeaders: string[] = []
  const trouble = parseFields(text, reasonEnd + 2, rawHeaders)
  if (trouble !== null) return trouble
  return new UpstreamHead(status, text.slice(reasonAt, reasonEnd), minor === 1 ? '1.1' : '1.0', rawHeaders)
}

function threeDigits(text: string): number {
  let number = 0
  for (let at = 9; at < 12; at++) {
    const digit = text.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

function parseFields(text: string, start: number, into: string[]): string | null {
  let at = start
  while (at < text.length) {
    if (into.length === maxHeaderLines * 2) return `it has more than ${maxHeaderLines} header lines`
    const colon = nameEnd(text, at)
    if (colon < 0) return 'a header name in it is not valid'
    const end = lineEnd(text, colon + 1)
    if (end < 0) return 'a header value in it is not valid'
    into.push(text.slice(at, colon), trimmed(text, colon + 1, end))
    at = end + 2
  }
  return null
}

function nameEnd(text: string, start: number): number {
  let at = start
  while (isTokenByte[text.charCodeAt(at)] === 1) at++
  return at > start && text.charCodeAt(at) === COLON ? at : -1
}

/** Where the line's CRLF is, or -1. The text ends with one, so the loop does. */
function lineEnd(text: string, start: number): number {
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at)
    if (code === CR) return text.charCodeAt(at + 1) === LF ? at : -1
    if (code === 127 || (code < SPACE && code !== TAB)) return -1
  }
}

function trimmed(text: string, start: number, end: number): string {
  let from = start
  let to = end
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}
