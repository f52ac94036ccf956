// The bytes that a client gets on a stream kept open while its request waited.

import type { ErrorShape, WireError } from '../wire-errors.ts'
import { errorFrame } from '../wire-errors.ts'

export const STREAM_HEADERS = [
  ...['content-type', 'text/event-stream; charset=utf-8'],
  ...['cache-control', 'no-cache'],
  ...['x-accel-buffering', 'no'],
] as const

/** Bytes that event readers ignore: a comment, the ping that Messages streams have anyway, or a blank for Gemini CLI. */
export function signOfLife(shape: ErrorShape): Buffer {
  if (shape === 'gemini') return Buffer.from('\n')
  return Buffer.from(shape === 'messages' ? 'event: ping\ndata: {"type": "ping"}\n\n' : ': waiting\n\n')
}

/** Turns an answer with its own status into the last event of a stream. Clients throw at an error event. */
export function bodyAsEvent(shape: ErrorShape, status: number, body: Buffer): Buffer {
  const text = onOneLine(body.toString('utf8'))
  if (status >= 400 && shape === 'responses') return errorFrame(shape, errorIn(text, status))
  const data = `data: ${text}\n\n`
  return Buffer.from(status >= 400 && shape === 'messages' ? `event: error\n${data}` : data)
}

function errorIn(text: string, status: number): WireError {
  const { error } = JSON.parse(text) as { error?: { message?: unknown; type?: unknown; code?: unknown } }
  const readText = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
  const type = readText(error?.type) ?? 'server_error'
  const message = readText(error?.message) ?? text.slice(0, 300)
  return { status, type, message, code: readText(error?.code) ?? type, requestId: '' }
}

function onOneLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return JSON.stringify({ error: { message: text, type: 'upstream_error', param: null, code: null } })
  }
}
