// Writes the turns of a request as items of the Responses API.

import { refuse, type Json } from '../json-fields.ts'
import { CallIds } from '../neutral/tools/call-ids.ts'
import { fillInput } from '../neutral/tools/object-input.ts'
import { dataUrl, isMedia } from '../neutral/media.ts'
import { CONTINUE, type NeutralRequest, type Part, type ResultPart, type Turn } from '../neutral/request.ts'
import type { ToolNames } from '../neutral/tools/tool-names.ts'

interface Input {
  instructions: string
  input: Json[]
  /** The input has reasoning that only OpenAI can open. */
  hasSeals: boolean
}

/** The turns of a request as instructions and items. */
export function writeInput(
  { turns }: NeutralRequest,
  names: ToolNames,
  leaveOut: (field: string) => void,
): Input {
  const writer = new ItemsWriter(names, leaveOut)
  const isSystem = ({ role }: Turn) => role === 'system'
  const first = turns.findIndex((turn) => !isSystem(turn))
  // A lone system prompt is the request itself.
  const opening = first === -1 ? [] : turns.slice(0, first)
  for (const turn of turns.slice(opening.length)) writer.add(turn)
  if (turns.at(-1)?.role !== 'user') writer.say({ type: 'message', role: 'user', content: CONTINUE })
  const instructions = opening.map((turn) => systemText(turn)).filter((text) => text !== '')
  return { instructions: instructions.join('\n\n'), input: writer.items, hasSeals: writer.hasSeals }
}

function systemText({ parts, at }: Turn): string {
  const texts = parts.map((part) => (part.kind === 'text' ? part.text : refuse(at, 'it is not text alone')))
  return texts.filter((text) => text !== '').join('\n\n')
}

class ItemsWriter {
  readonly items: Json[] = []
  hasSeals = false
  readonly #names: ToolNames
  readonly #leaveOut: (field: string) => void
  readonly #ids = new CallIds()
  /** The ids of calls of custom tools, as they were sent. */
  readonly #custom = new Set<string>()

  constructor(names: ToolNames, leaveOut: (field: string) => void) {
    this.#names = names
    this.#leaveOut = leaveOut
  }

  say(item: Json): void {
    this.items.push(item)
  }

  add(turn: Turn): void {
    if (turn.role === 'assistant') return this.#addAssistant(turn)
    if (turn.role === 'user') return this.#addUser(turn)
    const text = systemText(turn)
    if (text !== '') this.say({ type: 'message', role: 'developer', content: text })
  }

  #addUser({ parts }: Turn): void {
    for (const part of parts) if (part.kind === 'result') this.#addResult(part)
    const content = parts.flatMap((part) => (part.kind === 'result' ? [] : contentParts(part)))
    if (content.length > 0) this.say({ type: 'message', role: 'user', content })
    else if (parts.length === 0) this.say({ type: 'message', role: 'user', content: '' })
  }

  #addResult(part: ResultPart): void {
    const call_id = this.#ids.result(part.id)
    const content = part.parts.flatMap((each) => contentParts(each))
    if (part.isError) content.unshift({ type: 'input_text', text: 'Error:' })
    const isText = content.every(({ type }) => type === 'input_text')
    this.say({
      type: this.#custom.has(call_id) ? 'custom_tool_call_output' : 'function_call_output',
      call_id,
      output: isText ? content.map(({ text }) => text as string).join(part.isError ? ' ' : '\n\n') : content,
    })
  }

  #addAssistant({ parts, at }: Turn): void {
    let thought: string | null = null
    for (const part of parts) {
      if (part.kind === 'text' && part.text !== '') this.#addText({ type: 'output_text', text: part.text })
      else if (part.kind === 'refusal') this.#addText({ type: 'refusal', refusal: part.text })
      else if (part.kind === 'call') this.#addCall(part)
      else if (part.kind === 'sealed' && part.seal.origin === 'openai')
        this.#addSealed(part.seal.text, thought)
      else if (isMedia(part)) this.#leaveOut(`${at}.${part.kind}`)
      // Plain thinking goes back only beside the sealed state that it summarises.
      thought = part.kind === 'thinking' ? part.text : null
    }
  }

  #addText(part: Json): void {
    const last = this.items.at(-1)
    if (last?.type === 'message' && last.role === 'assistant') (last.content as Json[]).push(part)
    else this.say({ type: 'message', role: 'assistant', content: [part] })
  }

  #addCall({ id, name, input, isCustom }: Part & { kind: 'call' }): void {
    const call_id = this.#ids.call(id)
    if (isCustom) this.#custom.add(call_id)
    const own = this.#names.sent(name)
    if (isCustom) this.say({ type: 'custom_tool_call', call_id, name: own, input })
    else this.say({ type: 'function_call', call_id, name: own, arguments: fillInput(input) })
  }

  #addSealed(encrypted_content: string, thought: string | null): void {
    this.hasSeals = true
    const summary = thought === null ? [] : [{ type: 'summary_text', text: thought }]
    this.say({ type: 'reasoning', summary, encrypted_content })
  }
}

function contentParts(part: Part): Json[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'input_text', text: part.text }]
    case 'image': {
      const { source, detail, at } = part
      if (source.type === 'text') return refuse(at, 'an image is no text')
      const image_url = source.type === 'base64' ? dataUrl(source) : source.url
      return [{ type: 'input_image', image_url, detail: detail ?? 'auto' }]
    }
    case 'document':
      return documentParts(part)
    case 'audio':
      return refuse(part.at, 'Responses take no sound')
    case 'video':
      return refuse(part.at, 'Responses take no video')
    case 'thinking':
    case 'sealed':
    case 'call':
    case 'result':
      return refuse(part.at, `a user's message has no ${part.kind}`)
  }
}

function documentParts({ source, title, context }: Part & { kind: 'document' }): Json[] {
  const heads = context === null ? [] : [{ type: 'input_text', text: context }]
  if (source.type === 'text') {
    const text = title === null ? source.text : `${title}\n\n${source.text}`
    return [...heads, { type: 'input_text', text }]
  }
  if (source.type === 'url') return [...heads, { type: 'input_file', file_url: source.url }]
  const name = title ?? 'document'
  const isPdf = source.mediaType === 'application/pdf'
  const filename = isPdf && !/\.pdf$/i.test(name) ? `${name}.pdf` : name
  return [...heads, { type: 'input_file', filename, file_data: dataUrl(source) }]
}
