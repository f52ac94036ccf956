import { QwenctlError } from '../../../base/errors.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const value = /^[\t\x20-\x7e\x80-\xff]*$/

/** Lower-case names that the upstream client writes itself, or that would change where the message ends. */
const ownHeaders = new Set(['host', 'content-length', 'connection', 'transfer-encoding'])

/** Headers as lines of a head. None of them can end its line and so forge another request. */
export class CheckedHeaders {
  /** Flat, as given. */
  readonly list: readonly string[]
  readonly lines: string
  /** A cache for senders that repeat the same start: see `request-head.ts`. */
  beginning: { readonly host: string; readonly path: string; readonly bytes: Buffer } | null = null

  /**
   * @param headers flat `[name, value, ...]`.
   * @throws QwenctlError `invalid_request` for an invalid name or value, and for a name that the upstream
   * client writes
   */
  constructor(headers: readonly string[]) {
    let lines = ''
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!
      const text = headers[i + 1]
      checkHeader(name, text)
      lines += `${name}: ${text}\r\n`
    }
    this.list = headers
    this.lines = lines
  }
}

// Latin-1 without control characters. Above U+00FF must be refused too: written as Latin-1, U+010A becomes a line feed.
const target = /^\/[\x21-\x7e\x80-\xff]*$/

/** @throws QwenctlError `invalid_request` where a part could end its line and so forge another one */
export function checkRequestLine(method: string, path: string): void {
  if (!token.test(method)) throw refused('the method is not a token')
  if (!target.test(path))
    throw refused('the path does not start with "/", or has blanks or control characters')
}

function checkHeader(name: string, text: string | undefined): asserts text is string {
  if (!token.test(name)) throw refused('a header name is not a token')
  if (text === undefined || !value.test(text)) throw refused(`the header "${name}" has control characters`)
  // Every name in `ownHeaders` has one of these lengths: most headers pass without a lower-case copy.
  const length = name.length
  if ((length === 4 || length === 10 || length === 14 || length === 17) && ownHeaders.has(name.toLowerCase()))
    throw refused(`the header "${name}" is written by the client itself`)
}

function refused(what: string): QwenctlError {
  return new QwenctlError('invalid_request', `the request cannot be sent upstream: ${what}`, {
    hint: 'remove that part of the request',
  })
}
