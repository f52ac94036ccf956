import { QwenctlError } from '../../base/errors.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const value = /^[\t\x20-\x7e\x80-\xff]*$/

/** Lower-case names that the upstream client writes itself, or that would change where the message ends. */
const ownHeaders = new Set(['host', 'content-length', 'connection', 'transfer-encoding'])

/** Headers as lines of a head. None of them can end its line and so forge another request. */
export class CheckedHeaders {
  readonly lines: string
  /** A cache for senders that repeat the same start: see `request-head.ts`. */
  beginning: {
    readonly host: string
    readonly path: string
    readonly more: unknown
    readonly bytes: Buffer
  } | null = null

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
    this.lines = lines
  }
}

function checkHeader(name: string, text: string | undefined): asserts text is string {
  if (!token.test(name)) throw refused('a header name is not a token')
  if (text === undefined || !value.test(text)) throw refused(`the header "${name}" has control characters`)
  // Every name in `ownHeaders` has one of these lengths: most headers pass without a lower-case copy.
  const length = name.length
  if ((length === 4 || length === 10 || length === 14 || length === 17) && ownHeaders.has(name.toLowerCase()))
    throw refused(`the header "${name}" is written by the client itself`)
}

export function refused(what: string): QwenctlError {
  return new QwenctlError('invalid_request', `the request cannot be sent upstream: ${what}`, {
    hint: 'remove that part of the request',
  })
}
