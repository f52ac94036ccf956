import { unreadable } from '../completion-to-message.ts'
import { isObject, isText, quoted, type Json } from '../json-fields.ts'
import { sealedDetail, textDetail } from '../message-to-completion.ts'
import type { TranslationPlan } from '../plan.ts'
import { chatTier, finishReason } from '../stop-reasons.ts'
import { chatUsage, noTokens, tokensOfMessage, type Tokens } from '../usage.ts'
import type { Direction } from './direction.ts'

interface Block {
  type: unknown
  /** For a tool call: its number, and the input given at its start. */
  call: number
  input: unknown
  sawInput: boolean
  /** For thinking: the entry for `reasoning_details` at its end. */
  thinking: string[]
  signature: string
}

/** Translates the events of a message to chunks of a chat completion. */
export class EventsToChunks implements Direction {
  readonly keepAlive = ': ping\n\n'
  isOpen = false
  readonly #plan: TranslationPlan
  readonly #blocks = new Map<unknown, Block>()
  /** The first and last fields of all chunks. */
  #head = ''
  #tail = ''
  #calls = 0
  #details = 0
  #tokens: Readonly<Tokens> = noTokens
  #hasUsage = false
  #stop: Json = {}
  #isComplete = false

  constructor(plan: TranslationPlan) {
    this.#plan = plan
  }

  take(event: Json, out: string[]): void {
    switch (event.type) {
      case 'message_start':
        return this.#open(isObject(event.message) ? event.message : {}, out)
      case 'content_block_start':
        return this.#begin(event, out)
      case 'content_block_delta':
        return this.#hear(event, out)
      case 'content_block_stop':
        return this.#end(event.index, out)
      case 'message_delta':
        if (isObject(event.delta)) this.#stop = event.delta
        return this.#count(event.usage)
      case 'message_stop':
        return this.#complete(out)
      default: // Anthropic may add events; unknown ones are ignored.
    }
  }

  finish(): boolean {
    return this.#isComplete
  }

  errorEvent(body: Json): string {
    return `data: ${JSON.stringify(body)}\n\n`
  }

  #open(message: Json, out: string[]): void {
    if (this.isOpen) return
    this.isOpen = true
    this.#count(message.usage)
    const tier = isObject(message.usage) ? chatTier(message.usage.service_tier) : null
    const head = JSON.stringify({
      id: isText(message.id) ? message.id : `chatcmpl-${this.#plan.requestId}`,
      object: 'chat.completion.chunk',
      created: this.#plan.createdAt,
      model: isText(message.model) ? message.model : this.#plan.model,
      ...(tier === null ? {} : { service_tier: tier }),
    })
    this.#head = `data: ${head.slice(0, -1)},"choices":[`
    this.#tail = this.#plan.wantsUsage ? '],"usage":null}\n\n' : ']}\n\n'
    this.#say('{"role":"assistant","content":"","refusal":null}', out)
  }

  #begin({ index, content_block: content }: Json, out: string[]): void {
    if (!this.isOpen) this.#open({}, out)
    const given = isObject(content) ? content : {}
    const { type } = given
    const block: Block = { type, call: 0, input: given.input, sawInput: false, thinking: [], signature: '' }
    this.#blocks.set(index, block)
    switch (type) {
      case 'text':
        if (isText(given.text)) this.#say(`{"content":${JSON.stringify(given.text)}}`, out)
        return
      case 'thinking':
        if (isText(given.thinking)) this.#think(block, given.thinking, out)
        if (isText(given.signature)) block.signature = given.signature
        return
      case 'redacted_thinking':
        return this.#detail(sealedDetail(given.data, this.#details), out)
      case 'tool_use':
        block.call = this.#calls
        this.#calls += 1
        return this.#call(block, given, out)
      default:
        throw unreadable(`chat completions have nothing like a block of type ${quoted(type)}`)
    }
  }

  #call(block: Block, { id, name }: Json, out: string[]): void {
    const called = { index: block.call, id, type: 'function', function: { name, arguments: '' } }
    this.#say(`{"tool_calls":[${JSON.stringify(called)}]}`, out)
  }

  #hear({ index, delta }: Json, out: string[]): void {
    const block = this.#blocks.get(index)
    if (block === undefined || !isObject(delta)) return
    switch (delta.type) {
      case 'text_delta':
        return this.#say(`{"content":${JSON.stringify(delta.text ?? '')}}`, out)
      case 'thinking_delta':
        if (isText(delta.thinking)) this.#think(block, delta.thinking, out)
        return
      case 'signature_delta':
        if (isText(delta.signature)) block.signature += delta.signature
        return
      case 'input_json_delta':
        if (isText(delta.partial_json)) this.#arguments(block, delta.partial_json, out)
        return
      default: // citations, which the request did not ask for
    }
  }

  #think(block: Block, text: string, out: string[]): void {
    block.thinking.push(text)
    this.#say(`{"reasoning_content":${JSON.stringify(text)}}`, out)
  }

  #arguments(block: Block, piece: string, out: string[]): void {
    block.sawInput = true
    const text = JSON.stringify(piece)
    this.#say(`{"tool_calls":[{"index":${block.call},"function":{"arguments":${text}}}]}`, out)
  }

  /**
   * A call without arguments must still be JSON. Signed thinking is repeated as a whole that the client can send
   * back.
   */
  #end(index: unknown, out: string[]): void {
    const block = this.#blocks.get(index)
    if (block === undefined) return
    this.#blocks.delete(index)
    if (block.type === 'tool_use' && !block.sawInput) {
      this.#arguments(block, JSON.stringify(block.input ?? {}), out)
    }
    if (block.type === 'thinking' && block.signature !== '') {
      const thought = { thinking: block.thinking.join(''), signature: block.signature }
      this.#detail(textDetail(thought, this.#details), out)
    }
  }

  #detail(detail: Json, out: string[]): void {
    this.#details += 1
    this.#say(JSON.stringify({ reasoning_details: [detail] }), out)
  }

  #count(usage: unknown): void {
    if (!isObject(usage)) return
    this.#hasUsage = true
    this.#tokens = tokensOfMessage(usage, this.#tokens)
  }

  #complete(out: string[]): void {
    if (!this.isOpen || this.#isComplete) return
    this.#isComplete = true
    const { stop_reason, stop_details } = this.#stop
    const why = isObject(stop_details) && stop_reason === 'refusal' ? stop_details.explanation : null
    const delta = isText(why) ? `{"refusal":${JSON.stringify(why)}}` : '{}'
    this.#say(delta, out, `"${finishReason(stop_reason)}"`)
    if (this.#plan.wantsUsage && this.#hasUsage) {
      out.push(`${this.#head}],"usage":${JSON.stringify(chatUsage(this.#tokens))}}\n\n`)
    }
    out.push('data: [DONE]\n\n')
  }

  #say(delta: string, out: string[], reason = 'null'): void {
    const choice = `{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}}`
    out.push(this.#head + choice + this.#tail)
  }
}
