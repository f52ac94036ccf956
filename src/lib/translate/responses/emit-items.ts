// Gives the items of a response to a listener as blocks, one after the other. A service may send several items at once.
// The first unfinished item passes as it arrives; all others pass when they are complete.

import { isObject, isText, quoteValue, type Json } from '../json-fields.ts'
import type { AnswerListener, Block, StopReason } from '../neutral/answer.ts'
import { listSources, readSources, type Citation } from '../neutral/sources.ts'
import type { TranslationPlan } from '../plan.ts'
import { unreadable } from '../errors/unreadable.ts'

type TextKind = 'text' | 'refusal' | 'thinking' | 'call'

/** A block of an item, with its whole text. */
interface WholeBlock {
  block: Block
  text: string
  /** Words to add at the end of the block. */
  after: string
  /** The sources, where no words may be added. */
  sources?: readonly Citation[]
}

/** An open block, and the length of the text that has passed. */
interface Open {
  kind: Block['kind']
  part: number
  length: number
}

export class ItemEmitter {
  readonly #listener: AnswerListener
  /** False: an answer in JSON stays JSON, without its sources. */
  readonly #citesSources: boolean
  /** The items that were added, in their order; null: its end has passed. */
  readonly #items = new Map<number, Json | null>()
  /** Complete items that wait for an earlier one. */
  readonly #waiting = new Map<number, Json>()
  /** Items with pieces that came while an earlier item ran. */
  readonly #missed = new Set<number>()
  /** The whole inputs of calls. Services may leave them out of the item. */
  readonly #inputs = new Map<number, string>()
  #current = 0
  /** The finished blocks of the current item. */
  #finished = 0
  #open: Open | null = null
  /** Pieces of the current item were missed while it waited, so they pass with its end. */
  #isLate = false
  #hasCalls = false
  #isRefused = false

  constructor(listener: AnswerListener, { hasForm }: Pick<TranslationPlan, 'hasForm'>) {
    this.#listener = listener
    this.#citesSources = !hasForm
  }

  get reason(): StopReason {
    if (this.#hasCalls) return 'calls'
    return this.#isRefused ? 'refusal' : 'end'
  }

  add(index: unknown, item: Json): void {
    const at = typeof index === 'number' ? index : this.#items.size
    if (!this.#items.has(at)) this.#items.set(at, item)
  }

  addText(index: unknown, kind: TextKind, part: number, text: string): void {
    const at = typeof index === 'number' ? index : this.#current
    if (at > this.#current) this.#missed.add(at)
    if (at !== this.#current || this.#isLate) return
    const item = this.#items.get(at)
    if (item === null || (item === undefined && kind === 'call')) return
    if (kind === 'thinking' && this.#open?.kind === 'thinking' && this.#open.part !== part) {
      this.#open.part = part
      this.#piece(PARAGRAPH)
    } else if (this.#open?.kind !== kind || this.#open.part !== part) {
      this.#close()
      this.#begin(kind === 'call' ? callBlock(item!) : beginBlock(kind), part)
    }
    this.#piece(text)
  }

  /** The whole text of a part. The pieces that came before are not repeated. */
  endText(index: unknown, kind: TextKind, part: number, text: string): void {
    const at = typeof index === 'number' ? index : this.#current
    if (kind === 'call') this.#inputs.set(at, text)
    // Once a block of this item has finished, a text without an open block is of that one: it was said already.
    const isOpen = at === this.#current && this.#open?.kind === kind && this.#open.part === part
    if (at !== this.#current || this.#isLate || (this.#finished > 0 && !isOpen)) return
    const rest = isOpen ? text.slice(this.#open!.length) : text
    if (rest !== '') this.addText(index, kind, part, rest)
  }

  end(index: unknown, item: Json): void {
    const at = typeof index === 'number' ? index : this.#current
    if (at < this.#current) return
    this.#waiting.set(at, withInput(item, this.#inputs.get(at)))
    this.#emitFinished()
  }

  /** The response is complete; `output`: all its items. */
  complete(output: readonly unknown[]): void {
    output.forEach((item, at) => {
      if (at >= this.#current && isObject(item)) this.#waiting.set(at, item)
    })
    for (const at of [...this.#waiting.keys()].sort((one, other) => one - other)) {
      this.#current = at
      this.#emitFinished()
    }
    this.#close()
  }

  #emitFinished(): void {
    for (;;) {
      const item = this.#waiting.get(this.#current)
      if (item === undefined) return
      this.#waiting.delete(this.#current)
      this.#emitRest(item)
      this.#items.set(this.#current, null)
      this.#current += 1
      this.#finished = 0
      this.#isLate = this.#missed.has(this.#current)
    }
  }

  /** Emits the rest of the current item. */
  #emitRest(item: Json): void {
    const blocks = listBlocks(item, this.#citesSources)
    for (const { block, text, after, sources = [] } of blocks.slice(this.#finished)) {
      if (this.#open !== null && this.#open.kind !== block.kind) this.#close()
      if (this.#open === null) this.#begin(block, 0)
      const rest = text.slice(this.#open!.length) + after
      if (rest !== '') this.#piece(rest)
      if (sources.length > 0) this.#listener.cite?.(sources)
      this.#close()
    }
    this.#close()
  }

  #begin(block: Block, part: number): void {
    this.#open = { kind: block.kind, part, length: 0 }
    if (block.kind === 'call') this.#hasCalls = true
    if (block.kind === 'refusal') this.#isRefused = true
    this.#listener.begin(block)
  }

  #piece(text: string): void {
    this.#open!.length += text.length
    this.#listener.piece(text)
  }

  #close(): void {
    if (this.#open === null) return
    this.#open = null
    this.#finished += 1
    this.#listener.endBlock()
  }
}

function withInput(item: Json, input: string | undefined): Json {
  if (input === undefined || isText(item.arguments) || isText(item.input)) return item
  return { ...item, [item.type === 'custom_tool_call' ? 'input' : 'arguments']: input }
}

const PARAGRAPH = '\n\n'

function beginBlock(kind: 'text' | 'refusal' | 'thinking'): Block {
  return kind === 'thinking' ? { kind, seal: null } : { kind }
}

function callBlock({ type, call_id, id, name, namespace }: Json): Block {
  if (!isText(name)) throw unreadable('it calls a tool without a name')
  const own = isText(call_id) ? call_id : isText(id) ? id : 'call'
  const isCustom = type === 'custom_tool_call'
  return {
    kind: 'call',
    id: own,
    name,
    namespace: isText(namespace) ? namespace : null,
    isCustom,
    seal: null,
  }
}

/** The blocks of an item. An empty text is none: Anthropic refuses it when it comes back. */
function listBlocks(item: Json, citesSources: boolean): WholeBlock[] {
  switch (item.type) {
    case 'message':
      return objectsIn(item.content)
        .map((part) => messageBlock(part, citesSources))
        .filter(({ text, after }) => text !== '' || after !== '')
    case 'reasoning':
      return reasoningBlocks(item)
    case 'function_call':
      return [wholeBlock(callBlock(item), isText(item.arguments) ? item.arguments : '{}')]
    case 'custom_tool_call':
      return [wholeBlock(callBlock(item), isText(item.input) ? item.input : '')]
    case 'image_generation_call':
      return [wholeBlock(imageBlock(item), '')]
    case 'web_search_call':
      return []
    default:
      throw unreadable(`no other format has an item ${quoteValue(item.type)}`)
  }
}

function objectsIn(value: unknown): Json[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isObject) : []
}

function wholeBlock(block: Block, text: string, after = ''): WholeBlock {
  return { block, text, after }
}

function messageBlock(part: Json, citesSources: boolean): WholeBlock {
  if (part.type === 'refusal')
    return wholeBlock({ kind: 'refusal' }, isText(part.refusal) ? part.refusal : '')
  if (part.type !== 'output_text' && part.type !== 'text')
    throw unreadable(`no other format has a part ${quoteValue(part.type)}`)
  const text = isText(part.text) ? part.text : ''
  const annotations = objectsIn(part.annotations)
  if (citesSources) return wholeBlock({ kind: 'text' }, text, listSources(annotations))
  return { ...wholeBlock({ kind: 'text' }, text), sources: readSources(annotations) }
}

function reasoningBlocks({ summary, content, encrypted_content: sealed }: Json): WholeBlock[] {
  const [texts, all] = [objectsIn(summary), objectsIn(content)].map((parts) =>
    parts.flatMap(({ text }) => (isText(text) ? [text] : [])),
  )
  const text = (all!.length > 0 ? all! : texts!).join(PARAGRAPH)
  return [
    ...(text === '' ? [] : [wholeBlock({ kind: 'thinking', seal: null }, text)]),
    ...(isText(sealed)
      ? [wholeBlock({ kind: 'sealed', seal: { origin: 'openai', kind: 'data', text: sealed } }, '')]
      : []),
  ]
}

function imageBlock({ result, output_format: format }: Json): Block {
  if (!isText(result)) throw unreadable('it has an image without data')
  const mediaType = `image/${isText(format) ? format : 'png'}`
  return { kind: 'image', source: { type: 'base64', mediaType, data: result } }
}
