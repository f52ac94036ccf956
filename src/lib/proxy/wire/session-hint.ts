import type { HeaderLookup } from '../../provider/provider.ts'
import { elementSpans, isAt, memberSpans, skipArray, skipObject, type Span } from './json-scan.ts'
import { readString, type BodyFields } from './scan-body.ts'

/** Headers in which clients name the conversation themselves, the surest first. */
const sessionHeaders = [
  'x-claude-code-session-id',
  'x-qwen-code-session-id',
  'session_id',
  'x-session-id',
] as const

/** How far the opening of a conversation is searched for the first words of its user. */
const OPENING_MESSAGES = 8
const PARTS_PER_MESSAGE = 4
const MAX_TEXTS = 8
/** From each text, at most this many bytes at its beginning, middle and end: 8 texts make 1.5 KiB at most. */
const SAMPLE_BYTES = 64

/** The conversation as a header names it, which is surer than what a body tells; null: none does. */
export function sessionHeaderOf(header: HeaderLookup): string | null {
  for (const name of sessionHeaders) {
    const value = header(name)
    if (value) return value
  }
  return null
}

/**
 * Which conversation a body belongs to: equal for the turns of one, different (nearly always) for others; null when
 * nothing tells. It is for affinity alone: clients choose it, so that it must never authorise anything.
 *
 * Without a name from the client it is a hash of the opening: the system prompt and the messages up to the first of the
 * user, which stay while a conversation grows. Only their texts count, since clients move `cache_control` marks and
 * change between a string and a list of parts from one turn to the next. Of a long text three samples and the length are
 * hashed, of each text for itself: conversations that share a long system prompt still differ by what the user said first.
 * `continued`: the opening counts only once the model has answered, so that the same question asked twice is two
 * conversations.
 */
export function sessionHint(
  body: Buffer,
  scan: BodyFields,
  opening: 'always' | 'continued' = 'always',
): string | null {
  const { fields } = scan
  return (
    nonEmpty(readString(body, fields.prompt_cache_key)) ??
    nonEmpty(readString(body, fields.session_id)) ??
    nonEmpty(readString(body, fields.user)) ??
    nonEmpty(readString(body, fields.metadata && memberSpans(body, fields.metadata, 'user_id')[0])) ??
    (opening === 'always' || isContinued(body, scan) ? openingHint(body, scan) : null)
  )
}

function nonEmpty(value: string | null): string | null {
  return value === '' ? null : value
}

function isContinued(body: Buffer, { fields }: BodyFields): boolean {
  const opening = fields.messages ?? fields.input
  if (opening === undefined) return false
  const isAnswer = (message: Span) => readString(body, memberSpans(body, message, 'role')[0]) === 'assistant'
  return elementSpans(body, opening, OPENING_MESSAGES).some(isAnswer)
}

function openingHint(body: Buffer, { fields }: BodyFields): string | null {
  const opening = fields.messages ?? fields.input
  if (opening === undefined) return null
  const texts: Span[] = []
  addTexts(body, fields.system, texts)
  addTexts(body, fields.instructions, texts)
  const before = texts.length
  if (body[opening.start] === QUOTE) texts.push(opening)
  else addOpeningMessages(body, opening, texts)
  // A system prompt alone is what many conversations share: binding them all to one account would be worse than no hint.
  if (texts.length === before) return null
  return hashOf(body, texts)
}

function addOpeningMessages(body: Buffer, messages: Span, texts: Span[]): void {
  if (body[messages.start] !== OPEN_ARRAY) return
  let left = OPENING_MESSAGES
  skipArray(body, messages.start, 0, (start) => {
    left--
    return !addMessage(body, start, texts) && left > 0
  })
}

/** Adds a message's texts; true when it is the user's. Its two keys are found in one walk: this runs on every request. */
function addMessage(body: Buffer, start: number, texts: Span[]): boolean {
  if (body[start] !== OPEN_OBJECT) return false
  let content: Span | undefined
  let isUser = false
  skipObject(body, start, 0, (keyStart, keyEnd, valueStart, valueEnd) => {
    const length = keyEnd - keyStart
    if (length === CONTENT.length && isAt(body, keyStart, CONTENT))
      content = { start: valueStart, end: valueEnd }
    else if (length === ROLE.length && isAt(body, keyStart, ROLE)) isUser = isAt(body, valueStart, USER)
  })
  addTexts(body, content, texts)
  return isUser
}

/** The texts of a message's content: a string, or a list of parts with a `text` each. */
function addTexts(body: Buffer, content: Span | undefined, texts: Span[]): void {
  if (content === undefined) return
  if (body[content.start] === QUOTE) {
    texts.push(content)
    return
  }
  for (const part of elementSpans(body, content, PARTS_PER_MESSAGE)) {
    const text = memberSpans(body, part, 'text')[0]
    if (text !== undefined && !changesPerRequest(body, text)) texts.push(text)
  }
}

const QUOTE = 0x22
const OPEN_ARRAY = 0x5b
const OPEN_OBJECT = 0x7b
const CONTENT = Buffer.from('content')
const ROLE = Buffer.from('role')
const USER = Buffer.from('"user"')

// Claude Code opens its system prompt with a block whose numbers differ from request to request.
const attribution = Buffer.from('"x-anthropic-billing-header:')

function changesPerRequest(body: Buffer, text: Span): boolean {
  return body.subarray(text.start, text.start + attribution.length).equals(attribution)
}

// FNV-1a, 32 bits: two conversations that happen to meet merely share an account.
const OFFSET_BASIS = 0x811c9dc5
const PRIME = 0x01000193

function hashOf(body: Buffer, texts: readonly Span[]): string {
  let hash = OFFSET_BASIS
  // The user's words come last: where there are too many texts, the last ones are kept.
  for (const { start, end } of texts.slice(-MAX_TEXTS)) {
    hash = Math.imul(hash ^ (end - start), PRIME)
    if (end - start <= 3 * SAMPLE_BYTES) {
      hash = hashBytes(body, hash, { start, end })
      continue
    }
    const middle = start + Math.floor((end - start - SAMPLE_BYTES) / 2)
    for (const from of [start, middle, end - SAMPLE_BYTES]) {
      hash = hashBytes(body, hash, { start: from, end: from + SAMPLE_BYTES })
    }
  }
  return `opening-${(hash >>> 0).toString(16)}`
}

function hashBytes(body: Buffer, seed: number, { start, end }: Span): number {
  let hash = seed
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (body[at] ?? 0), PRIME)
  return hash
}
