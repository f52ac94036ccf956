import type { IncomingHttpHeaders } from 'node:http'

/** The head of a request that is as plain as nearly all are. */
export interface FastHead {
  readonly method: 'POST' | 'GET'
  readonly url: string
  /** Flat `[name, value, ...]`, as received. The length in it is that of the request it was read from. */
  readonly rawHeaders: readonly string[]
  /** By lower-case name; each stands in the head once. */
  readonly headers: IncomingHttpHeaders
  /** Where the digits of the content length stand in the head; both 0: it has none. */
  readonly lengthStart: number
  readonly lengthEnd: number
}

/** Larger heads are for Node, which has a limit and an answer for them. */
export const MOST_HEAD_BYTES = 8 << 10
/** As many digits as a number holds exactly. */
const MOST_LENGTH_DIGITS = 15

/** Whoever sends one of these wants something that only Node's server does. */
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
const REQUEST_LINE = /^(POST|GET) (\/[\x21-\x7e]*) HTTP\/1\.1$/

/**
 * Reads a head, given as Latin-1 up to the empty line and without it. Null: there is something in it that two readers
 * could take for two different things, or that is merely unusual. It is then not refused here, but read by Node's parser,
 * which has seen every client there is: a plain head means the same to any reader.
 */
export function parseFastHead(text: string): FastHead | null {
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
  return { method, url: known(start[2]!), rawHeaders, headers, lengthStart, lengthEnd }
}

let lastUrl = ''

/** The same string for connections that ask for the same, so that nobody has to compare it letter by letter. */
function known(url: string): string {
  if (url !== lastUrl) lastUrl = url
  return lastUrl
}

/** The bytes of a body, from digits alone; -1: it is no such number. */
export function parseLength(digits: string): number {
  return digits.length <= MOST_LENGTH_DIGITS && /^[0-9]+$/.test(digits) ? Number(digits) : -1
}
