// Reads the contents of a Gemini request. Shapes: https://ai.google.dev/api/caching#Content (2026-11), and the types of
// Google's SDK (3.3, 2026-11).

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
import { RawJson, writeJson } from '../json/raw-json.ts'
import { parseJson } from '../json/parse-json.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import { base64Source, isYouTube, readTextFile } from '../neutral/media.ts'
import type { Part, Source, Turn } from '../neutral/request.ts'
import { readSeal, type Seal } from '../neutral/seal.ts'
import { camelCase, camelOrNone } from './camel-case.ts'

const KEPT = 'the file is kept at Google, where this account cannot read it'

export const contentRules: FieldRules = { role: 'taken', parts: 'taken' }
export const partRules: FieldRules = {
  text: 'taken',
  thought: 'taken',
  thoughtSignature: 'taken',
  inlineData: 'taken',
  fileData: 'taken',
  functionCall: 'taken',
  functionResponse: 'taken',
  executableCode: 'taken',
  codeExecutionResult: 'taken',
  videoMetadata: 'hint',
  mediaResolution: 'hint',
  partMetadata: 'dropped',
  toolCall: 'dropped',
  toolResponse: 'dropped',
}
export const callRules: FieldRules = { id: 'taken', name: 'taken', args: 'taken', willContinue: 'dropped' }
export const responseRules: FieldRules = {
  id: 'taken',
  name: 'taken',
  response: 'taken',
  parts: 'taken',
  willContinue: 'dropped',
  scheduling: 'dropped',
}

/** Reads contents as turns. Calls without an id get one, and results find their calls by name. */
export function readContents(contents: unknown, check: FieldCheck): Turn[] {
  const ids = new NamedIds()
  return listOrNone(contents, 'contents').map((value, index) => {
    const at = `contents[${index}]`
    const content = objectAt(value, at)
    check.check(content, contentRules, at)
    const { role = 'user' } = content
    if (role !== 'user' && role !== 'model' && role !== 'function' && role !== 'tool')
      return refuse(`${at}.role`, 'it is none of user, model')
    const parts = readParts(content.parts, `${at}.parts`, { check, ids })
    return { role: role === 'model' ? 'assistant' : 'user', at, parts }
  })
}

/** Reads the system instruction: a content, or a text alone. */
export function readInstruction(value: unknown, check: FieldCheck): Turn[] {
  const at = 'systemInstruction'
  if (!isGiven(value) || value === '') return []
  if (isText(value)) return [{ role: 'system', at, parts: [{ kind: 'text', text: value, at }] }]
  const content = objectAt(value, at)
  check.check(content, contentRules, at)
  const parts = readParts(content.parts, `${at}.parts`, { check, ids: new NamedIds() })
  return parts.length === 0 ? [] : [{ role: 'system', at, parts }]
}

interface PartsContext {
  check: FieldCheck
  ids: NamedIds
}

function readParts(value: unknown, at: string, context: PartsContext): Part[] {
  const list = isObject(value) ? [value] : listOrNone(value, at)
  return list.flatMap((each, index) => {
    const field = `${at}[${index}]`
    if (typeof each === 'string') return [{ kind: 'text', text: each, at: field }]
    const part = camelCase(objectAt(each, field))
    context.check.check(part, partRules, field)
    return readPart(part, field, context)
  })
}

function readPart(part: Json, at: string, { check, ids }: PartsContext): Part[] {
  const seal = isText(part.thoughtSignature) ? readSeal(part.thoughtSignature, 'gemini', 'signature') : null
  if (isGiven(part.functionCall))
    return [readCall(part.functionCall, `${at}.functionCall`, { check, ids, seal })]
  if (isGiven(part.functionResponse))
    return [readResponse(part.functionResponse, `${at}.functionResponse`, { check, ids })]
  if (isGiven(part.inlineData)) return [readInline(part.inlineData, `${at}.inlineData`)]
  if (isGiven(part.fileData)) return [readFileData(part.fileData, `${at}.fileData`)]
  if (isObject(part.executableCode))
    return [{ kind: 'text', text: `(Ran this code: ${String(part.executableCode.code)})`, at }]
  if (isObject(part.codeExecutionResult))
    return [{ kind: 'text', text: `(Its output: ${String(part.codeExecutionResult.output)})`, at }]
  if (part.thought === true) return readThought(part, seal, at)
  if (typeof part.text === 'string') return [{ kind: 'text', text: part.text, at }]
  // The rest of the answer tells what a tool of Google found.
  const isEmpty = Object.values(part).every((value) => !isGiven(value))
  if (seal !== null || isEmpty || isGiven(part.toolCall) || isGiven(part.toolResponse)) return []
  return refuse(at, 'it has no content that another format knows')
}

function readThought({ text }: Json, seal: Seal | null, at: string): Part[] {
  if (seal?.kind === 'data') return [{ kind: 'sealed', seal, at }]
  return [{ kind: 'thinking', text: typeof text === 'string' ? text : '', seal, at }]
}

function readCall(
  value: unknown,
  at: string,
  { check, ids, seal }: PartsContext & { seal: Seal | null },
): Part {
  const call = objectAt(value, at)
  check.check(call, callRules, at)
  const name = textAt(call.name, `${at}.name`)
  return {
    kind: 'call',
    id: ids.call(name, call.id),
    name,
    input: isGiven(call.args) ? writeJson(call.args) : '{}',
    isCustom: false,
    seal,
    at,
  }
}

function readResponse(value: unknown, at: string, { check, ids }: PartsContext): Part {
  const response = objectAt(value, at)
  check.check(response, responseRules, at)
  const name = textAt(response.name, `${at}.name`)
  const { text, isError } = readResult(response.response)
  const media = listOrNone(response.parts, `${at}.parts`).map((each, index) => {
    const { inlineData, fileData } = camelOrNone(each)
    const field = `${at}.parts[${index}]`
    return isGiven(fileData)
      ? readFileData(fileData, `${field}.fileData`)
      : readInline(inlineData, `${field}.inlineData`)
  })
  return {
    kind: 'result',
    id: ids.result(name, response.id),
    name,
    parts: [...(text === '' ? [] : [{ kind: 'text', text, at } as const]), ...media],
    isError,
    at,
  }
}

/** Google's words for a result are `output` and `error`. A lone text among them is the result itself. */
function readResult(value: unknown): { text: string; isError: boolean } {
  if (!(value instanceof RawJson)) return { text: isGiven(value) ? writeJson(value) : '', isError: false }
  const said = camelOrNone(parseJson(value.text))
  const keys = Object.keys(said)
  const [only = ''] = keys
  const isAlone = keys.length === 1 && typeof said[only] === 'string'
  const isError = keys.length === 1 && only === 'error'
  const isPlain = isAlone && ['output', 'result', 'error', 'content'].includes(only)
  return { text: isPlain ? (said[only] as string) : value.text, isError }
}

function readInline(value: unknown, at: string): Part {
  const { data, mimeType } = camelCase(objectAt(value, at))
  const mediaType = textAt(mimeType, `${at}.mimeType`)
  const inline = base64Source(mediaType, textAt(data, `${at}.data`))
  const format = /^audio\/(?:x-)?(.+)$/.exec(mediaType)?.[1]
  if (format !== undefined)
    return { kind: 'audio', data: inline.data, format: format === 'mpeg' ? 'mp3' : format, at }
  const source = readTextFile(inline, at)
  if (source.type === 'text') return { kind: 'document', source, title: null, context: null, at }
  return mediaPart(source, mediaType, at)
}

function readFileData(value: unknown, at: string): Part {
  const { fileUri, mimeType } = camelCase(objectAt(value, at))
  const url = textAt(fileUri, `${at}.fileUri`)
  if (!/^https?:/.test(url) || /^https:\/\/generativelanguage\.googleapis\.com\//.test(url))
    refuse(`${at}.fileUri`, KEPT)
  return mediaPart({ type: 'url', url }, isText(mimeType) ? mimeType : 'image/*', at)
}

function mediaPart(source: Source, mediaType: string, at: string): Part {
  if (mediaType.startsWith('video/') || isYouTube(source)) return { kind: 'video', source, at }
  if (mediaType.startsWith('image/')) return { kind: 'image', source, detail: null, at }
  if (mediaType === 'application/pdf' || mediaType.startsWith('text/'))
    return { kind: 'document', source, title: null, context: null, at }
  return refuse(at, `no other format takes ${quoteValue(mediaType)}`)
}

/** Ids of calls and results. Clients may leave them out; then results come in the order of the calls. */
class NamedIds {
  readonly #waiting = new Map<string, string[]>()
  #count = 0

  call(name: string, given: unknown): string {
    const id = isText(given) ? given : `call_${(this.#count += 1)}`
    const waiting = this.#waiting.get(name)
    if (waiting === undefined) this.#waiting.set(name, [id])
    else waiting.push(id)
    return id
  }

  result(name: string, given: unknown): string {
    const waiting = this.#waiting.get(name) ?? []
    if (isText(given)) {
      const index = waiting.indexOf(given)
      if (index !== -1) waiting.splice(index, 1)
      return given
    }
    return waiting.shift() ?? name
  }
}
