// What a client gets on a stream that was kept open while its request waited.

import type { Dialect } from '../../provider/provider.ts'

export const STREAM_HEADERS = [
  ...['content-type', 'text/event-stream; charset=utf-8'],
  ...['cache-control', 'no-cache'],
  ...['x-accel-buffering', 'no'],
] as const

/** What readers of events skip: a comment, or the ping that Messages streams have anyway. */
export function signOfLife(dialect: Dialect): Buffer {
  return Buffer.from(dialect === 'anthropic' ? 'event: ping\ndata: {"type": "ping"}\n\n' : ': waiting\n\n')
}

/** An answer that would have had a status of its own, as the last event of a stream. Clients throw at one that is an error. */
export function bodyAsEvent(dialect: Dialect, status: number, body: Buffer): Buffer {
  const data = `data: ${onOneLine(body.toString('utf8'))}\n\n`
  return Buffer.from(status >= 400 && dialect === 'anthropic' ? `event: error\n${data}` : data)
}

function onOneLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return JSON.stringify({ error: { message: text, type: 'upstream_error', param: null, code: null } })
  }
}
