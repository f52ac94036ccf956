import type { Span } from './json-scan.ts'

/** The form fields that the proxy reads. Files and everything else pass unread. */
export const formKeys = ['model', 'stream', 'user'] as const
export type FormKey = (typeof formKeys)[number]

/** The span of each field's value in the body. */
export type FormFields = Partial<Record<FormKey, Span>>

/** `duplicate`: a field that the proxy reads occurs twice, and the upstream might use the other one. */
export type FormScan =
  { ok: true; fields: FormFields } | { ok: false; reason: 'no-boundary' | 'malformed' | 'duplicate' }

const MOST_PARTS = 256
const MOST_PART_HEAD_BYTES = 8 << 10
const HEAD_END = Buffer.from('\r\n\r\n')

export function isForm(contentType: string | undefined): boolean {
  return contentType !== undefined && /^multipart\/form-data\b/i.test(contentType)
}

/**
 * Finds the fields that the proxy needs in a `multipart/form-data` body (RFC 7578). Native searches go from
 * one delimiter to the next, so that a large file costs one pass. Never throws.
 */
export function scanForm(body: Buffer, contentType: string): FormScan {
  const boundary = readBoundary(contentType)
  if (boundary === null) return { ok: false, reason: 'no-boundary' }
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  const fields: FormFields = {}
  // The first delimiter may have no line before it.
  let at = body.indexOf(delimiter.subarray(2))
  if (at !== 0 && body.subarray(at - 2, at).toString('latin1') !== '\r\n')
    return { ok: false, reason: 'malformed' }
  at += delimiter.length - 2
  for (let parts = 0; parts <= MOST_PARTS; parts += 1) {
    if (body[at] === 0x2d && body[at + 1] === 0x2d) return { ok: true, fields }
    const headEnd = body.indexOf(HEAD_END, at)
    const end = headEnd < 0 ? -1 : body.indexOf(delimiter, headEnd + 2)
    if (end < 0 || headEnd - at > MOST_PART_HEAD_BYTES) break
    const key = readKey(body.toString('utf8', at, headEnd))
    if (key !== null) {
      if (fields[key] !== undefined) return { ok: false, reason: 'duplicate' }
      fields[key] = { start: Math.min(headEnd + HEAD_END.length, end), end }
    }
    at = end + delimiter.length
  }
  return { ok: false, reason: 'malformed' }
}

/** Reads the text of a field; null: there is none, or it is too long for a name. */
export function readField(body: Buffer, span: Span | undefined): string | null {
  if (span === undefined || span.end - span.start > 4096) return null
  return body.toString('utf8', span.start, span.end).trim()
}

function readBoundary(contentType: string): string | null {
  const match = /;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  return match?.[1] ?? match?.[2] ?? null
}

function readKey(head: string): FormKey | null {
  const disposition = /^content-disposition\s*:(.*)$/im.exec(head)?.[1]
  if (disposition === undefined || /;\s*filename\*?\s*=/i.test(disposition)) return null
  const match = /;\s*name\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(disposition)
  const name = match?.[1] ?? match?.[2]
  return formKeys.find((key) => key === name) ?? null
}
