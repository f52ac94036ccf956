// Reads the blocks of a Messages request.

import {
  isGiven,
  isObject,
  isText,
  listAt,
  objectAt,
  quoteValue,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import { base64Source } from '../neutral/media.ts'
import type { Part, Source } from '../neutral/request.ts'
import { unwrapSeal } from '../neutral/seal.ts'
import { describeToolChange } from './deferred-tools.ts'

const AT_ANTHROPIC = 'the file is kept at Anthropic, where this account cannot read it'
const CITATIONS = 'no other format has citations'

const citesNothing = (value: unknown) => isObject(value) && value.enabled !== true

export const textRules: FieldRules = {
  type: 'taken',
  text: 'taken',
  cache_control: { only: ['chat'] },
  citations: 'dropped',
}
export const imageRules: FieldRules = {
  type: 'taken',
  source: 'taken',
  cache_control: { only: ['chat'] },
  transformations: 'hint',
}
export const documentRules: FieldRules = {
  type: 'taken',
  source: 'taken',
  title: 'taken',
  context: 'taken',
  cache_control: { only: ['chat'] },
  citations: { refused: CITATIONS, unless: citesNothing },
}
export const searchResultRules: FieldRules = {
  type: 'taken',
  source: 'taken',
  title: 'taken',
  content: 'taken',
  cache_control: { only: ['chat'] },
  citations: { refused: CITATIONS, unless: citesNothing },
}
export const thinkingRules: FieldRules = { type: 'taken', thinking: 'taken', signature: 'taken' }
export const sealedRules: FieldRules = { type: 'taken', data: 'taken' }
export const toolUseRules: FieldRules = {
  type: 'taken',
  id: 'taken',
  name: 'taken',
  input: 'taken',
  cache_control: 'dropped',
  caller: 'dropped',
  toolset_name: 'hint',
}
export const toolResultRules: FieldRules = {
  type: 'taken',
  tool_use_id: 'taken',
  content: 'taken',
  is_error: 'taken',
  cache_control: 'dropped',
  toolset_name: 'hint',
}

/** Types of blocks that no chat has: they are recognised in a chat's content too. */
export const blockTypes: ReadonlySet<unknown> = new Set([
  'document',
  'image',
  'redacted_thinking',
  'search_result',
  'thinking',
  'tool_result',
  'tool_use',
])

/** Content as a text or a list of blocks. */
export function readBlocks(content: unknown, at: string, check: FieldCheck): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content, at }]
  return listAt(content, at).flatMap((value, index) => {
    const field = `${at}[${index}]`
    return readBlock(objectAt(value, field), field, check)
  })
}

/** A block as parts; `at` is its own path. */
export function readBlock(block: Json, at: string, check: FieldCheck): Part[] {
  const parts = readParts(block, at, check)
  const last = parts.at(-1)
  if (last !== undefined && isGiven(block.cache_control)) last.cache = block.cache_control
  return parts
}

function readParts(block: Json, at: string, check: FieldCheck): Part[] {
  switch (block.type) {
    case 'text':
      check.check(block, textRules, at)
      return [{ kind: 'text', text: textAt(block.text, `${at}.text`), at }]
    case 'image':
      check.check(block, imageRules, at)
      return [{ kind: 'image', source: readSource(block.source, `${at}.source`), detail: null, at }]
    case 'document':
      check.check(block, documentRules, at)
      return readDocument(block, at, check)
    case 'search_result':
      check.check(block, searchResultRules, at)
      return [readSearchResult(block, at, check)]
    case 'thinking':
      check.check(block, thinkingRules, at)
      return [readThinking(block, at)]
    case 'redacted_thinking':
      check.check(block, sealedRules, at)
      return [readSealed(block, at)]
    case 'tool_use':
      check.check(block, toolUseRules, at)
      return [readToolUse(block, at)]
    case 'tool_result':
      check.check(block, toolResultRules, at)
      return [readToolResult(block, at, check)]
    case 'fallback':
    case 'mcp_tool_listing':
      return [] // notes of Anthropic to itself
    default:
      return [readServerTool(block, at)].filter((part) => part.kind !== 'text' || part.text !== '')
  }
}

function readSource(value: unknown, at: string): Source {
  const source = objectAt(value, at)
  if (source.type === 'url') return { type: 'url', url: textAt(source.url, `${at}.url`) }
  if (source.type === 'text') return { type: 'text', text: textAt(source.data, `${at}.data`) }
  if (source.type !== 'base64')
    return refuse(at, source.type === 'file' ? AT_ANTHROPIC : 'it is no known kind of source')
  const mediaType = textAt(source.media_type, `${at}.media_type`)
  return base64Source(mediaType, textAt(source.data, `${at}.data`))
}

function readDocument(block: Json, at: string, check: FieldCheck): Part[] {
  const source = objectAt(block.source, `${at}.source`)
  const title = isText(block.title) ? block.title : null
  const context = isText(block.context) ? block.context : null
  if (source.type !== 'content')
    return [{ kind: 'document', source: readSource(source, `${at}.source`), title, context, at }]
  const heads = [title, context].filter((each) => each !== null)
  return [
    ...heads.map((text): Part => ({ kind: 'text', text, at })),
    ...readBlocks(source.content, `${at}.source.content`, check),
  ]
}

function readSearchResult(block: Json, at: string, check: FieldCheck): Part {
  const texts = readBlocks(block.content, `${at}.content`, check).flatMap((part) =>
    part.kind === 'text' ? [part.text] : [],
  )
  const heads = [block.title, block.source].filter(isText)
  return { kind: 'text', text: [...heads, ...texts].join('\n\n'), at }
}

/** An empty signature is unsigned thinking, which came from another format. */
function readThinking({ thinking, signature }: Json, at: string): Part {
  const text = typeof thinking === 'string' ? thinking : ''
  if (!isText(signature)) return { kind: 'thinking', text, seal: null, at }
  const seal = unwrapSeal(signature) ?? { origin: 'anthropic', kind: 'signature', text: signature }
  return { kind: 'thinking', text, seal, at }
}

function readSealed({ data }: Json, at: string): Part {
  const text = textAt(data, `${at}.data`)
  return { kind: 'sealed', seal: unwrapSeal(text) ?? { origin: 'anthropic', kind: 'data', text }, at }
}

function readToolUse(block: Json, at: string): Part {
  return {
    kind: 'call',
    id: textAt(block.id, `${at}.id`),
    name: textAt(block.name, `${at}.name`),
    input: isGiven(block.input) ? writeJson(block.input) : '{}',
    isCustom: false,
    seal: null,
    at,
  }
}

function readToolResult(block: Json, at: string, check: FieldCheck): Part {
  return {
    kind: 'result',
    id: textAt(block.tool_use_id, `${at}.tool_use_id`),
    name: null,
    parts: isGiven(block.content) ? readBlocks(block.content, `${at}.content`, check) : [],
    isError: block.is_error === true,
    at,
  }
}

/** Tools that ran at Anthropic: what they did becomes text, so that the conversation still makes sense. */
function readServerTool(block: Json, at: string): Part {
  const { type } = block
  if (type === 'server_tool_use' || type === 'mcp_tool_use') {
    const text = `(The tool ${String(block.name)} ran, with the input ${writeJson(block.input ?? {})})`
    return { kind: 'text', text, at }
  }
  if (isText(type) && type.endsWith('_tool_result')) {
    const text = `(The result of ${type.replace(/_tool_result$/, '')}: ${resultText(block.content)})`
    return { kind: 'text', text, at }
  }
  const change = describeToolChange(block)
  if (change !== null) return { kind: 'text', text: change, at }
  // The summary of the conversation up to here.
  if (type === 'compaction') return { kind: 'text', text: resultText(block.content ?? ''), at }
  if (type === 'browser_state') {
    const { type: _type, cache_control: _mark, ...state } = block
    return { kind: 'text', text: `(The state of the browser: ${writeJson(state)})`, at }
  }
  return refuse(at, `no other format has a block of type ${quoteValue(type)}`)
}

/** Sealed page contents mean nothing to another service. */
function resultText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return writeJson(content ?? null)
  return (content as unknown[])
    .map((one) => {
      if (!isObject(one)) return writeJson(one)
      if (isText(one.text)) return one.text
      const { encrypted_content: _sealed, type: _type, ...rest } = one
      return writeJson(rest)
    })
    .join('\n')
}
