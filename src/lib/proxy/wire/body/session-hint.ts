import type { HeaderLookup } from '../../../provider/provider.ts'
import type { ConversationHint } from '../../../rotation/conversation.ts'
import { elementSpans, memberSpans } from './json-cursor.ts'
import type { Span } from './json-scan.ts'
import { skipMessages } from './opening-messages.ts'
import { readString, type BodyFields } from './scan-body.ts'

/** Headers in which clients name the conversation, the most reliable first. */
const sessionHeaders = [
  'x-claude-code-session-id',
  'x-qwen-code-session-id',
  'session_id',
  'x-session-id',
] as const

const PARTS_PER_MESSAGE = 4
const MAX_TEXTS = 8
/** From each text, at most this many bytes at its beginning, middle and end: 8 texts make 1.5 KiB at most. */
const SAMPLE_BYTES = 64

/** Returns the conversation from a header, which is more reliable than the body; null: no header names it. */
export function readSessionHeader(header: HeaderLookup): string | null {
  for (const name of sessionHeaders) {
    const value = header(name)
    if (value) return value
  }
  return null
}

/**
 * Returns the conversation of a request. `named`: the name in its headers, which is more reliable than any in
 * its body. The hint is for affinity alone: clients choose it, so it must never authorise anything.
 */
export function conversationHint(body: Buffer, scan: BodyFields, named: string | null): ConversationHint {
  const name = named ?? nameInBody(body, scan)
  const isContinued = isAnswered(body, scan)
  return { session: name ?? openingHint(body, scan), isNamed: name !== null, isContinued }
}

function nameInBody(body: Buffer, { fields }: BodyFields): string | null {
  return (
    nonEmpty(readString(body, fields.prompt_cache_key)) ??
    nonEmpty(readString(body, fields.session_id)) ??
    nonEmpty(readString(body, fields.user)) ??
    nonEmpty(readString(body, fields.metadata && memberSpans(body, fields.metadata, 'user_id')[0]))
  )
}

function nonEmpty(value: string | null): string | null {
  return value === '' ? null : value
}

/**
 * Marks that only a model's output contains. Inside a text the quotes would be escaped, so these are JSON
 * keys and values.
 */
const answerMarks = ['"assistant"', '"function_call"', '"reasoning"', '"custom_tool_call"'].map((mark) =>
  Buffer.from(mark),
)

/**
 * Whether the model has answered in the conversation. A native search costs less than a walk over the
 * messages.
 */
function isAnswered(body: Buffer, { fields, opening }: BodyFields): boolean {
  const said = fields.messages ?? fields.input
  if (said === undefined || body[said.start] === QUOTE) return false
  // The client's text before the first answer may be long, and has no mark.
  const from = Math.max(said.start, opening.at(-1)?.end ?? 0)
  const rest = body.subarray(fields.messages === undefined ? said.start : from, said.end)
  const marks = fields.messages === undefined ? answerMarks : answerMarks.slice(0, 1)
  return marks.some((mark) => rest.includes(mark))
}

/**
 * Returns a hash of the opening: the system prompt and the messages up to the first of the user. These stay
 * while a conversation grows. Null: nothing distinguishes the conversation from others. Only texts count.
 * Clients move `cache_control` marks, and switch between a string and a list of parts between requests. Of a
 * long text three samples and the length are hashed, separately for each text. Conversations with the same
 * long system prompt still differ by the user's first message.
 */
function openingHint(body: Buffer, scan: BodyFields): number | null {
  const { fields } = scan
  const opening = fields.messages ?? fields.input
  if (opening === undefined) return null
  const said = body[opening.start] === QUOTE ? [opening] : openingContents(body, scan)
  const shared: Span[] = []
  addTexts(body, fields.system, shared)
  addTexts(body, fields.instructions, shared)
  const own = listTexts(body, said)
  // Many conversations share a system prompt alone. Binding them all to one account would be worse than no
  // hint.
  if (own.length === 0) return null
  return hashTexts(body, shared.length === 0 ? own : shared.concat(own))
}

/** The scan has already collected those of `messages`. */
function openingContents(body: Buffer, { fields, opening }: BodyFields): Span[] {
  if (fields.messages !== undefined || fields.input === undefined) return opening
  const contents: Span[] = []
  skipMessages(body, fields.input.start, 1, contents)
  return contents
}

/** Mostly the contents are already texts, and no new list is needed. */
function listTexts(body: Buffer, contents: Span[]): Span[] {
  let arePlain = true
  for (const { start } of contents) if (body[start] !== QUOTE) arePlain = false
  if (arePlain) return contents
  const texts: Span[] = []
  for (const content of contents) addTexts(body, content, texts)
  return texts
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

// Claude Code begins its system prompt with a block of numbers that change with each request.
const attribution = Buffer.from('"x-anthropic-billing-header:')

function changesPerRequest(body: Buffer, text: Span): boolean {
  return body.subarray(text.start, text.start + attribution.length).equals(attribution)
}

// 32 bits: two conversations with the same hash merely share an account.
const SEED = 0x811c9dc5
const PRIME = 0x01000193

function hashTexts(body: Buffer, texts: readonly Span[]): number {
  let hash = SEED
  // The user's text comes last: of too many texts, the last ones are kept.
  for (let at = Math.max(0, texts.length - MAX_TEXTS); at < texts.length; at++) {
    const { start, end } = texts[at]!
    hash = mixed(hash, end - start)
    if (end - start <= 3 * SAMPLE_BYTES) {
      hash = hashBytes(body, hash, start, end)
      continue
    }
    const middle = start + Math.floor((end - start - SAMPLE_BYTES) / 2)
    hash = hashBytes(body, hash, start, start + SAMPLE_BYTES)
    hash = hashBytes(body, hash, middle, middle + SAMPLE_BYTES)
    hash = hashBytes(body, hash, end - SAMPLE_BYTES, end)
  }
  return hash
}

/** Four bytes at a time: byte by byte, each waits for a multiplication. */
function hashBytes(body: Buffer, seed: number, start: number, end: number): number {
  let hash = seed
  let at = start
  for (; at + 4 <= end; at += 4)
    hash = mixed(hash, body[at]! | (body[at + 1]! << 8) | (body[at + 2]! << 16) | (body[at + 3]! << 24))
  for (; at < end; at++) hash = mixed(hash, body[at]!)
  return hash
}

/** Mixes as FNV-1a, and folds the high bits back into the low ones, which multiplication alone never does. */
function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, PRIME)
  return product ^ (product >>> 15)
}
