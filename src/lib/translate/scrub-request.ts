// Removes state from a request that the service of the account refuses: thinking without a signature, and envelopes
// (`neutral/seal.ts`) that qwenctl gave the client. Calls of another service get Google's own mark for them. All other
// text stays as it is.

import type { Format } from '../provider/wire-format.ts'
import { isObject, isText } from './json-fields.ts'
import { readElements, readMembers, writeMembers } from './json/ordered-json.ts'
import { parseJson } from './json/parse-json.ts'
import { RawJson } from './json/raw-json.ts'
import { ENVELOPE, NO_SIGNATURE } from './neutral/seal.ts'
import { OWN_THOUGHT } from './responses/items.ts'

/** Marks of such state in the text of a request. */
const MARKS: Readonly<Record<Format, RegExp | null>> = {
  messages: /"signature"\s*:\s*""|"qwenctl\.1\./,
  responses: /"qwenctl\.1\.|"rs_qwenctl_/,
  chat: null,
  gemini: /"functionCall"\s*:|"qwenctl\.1\./,
}

/** Services with a Messages API that sign nothing, and want their own thinking back. */
const UNSIGNED: ReadonlySet<string> = new Set(['deepseek', 'qwen', 'qwen-oauth'])

export interface ScrubOptions {
  provider: string
  /** Sealed state goes altogether, because the account could not open it. */
  dropsAll: boolean
}

/** The request without such state; null: it has none, and stays as it is. */
export function scrubRequest(
  format: Format,
  text: string,
  { provider, dropsAll }: ScrubOptions,
): string | null {
  const mark = MARKS[format]
  if (mark === null || (!dropsAll && !mark.test(text))) return null
  const body = readMembers(new RawJson(text))
  const field = fields[format]
  const list = readElements(body?.get(field) ?? new RawJson(''))
  if (body === null || list === null) return null
  const keep = { unsigned: UNSIGNED.has(provider), sealed: !dropsAll }
  const kept = scrubList(format, list, keep)
  // Google's clients repeat their calls in each turn: mostly all have their signatures.
  if (format === 'gemini' && kept.every((content, index) => content === list[index])) return null
  body.set(field, writeList(kept))
  return writeMembers(body).text
}

const fields: Readonly<Record<Format, string>> = {
  messages: 'messages',
  responses: 'input',
  chat: 'messages',
  gemini: 'contents',
}

function scrubList(format: Format, list: readonly RawJson[], keep: Keep): RawJson[] {
  if (format === 'messages') return list.map((message) => scrubMessage(message, keep))
  if (format === 'gemini') return list.map((content) => scrubContent(content, keep))
  return list.filter((item) => !isSealedItem(parseJson(item.text), keep))
}

interface Keep {
  unsigned: boolean
  sealed: boolean
}

function isSealedItem(item: unknown, { sealed }: Keep): boolean {
  if (isEnvelope(item, 'encrypted_content') || isUnknownThought(item)) return true
  return !sealed && isObject(item) && item.type === 'reasoning' && isText(item.encrypted_content)
}

/**
 * OpenAI looks up an item of thinking without a seal by its id, and refuses an unknown one
 * (https://github.com/vercel/ai/issues/7099, 2026-11).
 */
function isUnknownThought(item: unknown): boolean {
  if (!isObject(item) || item.type !== 'reasoning' || isText(item.encrypted_content)) return false
  return isText(item.id) && item.id.startsWith(OWN_THOUGHT)
}

function scrubMessage(message: RawJson, keep: Keep): RawJson {
  const members = readMembers(message)
  const blocks = readElements(members?.get('content') ?? new RawJson(''))
  if (members === null || blocks === null) return message
  const kept = blocks.filter((block) => !isForeign(parseJson(block.text), keep))
  if (kept.length === blocks.length) return message
  // A message must say something.
  members.set('content', kept.length === 0 ? new RawJson('"..."') : writeList(kept))
  return writeMembers(members)
}

/** The first call of a content needs a signature, and no signature may be another service's. */
function scrubContent(content: RawJson, keep: Keep): RawJson {
  const members = readMembers(content)
  const parts = readElements(members?.get('parts') ?? new RawJson(''))
  if (members === null || parts === null) return content
  let needsMark = members.get('role')?.text === '"model"'
  const kept = parts.flatMap((part) => {
    const own = readMembers(part)
    if (own === null) return [part]
    const isCall = own.has('functionCall')
    const scrubbed = scrubPart(part, own, { ...keep, needsMark: isCall && needsMark })
    if (isCall) needsMark = false
    return scrubbed === null ? [] : [scrubbed]
  })
  if (kept.length === parts.length && kept.every((part, index) => part === parts[index])) return content
  members.set('parts', kept.length === 0 ? new RawJson('[{"text":"..."}]') : writeList(kept))
  return writeMembers(members)
}

/** A part without another service's signature; null: nothing of it is left. */
function scrubPart(
  part: RawJson,
  own: Map<string, RawJson>,
  { sealed, needsMark }: Keep & { needsMark: boolean },
): RawJson | null {
  const seal = own.get('thoughtSignature')?.text ?? null
  const isOwn = seal !== null && sealed && !seal.startsWith(`"${ENVELOPE}`)
  if (isOwn || (seal === null && !needsMark)) return part
  own.delete('thoughtSignature')
  if (needsMark) own.set('thoughtSignature', new RawJson(JSON.stringify(NO_SIGNATURE)))
  return own.get('thought')?.text === 'true' ? null : writeMembers(own)
}

function isForeign(block: unknown, { unsigned, sealed }: Keep): boolean {
  if (!isObject(block)) return false
  if (!sealed && (block.type === 'thinking' || block.type === 'redacted_thinking')) return true
  if (block.type === 'redacted_thinking') return isEnvelope(block, 'data')
  if (block.type !== 'thinking') return false
  return isEnvelope(block, 'signature') || (!isText(block.signature) && !unsigned)
}

function isEnvelope(value: unknown, field: string): boolean {
  const text = isObject(value) ? value[field] : null
  return isText(text) && text.startsWith(ENVELOPE)
}

function writeList(list: readonly RawJson[]): RawJson {
  return new RawJson(`[${list.map(({ text }) => text).join(',')}]`)
}
