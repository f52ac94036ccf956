// Reads a message of the Messages API: whole, or event by event.

import { isGiven, isObject, isText, quoteValue, type FieldRules, type Json } from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { AnswerListener, AnswerReader, Block, StopReason } from '../neutral/answer.ts'
import { listSources, readSources } from '../neutral/sources.ts'
import type { TranslationPlan } from '../plan.ts'
import { chatTier } from '../tiers.ts'
import { noTokens, readMessageTokens, type Tokens } from '../usage.ts'
import { unreadable } from '../errors/unreadable.ts'

/** The blocks of an answer, by their type. */
export const answerRules: FieldRules = {
  text: 'taken',
  thinking: 'taken',
  redacted_thinking: 'taken',
  tool_use: 'taken',
  citations: 'taken',
  server_tool_use: { refused: 'only Anthropic runs tools itself, and the request asked for none' },
}

const reasons: ReadonlyMap<unknown, StopReason> = new Map([
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'calls'],
  ['refusal', 'refusal'],
  ['stop_sequence', 'sequence'],
  ['pause_turn', 'pause'],
])

interface OpenBlock {
  block: Block
  /** For a call: the input given at its start, as text. */
  input: string
  sawPiece: boolean
  citations: unknown[]
}

export class MessagesReader implements AnswerReader {
  isOpen = false
  readonly #listener: AnswerListener
  readonly #plan: Pick<TranslationPlan, 'hasForm'>
  #open: OpenBlock | null = null
  #index: unknown = null
  #tokens: Readonly<Tokens> = noTokens
  #hasUsage = false
  #stop: Json = {}
  #hasCalls = false
  #isComplete = false

  constructor(listener: AnswerListener, plan: Pick<TranslationPlan, 'hasForm'>) {
    this.#listener = listener
    this.#plan = plan
  }

  readWhole(body: unknown): void {
    const message = isObject(body) ? body : {}
    if (!Array.isArray(message.content)) throw unreadable('it has no content')
    this.#start(message)
    for (const content of message.content as unknown[]) {
      this.#begin(content)
      this.#end()
    }
    this.#stop = message
    this.#complete()
  }

  take(event: Json): void {
    switch (event.type) {
      case 'message_start':
        return this.#start(isObject(event.message) ? event.message : {})
      case 'content_block_start':
        if (!this.isOpen) this.#start({})
        if (this.#open !== null) this.#end()
        this.#index = event.index
        return this.#begin(event.content_block)
      case 'content_block_delta':
        if (event.index === this.#index && isObject(event.delta)) this.#hear(event.delta)
        return
      case 'content_block_stop':
        if (event.index === this.#index) this.#end()
        return
      case 'message_delta':
        if (isObject(event.delta)) this.#stop = event.delta
        return this.#count(event.usage)
      case 'message_stop':
        return this.#complete()
      default: // Anthropic may add events; unknown ones are ignored.
    }
  }

  end(): boolean {
    return this.#isComplete
  }

  #start(message: Json): void {
    if (this.isOpen) return
    this.isOpen = true
    this.#count(message.usage)
    const tier = isObject(message.usage) ? chatTier(message.usage.service_tier) : null
    const asText = (value: unknown) => (isText(value) ? value : null)
    this.#listener.start({ id: asText(message.id), model: asText(message.model), tier })
  }

  #begin(content: unknown): void {
    const given = isObject(content) ? content : {}
    const block = readBlock(given)
    const input = isGiven(given.input) ? writeJson(given.input) : '{}'
    const citations: unknown[] = Array.isArray(given.citations) ? [...(given.citations as unknown[])] : []
    this.#open = { block, input, sawPiece: false, citations }
    if (block.kind === 'call') this.#hasCalls = true
    this.#listener.begin(block)
    const text = given.text ?? given.thinking
    if (isText(text)) this.#piece(text)
  }

  #hear(delta: Json): void {
    const open = this.#open
    if (open === null) return
    const { block } = open
    const text = delta.text ?? delta.thinking ?? delta.partial_json
    if (isText(text)) this.#piece(text)
    if (delta.type === 'signature_delta' && isText(delta.signature) && block.kind === 'thinking') {
      const before = block.seal?.text ?? ''
      block.seal = { origin: 'anthropic', kind: 'signature', text: before + delta.signature }
    }
    if (delta.type === 'citations_delta') open.citations.push(delta.citation)
  }

  #piece(text: string): void {
    this.#open!.sawPiece = true
    this.#listener.piece(text)
  }

  /** A call without arguments must still be JSON. */
  #end(): void {
    const open = this.#open
    if (open === null) return
    this.#open = null
    this.#index = null
    if (open.block.kind === 'call' && !open.sawPiece) this.#listener.piece(open.input)
    if (open.citations.length > 0) this.#cite(open.citations)
    this.#listener.endBlock()
  }

  /** An answer in JSON stays JSON. */
  #cite(citations: readonly unknown[]): void {
    const sources = this.#plan.hasForm ? '' : listSources(citations)
    if (this.#plan.hasForm) this.#listener.cite?.(readSources(citations))
    else if (sources !== '') this.#listener.piece(sources)
  }

  #count(usage: unknown): void {
    if (!isObject(usage)) return
    this.#hasUsage = true
    this.#tokens = readMessageTokens(usage, this.#tokens)
  }

  #complete(): void {
    if (!this.isOpen || this.#isComplete) return
    if (this.#open !== null) this.#end()
    this.#isComplete = true
    const { stop_reason, stop_sequence, stop_details } = this.#stop
    const explanation = isObject(stop_details) && stop_reason === 'refusal' ? stop_details.explanation : null
    this.#listener.finish({
      // Services may name another reason beside a call, or none. A client would not run it.
      reason: reasons.get(stop_reason) ?? (this.#hasCalls ? 'calls' : 'end'),
      sequence: isText(stop_sequence) ? stop_sequence : null,
      explanation: isText(explanation) ? explanation : null,
      tokens: this.#tokens,
      hasUsage: this.#hasUsage,
    })
  }
}

function readBlock({ type, signature, data, id, name }: Json): Block {
  switch (type) {
    case 'text':
      return { kind: 'text' }
    case 'thinking':
      return {
        kind: 'thinking',
        seal: isText(signature) ? { origin: 'anthropic', kind: 'signature', text: signature } : null,
      }
    case 'redacted_thinking':
      return { kind: 'sealed', seal: { origin: 'anthropic', kind: 'data', text: String(data) } }
    case 'tool_use': {
      if (!isText(name)) throw unreadable('it calls a tool without a name')
      const call = { id: isText(id) ? id : 'call', name, namespace: null, isCustom: false, seal: null }
      return { kind: 'call', ...call }
    }
    default:
      throw unreadable(`no other format has a block of type ${quoteValue(type)}`)
  }
}
