import { memberSpans } from './json-cursor.ts'
import { skipSpace, type Span } from './json-scan.ts'
import type { BodyFields } from './scan-body.ts'

/** Puts `text` in the place of the bytes from `start` to `end`; `start` equal to `end` inserts. */
export interface Edit extends Span {
  text: string
}

/**
 * Applies the edits, which must not overlap. Every other byte stays as it is. `room` returns the memory for
 * the new body.
 */
export function splice(
  body: Buffer,
  edits: readonly Edit[],
  room: (bytes: number) => Buffer = (bytes) => Buffer.allocUnsafe(bytes),
): Buffer {
  const inOrder = edits.toSorted((a, b) => a.start - b.start)
  let length = body.length
  for (const { start, end, text } of inOrder) length += Buffer.byteLength(text) - (end - start)
  const spliced = room(length)
  let [from, to] = [0, 0]
  for (const { start, end, text } of inOrder) {
    to += body.copy(spliced, to, from, start)
    to += spliced.write(text, to)
    from = end
  }
  body.copy(spliced, to, from)
  return spliced
}

/**
 * Returns the edits that put another model into the body. Without a model there are none: the upstream
 * refuses such a body.
 */
export function modelEdits(scan: BodyFields, model: string): Edit[] {
  const span = scan.fields.model
  return span === undefined ? [] : [{ ...span, text: JSON.stringify(model) }]
}

/**
 * Returns the smallest edits that make a streamed chat completion report its usage. There are none if the
 * client asks for it, or if the upstream will refuse the `stream_options` anyway.
 */
export function usageEdits(body: Buffer, scan: BodyFields): Edit[] {
  const options = scan.fields.stream_options
  if (options === undefined) {
    const text = `"stream_options":{"include_usage":true}${scan.isEmpty ? '' : ','}`
    return [{ start: scan.insertAt, end: scan.insertAt, text }]
  }
  if (body[options.start] === 0x6e) return [{ ...options, text: '{"include_usage":true}' }]
  if (body[options.start] !== 0x7b) return []
  const present = memberSpans(body, options, 'include_usage')
  if (present.length > 0)
    return present.filter((span) => isOff(body, span)).map((span) => ({ ...span, text: 'true' }))
  const start = options.start + 1
  return [{ start, end: start, text: `"include_usage":true${isEmptyObject(body, options) ? '' : ','}` }]
}

/**
 * Returns the body with another `model`. To change the usage option too, `splice` the edits of both at once:
 * offsets move.
 */
export function withModel(body: Buffer, scan: BodyFields, model: string): Buffer {
  return splice(body, modelEdits(scan, model))
}

/** Returns the body with the usage option; null if nothing changes. */
export function withUsageRequested(body: Buffer, scan: BodyFields): Buffer | null {
  const edits = usageEdits(body, scan)
  return edits.length === 0 ? null : splice(body, edits)
}

/** `false` or `null`. */
function isOff(body: Buffer, span: Span): boolean {
  return body[span.start] === 0x66 || body[span.start] === 0x6e
}

function isEmptyObject(body: Buffer, span: Span): boolean {
  return body[skipSpace(body, span.start + 1)] === 0x7d
}
