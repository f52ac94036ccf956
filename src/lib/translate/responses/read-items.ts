// Reads the items of a Responses request. Shapes: the API reference of Responses and the types of OpenAI's SDK (7.59,
// 2026-11), and Codex (https://github.com/openai/codex, codex-rs/protocol/src/models.rs, 2026-11).

import { QwenctlError } from '../../base/errors.ts'
import {
  isGiven,
  isObject,
  isText,
  listOrNone,
  objectAt,
  quoteValue,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import { imagePart, isVideo, parseDataUrl, readAudioData, readFile, videoPart } from '../neutral/media.ts'
import type { Part, Turn } from '../neutral/request.ts'
import { readSeal } from '../neutral/seal.ts'
import { readHosted } from './read-hosted.ts'
import { joinName, listToolNames, SEARCH } from './tool-groups.ts'

const KEPT = 'it is kept at OpenAI, where this account cannot read it'

export const messageRules: FieldRules = {
  type: 'taken',
  role: 'taken',
  content: 'taken',
  id: 'dropped',
  status: 'dropped',
  phase: 'dropped',
}
export const callRules: FieldRules = {
  type: 'taken',
  call_id: 'taken',
  name: 'taken',
  namespace: 'taken',
  arguments: 'taken',
  input: 'taken',
  id: 'dropped',
  status: 'dropped',
}
export const outputRules: FieldRules = {
  type: 'taken',
  call_id: 'taken',
  output: 'taken',
  id: 'dropped',
  status: 'dropped',
}
export const reasoningRules: FieldRules = {
  type: 'taken',
  summary: 'taken',
  content: 'taken',
  encrypted_content: 'taken',
  id: 'dropped',
  status: 'dropped',
}
const videoRules: FieldRules = { url: 'taken', fps: 'hint', detail: 'hint' }
export const partRules: FieldRules = {
  type: 'taken',
  text: 'taken',
  refusal: 'taken',
  image_url: 'taken',
  detail: { only: ['chat'] },
  filename: 'taken',
  file_data: 'taken',
  file_url: 'taken',
  input_audio: 'taken',
  video_url: 'taken',
  annotations: 'dropped',
  logprobs: 'dropped',
  prompt_cache_breakpoint: 'dropped',
  file_id: { refused: `the file: ${KEPT}` },
}

/** Items that only their own service can read. The conversation makes sense without them. */
export const leftOutItems: ReadonlySet<unknown> = new Set([
  'configuration_update',
  'ghost_snapshot',
  'image_generation_call',
  'mcp_list_tools',
])

/**
 * Items that hold the conversation so far, sealed: without them, the model would answer another one
 * (https://platform.openai.com/docs/guides/conversation-state#compaction, 2026-11).
 */
const compactions: ReadonlySet<unknown> = new Set(['compaction', 'compaction_summary', 'context_compaction'])

/** Reads `instructions` and `input` as turns. */
export function readItems(body: Json, check: FieldCheck): Turn[] {
  const turns: Turn[] = []
  const { instructions, input } = body
  if (isText(instructions))
    turns.push({ role: 'system', at: 'instructions', parts: [textPart(instructions, 'instructions')] })
  else if (isGiven(instructions) && instructions !== '') readList(instructions, 'instructions', check, turns)
  if (typeof input === 'string') turns.push({ role: 'user', at: 'input', parts: [textPart(input, 'input')] })
  else readList(input, 'input', check, turns)
  return turns
}

function readList(items: unknown, at: string, check: FieldCheck, turns: Turn[]): void {
  listOrNone(items, at).forEach((value, index) => {
    const field = `${at}[${index}]`
    const turn = readItem(objectAt(value, field), field, check)
    if (turn === null) return
    const last = turns.at(-1)
    // Items of one turn stand alone here, and belong together in the other formats.
    const isJoined = last?.role === 'assistant' && turn.role === 'assistant'
    if (isJoined || (isResults(last) && isResults(turn))) last!.parts.push(...turn.parts)
    else turns.push(turn)
  })
}

function isResults(turn: Turn | undefined): boolean {
  return turn?.role === 'user' && turn.parts.every(({ kind }) => kind === 'result')
}

function readItem(item: Json, at: string, check: FieldCheck): Turn | null {
  const type: unknown = item.type ?? (isGiven(item.role) ? 'message' : undefined)
  switch (type) {
    case 'message':
      return readMessage(item, at, check)
    case 'reasoning':
      check.check(item, reasoningRules, at)
      return { role: 'assistant', at, parts: readReasoning(item, at) }
    case 'function_call':
    case 'custom_tool_call':
      check.check(item, callRules, at)
      return { role: 'assistant', at, parts: [readCall(item, at)] }
    case 'function_call_output':
    case 'custom_tool_call_output':
      check.check(item, outputRules, at)
      return { role: 'user', at, parts: [readOutput(item, at, check)] }
    case 'tool_search_call':
      return { role: 'assistant', at, parts: [readSearch(item, at)] }
    case 'tool_search_output':
      return { role: 'user', at, parts: [readFound(item, at)] }
    case 'additional_tools':
      return null // offered with the tools of the request
    case 'item_reference':
      return refuseReference(at)
    case 'compaction_trigger':
      return refuse(at, 'only OpenAI answers with a compaction')
    default:
      return isText(type) ? readOther(item, type, at, check) : refuse(`${at}.type`, 'it is missing')
  }
}

function readOther(item: Json, type: string, at: string, check: FieldCheck): Turn | null {
  if (compactions.has(type)) return readCompaction(item, at)
  const hosted = readHosted(item, type, at, check)
  if (hosted !== undefined) return hosted
  if (leftOutItems.has(type)) check.leaveOut(`input.${type}`)
  else check.meetUnknown(`input.${type}`)
  return null
}

function readCompaction({ encrypted_content: sealed }: Json, at: string): null {
  return isText(sealed) ? refuse(at, 'only the service that made it can read the conversation in it') : null
}

/** Vercel's SDK refers to items unless the request says that nothing is stored. */
function refuseReference(at: string): never {
  throw new QwenctlError('invalid_request', `"${at}" cannot be translated: the item: ${KEPT}`, {
    hint: 'set "store" to false, so that the client sends the items themselves',
    details: { field: at },
  })
}

function readMessage(item: Json, at: string, check: FieldCheck): Turn {
  check.check(item, messageRules, at)
  const role = item.role === 'developer' ? 'system' : item.role
  if (role !== 'system' && role !== 'user' && role !== 'assistant')
    refuse(`${at}.role`, 'it is none of user, assistant, system, developer')
  return { role, at, parts: readParts(item.content, `${at}.content`, check) }
}

function readParts(content: unknown, at: string, check: FieldCheck): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [textPart(content, at)]
  return listOrNone(content, at).map((value, index) => {
    const field = `${at}[${index}]`
    const part = objectAt(value, field)
    check.check(part, partRules, field)
    return readPart(part, field, check)
  })
}

function readPart(part: Json, at: string, check: FieldCheck): Part {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'summary_text':
    case 'reasoning_text':
      return textPart(textAt(part.text, `${at}.text`), at)
    case 'refusal':
      return { kind: 'refusal', text: textAt(part.refusal, `${at}.refusal`), at }
    case 'input_image':
      return readImage(part, at)
    case 'input_file':
      return readInputFile(part, at)
    case 'input_video':
      return readVideo(part.video_url, `${at}.video_url`, check)
    case 'input_audio': {
      const audio = objectAt(part.input_audio, `${at}.input_audio`)
      return { kind: 'audio', data: readAudioData(String(audio.data), at), format: String(audio.format), at }
    }
    default:
      return refuse(`${at}.type`, `no other format has a part ${quoteValue(part.type)}`)
  }
}

function readImage(part: Json, at: string): Part {
  const url = textAt(part.image_url, `${at}.image_url`)
  const source = url.startsWith('data:')
    ? parseDataUrl(url, `${at}.image_url`)
    : ({ type: 'url', url } as const)
  return imagePart(source, isText(part.detail) ? part.detail : null, at)
}

/** Services beside OpenAI take videos in Responses: https://www.volcengine.com/docs/82379 (2026-11). */
function readVideo(value: unknown, at: string, check: FieldCheck): Part {
  if (!isObject(value)) return videoPart(textAt(value, at), at)
  check.check(value, videoRules, at)
  return videoPart(textAt(value.url, at), at)
}

function readInputFile(part: Json, at: string): Part {
  const title = isText(part.filename) ? part.filename : null
  if (isText(part.file_url))
    return { kind: 'document', source: { type: 'url', url: part.file_url }, title, context: null, at }
  const source = readFile(textAt(part.file_data, `${at}.file_data`), `${at}.file_data`)
  return isVideo(source)
    ? { kind: 'video', source, at }
    : { kind: 'document', source, title, context: null, at }
}

function textPart(text: string, at: string): Part {
  return { kind: 'text', text, at }
}

/** Plain thinking is in the summary, or in the content of services that show all of it. */
function readReasoning(item: Json, at: string): Part[] {
  const texts = [item.summary, item.content].map((parts) =>
    Array.isArray(parts)
      ? (parts as unknown[]).map((part) => (isObject(part) && isText(part.text) ? part.text : ''))
      : [],
  )
  const [summary = [], content = []] = texts
  const text = (content.length > 0 ? content : summary).join('\n\n')
  const sealed = isText(item.encrypted_content) ? readSeal(item.encrypted_content, 'openai', 'data') : null
  const plain: Part[] = text === '' ? [] : [{ kind: 'thinking', text, seal: null, at }]
  if (sealed === null) return plain
  if (sealed.kind === 'signature') return [{ kind: 'thinking', text, seal: sealed, at }]
  return [...plain, { kind: 'sealed', seal: sealed, at }]
}

function readCall(item: Json, at: string): Part {
  const isCustom = item.type === 'custom_tool_call'
  const name = textAt(item.name, `${at}.name`)
  const given = isCustom ? item.input : item.arguments
  return {
    kind: 'call',
    id: textAt(item.call_id, `${at}.call_id`),
    name: isText(item.namespace) ? joinName(item.namespace, name) : name,
    input: typeof given === 'string' ? given : isGiven(given) ? writeJson(given) : '',
    isCustom,
    seal: null,
    at,
  }
}

/** A search of Codex for tools, which it runs itself. */
function readSearch(item: Json, at: string): Part {
  const { call_id: id, arguments: given } = item
  const input = isGiven(given) ? writeJson(given) : '{}'
  return { kind: 'call', id: isText(id) ? id : '', name: SEARCH, input, isCustom: false, seal: null, at }
}

/** The found tools are offered with the request, so their names are enough here. */
function readFound({ call_id: id, tools }: Json, at: string): Part {
  const names = listOrNone(tools, `${at}.tools`).flatMap((tool) => listToolNames(tool))
  const text =
    names.length === 0 ? 'No tools were found.' : `These tools are available now: ${names.join(', ')}`
  const parts: Part[] = [textPart(text, at)]
  return { kind: 'result', id: isText(id) ? id : '', name: SEARCH, parts, isError: false, at }
}

function readOutput(item: Json, at: string, check: FieldCheck): Part {
  const { output } = item
  const field = `${at}.output`
  return {
    kind: 'result',
    id: textAt(item.call_id, `${at}.call_id`),
    name: null,
    parts:
      Array.isArray(output) || typeof output === 'string'
        ? readParts(output, field, check)
        : readAny(output, field),
    isError: false,
    at,
  }
}

/** An output that is an object is given as its text. */
function readAny(output: unknown, at: string): Part[] {
  return isGiven(output) ? [textPart(writeJson(output), at)] : []
}
