import { refuse, type Json } from '../json-fields.ts'
import { CallIds } from '../neutral/tools/call-ids.ts'
import { wrapInput } from '../neutral/tools/custom-tools.ts'
import { objectInput } from '../neutral/tools/object-input.ts'
import { CONTINUE, type NeutralRequest, type Part, type ResultPart, type Turn } from '../neutral/request.ts'
import type { ToolNames } from '../neutral/tools/tool-names.ts'

export interface Conversation {
  system: Json[]
  messages: Json[]
  /** False: a budget for thinking would be refused, since signed thinking of the current calls is missing. */
  canThinkOn: boolean
}

interface Message {
  role: 'user' | 'assistant'
  content: Json[]
}

/** The turns of a request as a system prompt and messages. Neighbours of one role become one, as Anthropic reads them. */
export function buildConversation(
  request: NeutralRequest,
  names: ToolNames,
  leaveOut: (field: string) => void,
): Conversation {
  const builder = new Builder(names, leaveOut)
  for (const turn of request.turns) builder.add(turn)
  return builder.built()
}

class Builder {
  readonly #system: Json[] = []
  readonly #messages: Message[] = []
  readonly #ids = new CallIds()
  readonly #names: ToolNames
  readonly #leaveOut: (field: string) => void

  constructor(names: ToolNames, leaveOut: (field: string) => void) {
    this.#names = names
    this.#leaveOut = leaveOut
  }

  add({ role, parts, at }: Turn): void {
    if (role === 'system') {
      for (const part of parts) this.#system.push(...this.#systemBlocks(part, at))
      return
    }
    const content = parts.flatMap((part) => this.#blocks(part, role))
    if (content.length === 0) return
    const last = this.#messages.at(-1)
    if (last?.role === role) last.content.push(...content)
    else this.#messages.push({ role, content })
  }

  built(): Conversation {
    const messages = this.#messages
    let system = this.#system
    if (messages.length === 0 || messages[0]!.role === 'assistant') {
      // Anthropic wants a user to speak first. A lone system prompt is the request itself.
      const isAlone = messages.length === 0 && system.length > 0
      messages.unshift({ role: 'user', content: isAlone ? system : [textBlock(CONTINUE)] })
      if (isAlone) system = []
    }
    // A last message of the assistant would be continued, and newer models refuse it.
    if (messages.at(-1)!.role === 'assistant') messages.push({ role: 'user', content: [textBlock(CONTINUE)] })
    for (const message of messages) putResultsFirst(message)
    return {
      system,
      messages: messages.map(({ role, content }) => ({ role, content: plainIfText(content) })),
      canThinkOn: canThinkOn(messages),
    }
  }

  #systemBlocks(part: Part, at: string): Json[] {
    if (part.kind !== 'text') return refuse(at, 'it is not text alone')
    return part.text.trim() === '' ? [] : [{ ...textBlock(part.text), ...writeCache(part) }]
  }

  #blocks(part: Part, role: Message['role']): Json[] {
    const block = this.#block(part, role)
    return block === null ? [] : [{ ...block, ...writeCache(part) }]
  }

  #block(part: Part, role: Message['role']): Json | null {
    switch (part.kind) {
      case 'text':
      case 'refusal':
        // Anthropic refuses empty texts.
        return part.text.trim() === '' ? null : textBlock(part.text)
      case 'thinking':
        return part.seal?.origin === 'anthropic' && part.seal.kind === 'signature'
          ? { type: 'thinking', thinking: part.text, signature: part.seal.text }
          : null
      case 'sealed':
        return part.seal.origin === 'anthropic' ? { type: 'redacted_thinking', data: part.seal.text } : null
      case 'call':
        return this.#toolUse(part)
      case 'result':
        return this.#toolResult(part)
      case 'audio':
        return refuse(part.at, 'Anthropic takes no audio')
      case 'video':
        return refuse(part.at, 'Anthropic takes no video')
      case 'image':
      case 'document':
        if (role === 'user') return mediaBlock(part)
        this.#leaveOut(part.at)
        return null
    }
  }

  #toolUse({ id, name, input, isCustom }: Part & { kind: 'call' }): Json {
    const text = isCustom ? wrapInput(input) : input
    return {
      type: 'tool_use',
      id: this.#ids.call(id),
      name: this.#names.sent(name),
      input: objectInput(text),
    }
  }

  #toolResult(part: ResultPart): Json {
    const content = part.parts.flatMap((each) => this.#blocks(each, 'user'))
    // Anthropic refuses a failure without words (https://github.com/bytedance/trae-agent/pull/231, 2026-11).
    if (content.length === 0 && part.isError) content.push(textBlock('Error'))
    return {
      type: 'tool_result',
      tool_use_id: this.#ids.result(part.id),
      ...(content.length === 0 ? {} : { content: plainIfText(content) }),
      ...(part.isError ? { is_error: true } : {}),
    }
  }
}

function textBlock(text: string): Json {
  return { type: 'text', text }
}

function writeCache({ cache }: Part): Json {
  return cache === undefined ? {} : { cache_control: cache }
}

function mediaBlock(part: Part & { kind: 'image' | 'document' }): Json {
  const { source, at } = part
  if (part.kind === 'image') {
    if (source.type === 'text') return refuse(at, 'an image is no text')
    return { type: 'image', source: writeSource(source) }
  }
  const isRead = source.type !== 'base64' || source.mediaType === 'application/pdf'
  if (!isRead) refuse(at, `Anthropic reads PDF and plain text, not ${source.mediaType}`)
  return {
    type: 'document',
    source: writeSource(source),
    ...(part.title === null ? {} : { title: part.title }),
    ...(part.context === null ? {} : { context: part.context }),
  }
}

function writeSource(source: (Part & { kind: 'document' })['source']): Json {
  if (source.type === 'url') return { type: 'url', url: source.url }
  if (source.type === 'text') return { type: 'text', media_type: 'text/plain', data: source.text }
  return { type: 'base64', media_type: source.mediaType, data: source.data }
}

/** Anthropic wants the results right after the calls, before all else. */
function putResultsFirst({ role, content }: Message): void {
  if (role !== 'user' || !content.some(({ type }) => type === 'tool_result')) return
  const results = content.filter(({ type }) => type === 'tool_result')
  const others = content.filter(({ type }) => type !== 'tool_result')
  content.splice(0, content.length, ...results, ...others)
}

/** A single text without marks becomes a plain string. */
function plainIfText(blocks: Json[]): unknown {
  const [only] = blocks
  const isPlain = blocks.length === 1 && only?.type === 'text' && only.cache_control === undefined
  return isPlain ? only.text : blocks
}

/** During tool calls, Anthropic thinks with a budget only if its signed thinking came back. */
function canThinkOn(messages: readonly Message[]): boolean {
  const [before, last] = messages.slice(-2)
  if (last === undefined || !last.content.some(({ type }) => type === 'tool_result')) return true
  const first = before?.content[0]?.type
  return first === 'thinking' || first === 'redacted_thinking'
}
