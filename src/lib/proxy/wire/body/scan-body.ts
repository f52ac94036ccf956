import { Members, writtenWithEscapes } from './json-cursor.ts'
import { TOO_DEEP, isAt, skipSpace, type Span } from './json-scan.ts'
import { skipMessages } from './opening-messages.ts'

/** The top-level members of a request that the proxy reads, in any dialect. */
export const bodyKeys = [
  'model',
  'stream',
  'stream_options',
  'user',
  'prompt_cache_key',
  'session_id',
  'previous_response_id',
  'conversation',
  'metadata',
  'system',
  'instructions',
  'messages',
  'input',
] as const
export type BodyKey = (typeof bodyKeys)[number]

export interface BodyFields {
  ok: true
  /** The span of each key's value; undefined: the body does not have the key. */
  fields: Record<BodyKey, Span | undefined>
  /** The content spans of the first `messages`, up to the user's. They identify the conversation. */
  opening: Span[]
  /** Insertion point of a member: the offset after the opening brace. */
  insertAt: number
  isEmpty: boolean
}

/** `duplicate`: a key that the proxy reads occurs twice, and the upstream might use the other value. */
export interface BodyRefusal {
  ok: false
  reason: 'not-an-object' | 'malformed' | 'too-deep' | 'duplicate'
}

export type BodyScan = BodyFields | BodyRefusal

// Length alone distinguishes most keys of a body.
const keysByLength: { key: BodyKey; bytes: Buffer }[][] = []
for (const key of bodyKeys) (keysByLength[key.length] ??= []).push({ key, bytes: Buffer.from(key) })

/**
 * Finds the members that the proxy needs in a JSON request body, without parsing the rest. Never throws.
 * Spans are byte offsets into `body`. The structure of the whole body is checked, so that only a single JSON
 * object is forwarded.
 */
export function scanBody(body: Buffer): BodyScan {
  const open = skipSpace(body, startsWithByteOrderMark(body) ? 3 : 0)
  if (body[open] !== 0x7b) return { ok: false, reason: 'not-an-object' }
  const fields = noFields()
  const opening: Span[] = []
  const members = new Members(body, open)
  let isEmpty = true
  let isDuplicate = false
  while (members.nextKey()) {
    isEmpty = false
    const { start } = members
    const key = bodyKeyAt(body, members.keyStart, members.keyEnd)
    if (key === 'messages') members.end = skipMessages(body, start, 1, opening)
    else members.skip()
    if (key === null) continue
    if (fields[key] !== undefined) isDuplicate = true
    fields[key] = { start, end: members.end }
  }
  if (members.end === TOO_DEEP) return { ok: false, reason: 'too-deep' }
  if (members.end < 0 || skipSpace(body, members.end) !== body.length)
    return { ok: false, reason: 'malformed' }
  if (isDuplicate) return { ok: false, reason: 'duplicate' }
  return { ok: true, fields, opening, insertAt: open + 1, isEmpty }
}

/** Contains all keys, so that every request has the same shape. V8 looks up other shapes by hash. */
function noFields(): BodyFields['fields'] {
  return {
    model: undefined,
    stream: undefined,
    stream_options: undefined,
    user: undefined,
    prompt_cache_key: undefined,
    session_id: undefined,
    previous_response_id: undefined,
    conversation: undefined,
    metadata: undefined,
    system: undefined,
    instructions: undefined,
    messages: undefined,
    input: undefined,
  }
}

function bodyKeyAt(body: Buffer, start: number, end: number): BodyKey | null {
  const alike = keysByLength[end - start]
  if (alike !== undefined) for (const { key, bytes } of alike) if (isAt(body, start, bytes)) return key
  if (end - start === MODEL.length && isModelInAnyCase(body, start)) return 'model'
  const written = writtenWithEscapes(body, start, end)
  return written !== null && bodyKeys.includes(written as BodyKey) ? (written as BodyKey) : null
}

const MODEL = Buffer.from('model')

// Go's decoder ignores the case of keys. With `Model` beside `model`, such an upstream could read a value
// that the proxy never saw.
function isModelInAnyCase(body: Buffer, start: number): boolean {
  for (let index = 0; index < MODEL.length; index++) {
    if (((body[start + index] ?? 0) | 0x20) !== MODEL[index]) return false
  }
  return true
}

function startsWithByteOrderMark(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

/** Names and identifiers are short. A longer value is a text in the wrong place. */
const MAX_STRING_BYTES = 4096

/**
 * Reads the string at `span`. Null: there is none, it has another type, it is over 4 KiB, or it is not valid
 * JSON.
 */
export function readString(body: Buffer, span: Span | undefined): string | null {
  if (span === undefined || body[span.start] !== 0x22 || span.end - span.start > MAX_STRING_BYTES) return null
  try {
    return JSON.parse(body.toString('utf8', span.start, span.end)) as string
  } catch {
    return null // a bad escape or a bare control character: the upstream will refuse it too
  }
}

/** Reads the boolean at `span`; null: there is none, or it has another type. */
export function readBoolean(body: Buffer, span: Span | undefined): boolean | null {
  // The scan has checked the literal: its first byte decides.
  if (span === undefined) return null
  const first = body[span.start]
  if (first === 0x74) return true
  return first === 0x66 ? false : null
}
