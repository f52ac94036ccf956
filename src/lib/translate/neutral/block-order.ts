// The content of an answer, one block after the other. Chat completions may continue an earlier tool call while a
// later one runs. A block therefore waits until the blocks before it end.

import { isObject, isText, type Json } from '../json-fields.ts'
import { RawJson } from '../json/raw-json.ts'
import { unreadable } from '../errors/unreadable.ts'
import type { AnswerListener, Block as AnswerBlock } from './answer.ts'
import { ObjectEnd } from './tools/object-end.ts'
import type { Origin, Seal } from './seal.ts'
import type { Source } from './request.ts'

interface Block {
  kind: AnswerBlock['kind']
  hasBegun: boolean
  /** The content that arrived while the block waited. */
  waiting: string[]
  seal: Seal | null
  source: Source | null
  id: string
  name: string
  end: ObjectEnd
  isOver: boolean
}

/** Orders the pieces of an answer, and tells them to the listener block by block. */
export class BlockOrder {
  readonly #listener: AnswerListener
  readonly #requestId: string
  /** Unfinished blocks; the listener hears of the first alone. */
  readonly #queue: Block[] = []
  readonly #calls: Block[] = []
  readonly #callAt = new Map<number, Block>()
  /** The thinking as told, while it runs: its seal comes last. */
  #thought: (AnswerBlock & { kind: 'thinking' }) | null = null

  constructor(listener: AnswerListener, requestId: string) {
    this.#listener = listener
    this.#requestId = requestId
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0
  }

  say(kind: 'text' | 'thinking' | 'refusal', text: string): void {
    if (text === '') return
    const last = this.#queue.at(-1)
    this.#add(last?.kind === kind ? last : this.#begin(kind), text)
  }

  /** A piece of the signature of the preceding thinking. */
  sign(signature: string, origin: Origin): void {
    const last = this.#queue.at(-1)
    const thought = last?.kind === 'thinking' ? last : this.#begin('thinking')
    const text = (thought.seal?.text ?? '') + signature
    thought.seal = { origin, kind: 'signature', text }
  }

  seal(seal: Seal): void {
    this.#begin('sealed').seal = seal
  }

  show(source: Source): void {
    this.#begin('image').source = source
  }

  /** An entry of a chunk's `tool_calls`. */
  call(delta: unknown): void {
    if (!isObject(delta)) return
    const called = calledIn(delta)
    const call = this.#findCall(delta, isText(called.name))
    if (call.name === '' && isText(called.name)) call.name = called.name
    if (call.id === '' && isText(delta.id)) call.id = delta.id
    call.seal ??= sealIn(delta)
    const piece = argumentsIn(calledIn(delta))
    if (call !== this.#queue[0]) this.#goOn()
    if (call.isOver) {
      if (piece.trim() !== '') throw unreadable(`it continues a call of ${call.name} that was complete`)
      return
    }
    this.#add(call, piece)
    call.end.feed(piece)
  }

  /** Ends all blocks, in order. */
  end(): void {
    for (const block of this.#queue) this.#finish(block)
    this.#queue.length = 0
  }

  #findCall(delta: Json, isNamed: boolean): Block {
    const index = typeof delta.index === 'number' ? delta.index : null
    const known = index === null ? this.#calls.at(-1) : this.#callAt.get(index)
    if (known !== undefined && !isAnother(known, delta, isNamed)) return known
    const call = this.#begin('call')
    this.#calls.push(call)
    if (index !== null) this.#callAt.set(index, call)
    return call
  }

  #begin(kind: Block['kind']): Block {
    const block: Block = {
      kind,
      hasBegun: false,
      waiting: [],
      seal: null,
      source: null,
      id: '',
      name: '',
      end: new ObjectEnd(),
      isOver: false,
    }
    this.#queue.push(block)
    this.#goOn()
    return block
  }

  /** Ends complete blocks at the front while other blocks wait behind them. */
  #goOn(): void {
    while (this.#queue.length > 1) {
      const first = this.#queue[0]!
      if (first.kind === 'call' && !(first.end.isComplete && first.name !== '')) return
      this.#queue.shift()
      this.#finish(first)
    }
  }

  #add(block: Block, piece: string): void {
    if (block !== this.#queue[0] || (block.kind === 'call' && block.name === '')) {
      if (piece !== '') block.waiting.push(piece)
      return
    }
    this.#speak(block)
    if (piece !== '') this.#listener.piece(piece)
  }

  /** Begins the block, and tells its waiting content. */
  #speak(block: Block): void {
    if (!block.hasBegun) {
      block.hasBegun = true
      this.#listener.begin(this.#described(block))
    }
    if (block.waiting.length === 0) return
    this.#listener.piece(block.waiting.join(''))
    block.waiting = []
  }

  #described(block: Block): AnswerBlock {
    switch (block.kind) {
      case 'call': {
        const id = block.id === '' ? callId(this.#requestId, this.#calls.indexOf(block)) : block.id
        return { kind: 'call', id, name: block.name, namespace: null, isCustom: false, seal: block.seal }
      }
      case 'thinking':
        return (this.#thought = { kind: 'thinking', seal: block.seal })
      case 'sealed':
        return { kind: 'sealed', seal: block.seal! }
      case 'image':
        return { kind: 'image', source: block.source! }
      case 'text':
      case 'refusal':
        return { kind: block.kind }
    }
  }

  #finish(block: Block): void {
    if (block.kind === 'call' && block.name === '') throw unreadable('it calls a tool without a name')
    this.#speak(block)
    block.isOver = true
    if (block.kind === 'thinking') this.#thought!.seal = block.seal
    this.#listener.endBlock()
  }
}

/** An id for a tool call without one. */
export function callId(requestId: string, index: number): string {
  return `call_${requestId.replaceAll(/[^a-zA-Z0-9_-]/g, '_')}_${index}`
}

/** A function, or a custom tool with its input. */
function calledIn(delta: Json): Json {
  if (isObject(delta.function)) return delta.function
  return isObject(delta.custom) ? { name: delta.custom.name, arguments: delta.custom.input } : {}
}

/** The arguments of a call as text. Ollama and others send an object. */
function argumentsIn({ arguments: given }: Json): string {
  if (typeof given === 'string') return given
  return given instanceof RawJson ? given.text : ''
}

/** Gemini's seal of one call (https://ai.google.dev/gemini-api/docs/thought-signatures, 2026-11). */
function sealIn({ extra_content: extra }: Json): Seal | null {
  const google = isObject(extra) && isObject(extra.google) ? extra.google.thought_signature : null
  return isText(google) ? { origin: 'gemini', kind: 'signature', text: google } : null
}

/** Services may number every call 0, with different ids, or leave the number out. */
function isAnother(known: Block, delta: Json, isNamed: boolean): boolean {
  if (!isNamed || known.id === delta.id) return false
  const hasOwnId = isText(delta.id) && known.id !== ''
  return hasOwnId || (typeof delta.index !== 'number' && known.name !== '')
}
