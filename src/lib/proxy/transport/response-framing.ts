import type { UpstreamHead } from './upstream-head.ts'

/** The end of a body: after a byte count, with the last chunk, or with the connection. */
export const untilClose = -1
export const chunked = -2

export interface ResponseFraming {
  /** Body bytes, `chunked` or `untilClose`. */
  length: number
  /** The connection may carry another request after this response. */
  persistent: boolean
  /** How long the upstream promises to keep the idle connection. */
  keepAliveHintMs: number | null
}

/**
 * Reads from the headers where the message ends. Two statements that differ allow response smuggling past one
 * of two readers. They are refused, not ranked, and the reason is returned.
 */
export function readFraming(head: UpstreamHead, toHead: boolean): ResponseFraming | string {
  const raw = head.rawHeaders
  let declared = untilClose
  let isChunked = false
  let persistent = head.httpVersion === '1.1'
  let keepAliveHintMs: number | null = null
  for (let i = 0; i < raw.length; i += 2) {
    switch (framingName(raw[i]!)) {
      case 'content-length': {
        const length = parseLength(raw[i + 1]!)
        if (length < 0) return 'its content-length is not valid'
        if (declared >= 0 && declared !== length) return 'it has two content-lengths'
        declared = length
        break
      }
      case 'transfer-encoding':
        // Other codings are never requested (no TE is sent), and would reach the client undecoded.
        if (isChunked || raw[i + 1]!.toLowerCase() !== 'chunked')
          return 'its transfer-encoding is not chunked'
        isChunked = true
        break
      case 'connection':
        if (closes(raw[i + 1]!)) persistent = false
        break
      case 'keep-alive':
        keepAliveHintMs = parseHint(raw[i + 1]!)
        break
    }
  }
  if (isChunked && declared >= 0) return 'it has both a content-length and a transfer-encoding'
  const length = hasNoBody(head.status, toHead) ? 0 : isChunked ? chunked : declared
  return { length, persistent: persistent && length !== untilClose, keepAliveHintMs }
}

function hasNoBody(status: number, toHead: boolean): boolean {
  return toHead || status === 204 || status === 304 || status < 200
}

/**
 * Returns the lower-case name if it may matter here. Length decides first: most headers cost one comparison.
 */
function framingName(name: string): string {
  const length = name.length
  return length === 10 || length === 14 || length === 17 ? name.toLowerCase() : ''
}

function closes(connection: string): boolean {
  return connection !== 'keep-alive' && /(?:^|[\s,])close(?:$|[\s,])/i.test(connection)
}

/** Digits only, at most 15 of them: past that a number no longer counts bytes exactly. */
function parseLength(text: string): number {
  if (text.length === 0 || text.length > 15) return -1
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    length = length * 10 + digit
  }
  return length
}

function parseHint(text: string): number | null {
  const match = /(?:^|[\s,;])timeout\s*=\s*"?(\d{1,9})/i.exec(text)
  return match === null ? null : Number(match[1]) * 1000
}
