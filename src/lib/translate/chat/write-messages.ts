import type { Habits } from '../habits.ts'
import { refuse, type Json } from '../json-fields.ts'
import { CallIds } from '../neutral/tools/call-ids.ts'
import { wrapInput } from '../neutral/tools/custom-tools.ts'
import { fillInput } from '../neutral/tools/object-input.ts'
import { dataUrl, isMedia } from '../neutral/media.ts'
import { CONTINUE, type NeutralRequest, type Part, type ResultPart, type Turn } from '../neutral/request.ts'
import { NO_SIGNATURE } from '../neutral/seal.ts'
import type { ToolNames } from '../neutral/tools/tool-names.ts'
import { isThinking, joinThoughts, writeThoughts } from './write-thoughts.ts'

export interface MessagesContext {
  habits: Habits
  names: ToolNames
  leaveOut: (field: string) => void
}

/** The turns of a request as chat messages. */
export function writeChatMessages(request: NeutralRequest, context: MessagesContext): Json[] {
  const writer = new MessagesWriter(request, context)
  for (const turn of request.turns) writer.add(turn)
  // A chat answers its last message, and does not continue it.
  if (request.turns.at(-1)?.role === 'assistant') writer.say({ role: 'user', content: CONTINUE })
  return writer.messages
}

class MessagesWriter {
  readonly messages: Json[] = []
  readonly #context: MessagesContext
  readonly #ids: CallIds
  readonly #isThinking: boolean
  readonly #model: string

  constructor(request: NeutralRequest, context: MessagesContext) {
    this.#context = context
    this.#model = request.model
    this.#ids = new CallIds(context.habits.hasNineLetterIds)
    const hasThoughts = request.turns.some(({ parts }) => parts.some(({ kind }) => kind === 'thinking'))
    this.#isThinking = isThinking(request.thinking, hasThoughts)
  }

  say(message: Json): void {
    this.messages.push(message)
  }

  add(turn: Turn): void {
    if (turn.role === 'system') return this.#addSystem(turn)
    if (turn.role === 'user') return this.#addUser(turn)
    const message = this.#assistantMessage(turn)
    // Mistral and others refuse a turn that says nothing.
    if (
      this.#context.habits.takesEmptyTurns ||
      message.content !== '' ||
      message.reasoning_content !== undefined ||
      message.reasoning_details !== undefined ||
      message.reasoning !== undefined
    )
      this.say(message)
  }

  #addSystem({ parts, at }: Turn): void {
    const written = parts.flatMap((part) =>
      part.kind === 'text' ? this.#contentParts(part) : refuse(at, 'it is not text alone'),
    )
    if (written.length === 0) return
    const isPlain = written.every((part) => part.cache_control === undefined)
    const content = isPlain ? written.map(({ text }) => text as string).join('\n\n') : written
    const [first] = this.messages
    if (first === undefined || !this.#context.habits.startsWithSystem) this.say({ role: 'system', content })
    else if (this.messages.length === 1 && first.role === 'system')
      first.content = `${first.content as string}\n\n${content as string}`
    else this.say({ role: 'user', content: `<system-reminder>\n${content as string}\n</system-reminder>` })
  }

  /** Tool results come first: a chat requires them right after the calls. */
  #addUser({ parts }: Turn): void {
    const beside: Json[] = []
    for (const part of parts) if (part.kind === 'result') this.#addResult(part, beside)
    for (const part of parts) if (part.kind !== 'result') beside.push(...this.#contentParts(part))
    if (beside.length === 0 && parts.some(({ kind }) => kind === 'result')) return
    const last = this.messages.at(-1)
    if (last?.role === 'tool' && !this.#context.habits.takesUserAfterTool) return addToResult(last, beside)
    this.say({ role: 'user', content: plainIfText(beside) })
  }

  #addResult(part: ResultPart, beside: Json[]): void {
    const id = this.#ids.result(part.id)
    const contents = part.parts.flatMap((each) => this.#contentParts(each))
    const texts = contents.flatMap((each) => (each.type === 'text' ? [each.text as string] : []))
    const others = contents.filter((each) => each.type !== 'text')
    if (others.length > 0) {
      texts.push(`(${others.length} attachments of this result follow in the next message)`)
      beside.push(textPart(`Attachments of the result of tool call ${id}:`), ...others)
    }
    const text = texts.join('\n\n')
    this.say({ role: 'tool', tool_call_id: id, content: part.isError ? asError(text) : text })
  }

  /** The end of a cached part keeps its mark where the service takes one. */
  #contentParts(part: Part): Json[] {
    const written = this.#plainParts(part)
    const last = written.at(-1)
    if (last !== undefined && part.cache !== undefined && this.#context.habits.takesCacheMarks)
      last.cache_control = part.cache
    return written
  }

  #plainParts(part: Part): Json[] {
    switch (part.kind) {
      case 'text':
      case 'refusal':
        return part.text === '' ? [] : [textPart(part.text)]
      case 'image': {
        const url = part.source.type === 'base64' ? dataUrl(part.source) : requireUrl(part)
        const detail = part.detail === null ? {} : { detail: part.detail }
        return [{ type: 'image_url', image_url: { url, ...detail } }]
      }
      case 'document':
        return documentParts(part)
      case 'audio':
        return [{ type: 'input_audio', input_audio: { data: part.data, format: part.format } }]
      case 'video':
        return this.#videoParts(part)
      case 'thinking':
      case 'sealed':
      case 'call':
      case 'result':
        return refuse(part.at, `a user's message of a chat has no ${part.kind}`)
    }
  }

  #videoParts({ source, at }: Part & { kind: 'video' }): Json[] {
    if (!this.#context.habits.takesVideo) return refuse(at, 'the service of this account takes no video')
    const url =
      source.type === 'base64'
        ? dataUrl(source)
        : source.type === 'url'
          ? source.url
          : refuse(at, 'it is text')
    return [{ type: 'video_url', video_url: { url } }]
  }

  #assistantMessage({ parts, at }: Turn): Json {
    const texts: string[] = []
    const calls: Json[] = []
    for (const part of parts) {
      if (part.kind === 'text' || part.kind === 'refusal') texts.push(part.text)
      else if (part.kind === 'call') calls.push(this.#toolCall(part, calls.length === 0))
      else if (isMedia(part)) this.#context.leaveOut(`${at}.${part.kind}`)
    }
    const { habits } = this.#context
    const content = joinThoughts(parts, texts.join(''), { ...habits, model: this.#model })
    return {
      role: 'assistant',
      content: content === '' && calls.length > 0 ? null : content,
      ...writeThoughts(parts, habits, this.#isThinking),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    }
  }

  #toolCall(part: Part & { kind: 'call' }, isFirst: boolean): Json {
    const input = part.isCustom ? wrapInput(part.input) : part.input
    return {
      id: this.#ids.call(part.id),
      type: 'function',
      function: { name: this.#context.names.sent(part.name), arguments: fillInput(input) },
      ...(this.#context.habits.sealsCalls ? sealCall(part, isFirst) : {}),
    }
  }
}

function sealCall({ seal }: Part & { kind: 'call' }, isFirst: boolean): Json {
  const signature = seal?.origin === 'gemini' ? seal.text : isFirst ? NO_SIGNATURE : null
  return signature === null ? {} : { extra_content: { google: { thought_signature: signature } } }
}

function textPart(text: string): Json {
  return { type: 'text', text }
}

function requireUrl({ source, at }: Part & { kind: 'image' | 'document' }): string {
  return source.type === 'url' ? source.url : refuse(at, 'it is neither base64 nor a URL')
}

function documentParts(part: Part & { kind: 'document' }): Json[] {
  const { source, title, context, at } = part
  const heads = [title, context].filter((each) => each !== null)
  if (source.type === 'text') return [textPart([...heads, source.text].join('\n\n'))]
  if (source.type === 'url')
    return refuse(`${at}.source`, 'chat completions take a document as data, not as a URL')
  const name = title ?? 'document'
  const isPdf = source.mediaType === 'application/pdf'
  const filename = isPdf && !/\.pdf$/i.test(name) ? `${name}.pdf` : name
  const file = { type: 'file', file: { filename, file_data: dataUrl(source) } }
  return context === null ? [file] : [textPart(context), file]
}

/** Tool messages have no mark for a failure, so the text must say it. */
function asError(text: string): string {
  return text === '' ? 'Error' : `Error: ${text}`
}

/** A single text becomes a plain string, which most services handle best. */
function plainIfText(parts: Json[]): string | Json[] {
  if (parts.length === 0) return ''
  const [only] = parts
  const isPlain = parts.length === 1 && only!.type === 'text' && only!.cache_control === undefined
  return isPlain ? (only!.text as string) : parts
}

/** Adds content to the last result, for a service that takes no message of the user after it. */
function addToResult(message: Json, parts: Json[]): void {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text as string] : []))
  const others = parts.filter((part) => part.type !== 'text')
  const text = [message.content as string, ...texts].filter((each) => each !== '').join('\n\n')
  message.content = others.length === 0 ? text : [textPart(text), ...others]
}
