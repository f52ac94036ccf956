// The content of a streamed message: one block after the other, each begun and ended before the next. Chat
// completions may continue an earlier tool call while a later one runs. A block therefore waits until the blocks
// before it end.

import { callId, unreadable } from '../completion-to-message.ts'
import { isObject, isText, type Json } from '../json-fields.ts'
import type { TranslationPlan } from '../plan.ts'
import { ObjectEnd } from './object-end.ts'

interface Block {
  kind: 'text' | 'thinking' | 'sealed' | 'call'
  /** The block's index in the message, once begun. */
  index: number | null
  /** The content that arrived while the block waited. */
  waiting: string[]
  signature: string
  /** The data of sealed thinking. */
  data: string
  id: string
  name: string
  end: ObjectEnd
  isOver: boolean
}

export class MessageBlocks {
  readonly #plan: TranslationPlan
  /** Unfinished blocks; only the first is written. */
  readonly #queue: Block[] = []
  readonly #calls: Block[] = []
  readonly #callAt = new Map<number, Block>()
  #begun = 0

  constructor(plan: TranslationPlan) {
    this.#plan = plan
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0
  }

  say(kind: 'text' | 'thinking', text: string, out: string[]): void {
    if (text === '') return
    const last = this.#queue.at(-1)
    this.#add(last?.kind === kind ? last : this.#begin(kind, out), text, out)
  }

  /** The signature of the preceding thinking. */
  sign(signature: string, out: string[]): void {
    const last = this.#queue.at(-1)
    const thought = last?.kind === 'thinking' ? last : this.#begin('thinking', out)
    thought.signature += signature
  }

  seal(data: string, out: string[]): void {
    const block = this.#begin('sealed', out)
    block.data = data
  }

  /** An entry of a chunk's `tool_calls`. */
  call(delta: unknown, out: string[]): void {
    if (!isObject(delta)) return
    const called = isObject(delta.function) ? delta.function : {}
    const call = this.#findCall(delta, isText(called.name), out)
    if (call.name === '' && isText(called.name)) call.name = called.name
    if (call.id === '' && isText(delta.id)) call.id = delta.id
    const piece = typeof called.arguments === 'string' ? called.arguments : ''
    if (call !== this.#queue[0]) this.#goOn(out)
    if (call.isOver) {
      if (piece.trim() !== '') throw unreadable(`it continues a call of ${call.name} that was complete`)
      return
    }
    this.#add(call, piece, out)
    call.end.feed(piece)
  }

  /** Ends all blocks, in order. */
  end(out: string[]): void {
    for (const block of this.#queue) this.#finish(block, out)
    this.#queue.length = 0
  }

  #findCall(delta: Json, isNamed: boolean, out: string[]): Block {
    const index = typeof delta.index === 'number' ? delta.index : null
    const known = index === null ? this.#calls.at(-1) : this.#callAt.get(index)
    if (known !== undefined && !isAnother(known, delta, isNamed)) return known
    const call = this.#begin('call', out)
    this.#calls.push(call)
    if (index !== null) this.#callAt.set(index, call)
    return call
  }

  #begin(kind: Block['kind'], out: string[]): Block {
    const block: Block = {
      kind,
      index: null,
      waiting: [],
      signature: '',
      data: '',
      id: '',
      name: '',
      end: new ObjectEnd(),
      isOver: false,
    }
    this.#queue.push(block)
    this.#goOn(out)
    return block
  }

  /** Ends complete blocks at the front while other blocks wait behind them. */
  #goOn(out: string[]): void {
    while (this.#queue.length > 1) {
      const first = this.#queue[0]!
      if (first.kind === 'call' && !(first.end.isComplete && first.name !== '')) return
      this.#queue.shift()
      this.#finish(first, out)
    }
  }

  #add(block: Block, piece: string, out: string[]): void {
    if (block !== this.#queue[0] || (block.kind === 'call' && block.name === '')) {
      if (piece !== '') block.waiting.push(piece)
      return
    }
    this.#speak(block, out)
    if (piece !== '') out.push(delta(block, piece))
  }

  /** Begins the block, and writes its waiting content. */
  #speak(block: Block, out: string[]): void {
    if (block.index === null) {
      block.index = this.#begun
      this.#begun += 1
      out.push(start(block, block.id === '' ? callId(this.#plan, this.#calls.indexOf(block)) : block.id))
    }
    if (block.waiting.length === 0) return
    out.push(delta(block, block.waiting.join('')))
    block.waiting = []
  }

  #finish(block: Block, out: string[]): void {
    if (block.kind === 'call' && block.name === '') throw unreadable('it calls a tool without a name')
    this.#speak(block, out)
    block.isOver = true
    if (block.signature !== '') {
      const signature = JSON.stringify(block.signature)
      out.push(deltaEvent(block, `{"type":"signature_delta","signature":${signature}}`))
    }
    out.push(
      `event: content_block_stop\ndata: {"type":"content_block_stop","index":${String(block.index)}}\n\n`,
    )
  }
}

/** Services may number every call 0, with different ids, or leave the number out. */
function isAnother(known: Block, delta: Json, isNamed: boolean): boolean {
  if (!isNamed || known.id === delta.id) return false
  const hasOwnId = isText(delta.id) && known.id !== ''
  return hasOwnId || (typeof delta.index !== 'number' && known.name !== '')
}

function start(block: Block, id: string): string {
  const content = JSON.stringify(startContent(block, id))
  return `event: content_block_start\ndata: {"type":"content_block_start","index":${String(block.index)},"content_block":${content}}\n\n`
}

function startContent(block: Block, id: string): Json {
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: '', citations: null }
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'sealed':
      return { type: 'redacted_thinking', data: block.data }
    case 'call':
      return { type: 'tool_use', id, caller: { type: 'direct' }, name: block.name, input: {} }
  }
}

function delta(block: Block, piece: string): string {
  const text = JSON.stringify(piece)
  if (block.kind === 'call') return deltaEvent(block, `{"type":"input_json_delta","partial_json":${text}}`)
  return deltaEvent(block, `{"type":"${block.kind}_delta","${block.kind}":${text}}`)
}

function deltaEvent(block: Block, json: string): string {
  return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${String(block.index)},"delta":${json}}\n\n`
}
