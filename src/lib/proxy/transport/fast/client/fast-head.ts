import type { IncomingHttpHeaders } from 'node:http'

/** The head of a request in the usual plain form. */
export interface FastHead {
  readonly method: 'POST' | 'GET'
  readonly url: string
  /** Flat `[name, value, ...]`, as received. The length in it belongs to the request it was parsed from. */
  readonly rawHeaders: readonly string[]
  /** By lower-case name; every name occurs once in the head. */
  readonly headers: IncomingHttpHeaders
  /** Position of the content length's digits in the head; both 0: there is none. */
  readonly lengthStart: number
  readonly lengthEnd: number
}

/** Larger heads go to Node, which has a limit and an answer for them. */
export const MOST_HEAD_BYTES = 8 << 10
/** The most digits that a number holds exactly. */
const MOST_LENGTH_DIGITS = 15

/** Headers that ask for something that only Node's server does. */
const special: ReadonlySet<string> = new Set([
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const LATIN_LINE = /^[\t\x20-\x7e]*$/
const REQUEST_LINE = /^(POST|GET) (\/[\x21\x22\x24-\x7e]*) HTTP\/1\.1$/

/**
 * Parses a head, given as Latin-1 up to the empty line and without it. Returns null for anything ambiguous or
 * merely unusual. Such a head is not refused here but goes to Node's parser, which has seen every client
 * there is. A plain head means the same to every parser. The same URL as `knownUrl` is that string object, which
 * makes later comparisons cheap.
 */
export function parseFastHead(text: string, knownUrl?: string): FastHead | null {
  const lines = text.split('\r\n')
  const start = REQUEST_LINE.exec(lines[0]!)
  if (start === null) return null
  const rawHeaders: string[] = []
  const headers = Object.create(null) as IncomingHttpHeaders
  let at = lines[0]!.length + 2
  let lengthStart = 0
  let lengthEnd = 0
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    if (colon < 1 || !TOKEN.test(name) || !LATIN_LINE.test(line)) return null
    const value = line.slice(colon + 1).trim()
    const known = name.toLowerCase()
    if (special.has(known) || known in headers) return null
    if (known === 'connection' && value.toLowerCase() !== 'keep-alive') return null
    if (known === 'content-length') {
      lengthStart = at + line.indexOf(value, colon + 1)
      lengthEnd = lengthStart + value.length
      if (parseLength(value) < 0) return null
    }
    rawHeaders.push(name, value)
    headers[known] = value
    at += line.length + 2
  }
  if (headers.host === undefined) return null
  const method = start[1] as FastHead['method']
  if ((method === 'POST') !== lengthEnd > 0) return null
  const written = start[2]!
  const url = knownUrl === written ? knownUrl : written
  return { method, url, rawHeaders, headers, lengthStart, lengthEnd }
}

/** Parses a body length made of digits alone; -1: not such a number. */
export function parseLength(digits: string): number {
  return digits.length <= MOST_LENGTH_DIGITS && /^[0-9]+$/.test(digits) ? Number(digits) : -1
}
