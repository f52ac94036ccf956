// Translates the content of a chat message to blocks of a Messages request.

import {
  checkFields,
  isText,
  listAt,
  objectAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
  quoted,
} from '../json-fields.ts'

export const textPartRules: FieldRules = {
  type: 'taken',
  text: 'taken',
  refusal: 'taken',
  cache_control: 'taken',
  prompt_cache_breakpoint: 'taken',
}
export const imagePartRules: FieldRules = {
  type: 'taken',
  image_url: 'taken',
  cache_control: 'taken',
  prompt_cache_breakpoint: 'taken',
}
export const imageUrlRules: FieldRules = { url: 'taken', detail: 'dropped' }
export const filePartRules: FieldRules = {
  type: 'taken',
  file: 'taken',
  cache_control: 'taken',
  prompt_cache_breakpoint: 'taken',
}
export const fileRules: FieldRules = {
  filename: 'taken',
  file_data: 'taken',
  file_id: { refused: 'the file is kept at OpenAI, where this account cannot read it' },
}

/** A message's content as blocks, without empty texts, which Anthropic refuses. */
export function translateParts(content: unknown, at: string): Json[] {
  if (content === undefined || content === null || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return listAt(content, at).flatMap((part, index) => {
    const field = `${at}[${index}]`
    const block = translatePart(objectAt(part, field), field)
    return block.type === 'text' && block.text === '' ? [] : [block]
  })
}

/** Only texts, as in system prompts. */
export function translateTextParts(content: unknown, at: string): Json[] {
  const blocks = translateParts(content, at)
  const other = blocks.find(({ type }) => type !== 'text')
  return other === undefined ? blocks : refuse(at, 'it is not text alone')
}

/** A single text without marks becomes a plain string. */
export function plainIfText(blocks: Json[]): string | Json[] {
  const [only] = blocks
  const isPlain = blocks.length === 1 && only?.type === 'text' && only.cache_control === undefined
  return isPlain ? (only.text as string) : blocks
}

function translatePart(part: Json, at: string): Json {
  switch (part.type) {
    case 'text':
    case 'refusal': {
      checkFields(part, textPartRules, at)
      const text = textAt(part[part.type], `${at}.${part.type}`)
      return { type: 'text', text, ...cacheMark(part) }
    }
    case 'image_url':
      checkFields(part, imagePartRules, at)
      return { type: 'image', source: imageSource(part.image_url, `${at}.image_url`), ...cacheMark(part) }
    case 'file':
      checkFields(part, filePartRules, at)
      return { ...translateFile(objectAt(part.file, `${at}.file`), `${at}.file`), ...cacheMark(part) }
    case 'input_audio':
      return refuse(at, 'Anthropic takes no audio')
    default:
      return refuse(at, `Anthropic has nothing like a part of type ${quoted(part.type)}`)
  }
}

/**
 * The end of a cached part: in Anthropic's own spelling, which some clients use with OpenAI's format, or in
 * OpenAI's.
 */
export function cacheMark(part: Json): Json {
  if (part.cache_control !== undefined && part.cache_control !== null)
    return { cache_control: part.cache_control }
  const isMarked = part.prompt_cache_breakpoint !== undefined && part.prompt_cache_breakpoint !== null
  return isMarked ? { cache_control: { type: 'ephemeral' } } : {}
}

function imageSource(value: unknown, at: string): Json {
  const image = typeof value === 'string' ? { url: value } : objectAt(value, at)
  checkFields(image, imageUrlRules, at)
  const url = textAt(image.url, `${at}.url`)
  if (!url.startsWith('data:')) return { type: 'url', url }
  const { type, data } = parseDataUrl(url, `${at}.url`)
  return { type: 'base64', media_type: type, data }
}

function translateFile(file: Json, at: string): Json {
  checkFields(file, fileRules, at)
  const text = textAt(file.file_data, `${at}.file_data`)
  const { type, data } = parseDataUrl(text, `${at}.file_data`)
  const title = isText(file.filename) ? { title: file.filename } : {}
  if (type === 'application/pdf')
    return { type: 'document', source: { type: 'base64', media_type: type, data }, ...title }
  if (type === 'text/plain')
    return { type: 'document', source: { type: 'text', media_type: type, data: utf8Of(data, at) }, ...title }
  return refuse(`${at}.file_data`, `Anthropic reads PDF and plain text, not ${type}`)
}

/** Parses a data URL in base64; a bare PDF is recognised by its first bytes. */
function parseDataUrl(url: string, at: string): { type: string; data: string } {
  if (url.startsWith('JVBERi')) return { type: 'application/pdf', data: url }
  const comma = url.indexOf(',')
  const head = url.slice(0, Math.max(comma, 0))
  if (!head.startsWith('data:') || !head.endsWith(';base64')) refuse(at, 'it is no data URL in base64')
  return { type: head.slice(5, -7).split(';')[0]!.toLowerCase(), data: url.slice(comma + 1) }
}

function utf8Of(base64: string, at: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse(`${at}.file_data`, 'it is not UTF-8 in base64')
  }
}
