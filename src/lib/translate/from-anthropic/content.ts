// Translates the content of users and tools in a Messages request to parts of a chat message.

import {
  checkFields,
  isObject,
  isText,
  listAt,
  objectAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
  quoted,
} from '../json-fields.ts'

const AT_ANTHROPIC = 'the file is kept at Anthropic, where this account cannot read it'
const CITATIONS = 'chat completions have no citations'

const citesNothing = (value: unknown) => isObject(value) && value.enabled !== true

export const textRules: FieldRules = {
  type: 'taken',
  text: 'taken',
  cache_control: 'dropped',
  citations: 'dropped',
}
export const imageRules: FieldRules = {
  type: 'taken',
  source: 'taken',
  cache_control: 'dropped',
  transformations: {
    refused: 'the service scales images as it will',
    unless: (value) => isObject(value) && (value.oversized_image ?? 'downsize') === 'downsize',
  },
}
export const documentRules: FieldRules = {
  type: 'taken',
  source: 'taken',
  title: 'taken',
  context: 'taken',
  cache_control: 'dropped',
  citations: { refused: CITATIONS, unless: citesNothing },
}
export const searchResultRules: FieldRules = {
  type: 'taken',
  source: 'taken',
  title: 'taken',
  content: 'taken',
  cache_control: 'dropped',
  citations: { refused: CITATIONS, unless: citesNothing },
}

/** Text, images, documents and search results as parts, in their order. Other blocks are refused by their type. */
export function translateBlocks(blocks: readonly unknown[], at: string): Json[] {
  return blocks.flatMap((block, index) => partsOfBlock(objectAt(block, `${at}[${index}]`), `${at}[${index}]`))
}

/** Content as a text or a list of blocks. */
export function blocksAt(content: unknown, field: string): unknown[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : listAt(content, field)
}

/** A single text becomes a plain string, which most services handle best. */
export function plainIfText(parts: Json[]): string | Json[] {
  const [only] = parts
  return parts.length === 1 && only?.type === 'text' ? (only.text as string) : parts
}

/** Only texts, as in system prompts and assistant messages. */
export function readTexts(blocks: readonly unknown[], at: string): string[] {
  return blocks.map((value, index) => {
    const field = `${at}[${index}]`
    const block = objectAt(value, field)
    if (block.type !== 'text') refuse(field, `a block of type ${quoted(block.type)} is no text`)
    return textAt(checked(block, textRules, field).text, `${field}.text`)
  })
}

/** A single block as parts; `at` is its own path. */
export function partsOfBlock(block: Json, at: string): Json[] {
  switch (block.type) {
    case 'text':
      return [textPart(textAt(checked(block, textRules, at).text, `${at}.text`))]
    case 'image':
      return [imagePart(checked(block, imageRules, at), at)]
    case 'document':
      return documentParts(checked(block, documentRules, at), at)
    case 'search_result':
      return [searchResultPart(checked(block, searchResultRules, at), at)]
    default:
      return refuse(at, `chat completions have nothing like a block of type ${quoted(block.type)}`)
  }
}

function checked(object: Json, rules: FieldRules, at: string): Json {
  checkFields(object, rules, at)
  return object
}

function textPart(text: string): Json {
  return { type: 'text', text }
}

function imagePart(block: Json, at: string): Json {
  const source = objectAt(block.source, `${at}.source`)
  const url = (text: string): Json => ({ type: 'image_url', image_url: { url: text } })
  if (source.type === 'url') return url(textAt(source.url, `${at}.source.url`))
  if (source.type === 'base64') return url(dataUrl(source, at))
  return refuse(`${at}.source`, source.type === 'file' ? AT_ANTHROPIC : 'it is neither base64 nor a URL')
}

function dataUrl(source: Json, at: string): string {
  const type = textAt(source.media_type, `${at}.source.media_type`)
  return `data:${type};base64,${textAt(source.data, `${at}.source.data`)}`
}

function documentParts(block: Json, at: string): Json[] {
  const source = objectAt(block.source, `${at}.source`)
  const title = isText(block.title) ? [block.title] : []
  const context = isText(block.context) ? [block.context] : []
  switch (source.type) {
    case 'base64': {
      const name = title[0] ?? 'document.pdf'
      const filename = /\.pdf$/i.test(name) ? name : `${name}.pdf`
      const file = { type: 'file', file: { filename, file_data: dataUrl(source, at) } }
      return [...context.map(textPart), file]
    }
    case 'text':
      return [textPart([...title, ...context, textAt(source.data, `${at}.source.data`)].join('\n\n'))]
    case 'content':
      return [
        ...[...title, ...context].map(textPart),
        ...translateBlocks(blocksAt(source.content, `${at}.source.content`), `${at}.source.content`),
      ]
    case 'url':
      return refuse(`${at}.source`, 'chat completions take a document as data, not as a URL')
    default:
      return refuse(`${at}.source`, source.type === 'file' ? AT_ANTHROPIC : 'it is no known kind of source')
  }
}

function searchResultPart(block: Json, at: string): Json {
  const texts = readTexts(listAt(block.content, `${at}.content`), `${at}.content`)
  const head = [block.title, block.source].filter(isText)
  return textPart([...head, ...texts].join('\n\n'))
}

export const toolResultRules: FieldRules = {
  type: 'taken',
  tool_use_id: 'taken',
  content: 'taken',
  is_error: 'taken',
  cache_control: 'dropped',
  toolset_name: { refused: "Anthropic's toolsets exist at Anthropic alone" },
}

/** A tool's result: the message that carries its text, and the parts that a tool message cannot carry. */
export function toolResult(block: Json, at: string): { message: Json; beside: Json[] } {
  checkFields(block, toolResultRules, at)
  const id = textAt(block.tool_use_id, `${at}.tool_use_id`)
  const parts =
    block.content === undefined || block.content === null
      ? []
      : translateBlocks(blocksAt(block.content, `${at}.content`), `${at}.content`)
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text as string] : []))
  const beside = parts.filter((part) => part.type !== 'text')
  if (beside.length > 0)
    texts.push(`(${beside.length} attachments of this result follow in the next message)`)
  const text = texts.join('\n\n')
  const content = block.is_error === true ? asError(text) : text
  const named =
    beside.length === 0 ? [] : [textPart(`Attachments of the result of tool call ${id}:`), ...beside]
  return { message: { role: 'tool', tool_call_id: id, content }, beside: named }
}

/** Tool messages have no mark for a failure, so the text must say it. */
function asError(text: string): string {
  return text === '' ? 'Error' : `Error: ${text}`
}

export const thinkingRules: FieldRules = { type: 'taken', thinking: 'taken', signature: 'taken' }
export const toolUseRules: FieldRules = {
  type: 'taken',
  id: 'taken',
  name: 'taken',
  input: 'taken',
  cache_control: 'dropped',
  caller: {
    refused: 'a call by a program that runs at Anthropic',
    unless: (value) => isObject(value) && value.type === 'direct',
  },
  toolset_name: { refused: "Anthropic's toolsets exist at Anthropic alone" },
}
