import { fullUsage, messageHead, plainText, unreadable } from '../completion-to-message.ts'
import { isObject, isText, quoted, type Json } from '../json-fields.ts'
import type { TranslationPlan } from '../plan.ts'
import { isBrokenOff, messageEnd } from '../stop-reasons.ts'
import { messageUsage, noTokens, tokensOfChat, type Tokens } from '../usage.ts'
import type { Direction } from './direction.ts'
import { MessageBlocks } from './message-blocks.ts'

/** Translates chunks of a chat completion to the events of a message. */
export class ChunksToEvents implements Direction {
  readonly keepAlive = 'event: ping\ndata: {"type":"ping"}\n\n'
  isOpen = false
  readonly #plan: TranslationPlan
  readonly #blocks: MessageBlocks
  #tokens: Readonly<Tokens> = noTokens
  /** The choice with the finish reason; the usage may still follow. */
  #last: Json | null = null
  #isRefused = false

  constructor(plan: TranslationPlan) {
    this.#plan = plan
    this.#blocks = new MessageBlocks(plan)
  }

  take(chunk: Json, out: string[]): void {
    if (isObject(chunk.usage)) this.#tokens = tokensOfChat(chunk.usage)
    if (!this.isOpen) this.#open(chunk, out)
    const choices: unknown[] = Array.isArray(chunk.choices) ? chunk.choices : []
    for (const choice of choices) if (isObject(choice) && (choice.index ?? 0) === 0) this.#hear(choice, out)
  }

  finish(isMarked: boolean, out: string[]): boolean {
    if (!this.isOpen || (this.#last === null && !isMarked)) return false
    this.#blocks.end(out)
    const said = { stops: this.#plan.stops, hasCalls: this.#blocks.hasCalls, isRefused: this.#isRefused }
    const delta = { ...messageEnd(this.#last ?? {}, said), stop_details: null, container: null }
    out.push(event({ type: 'message_delta', delta, usage: messageUsage(this.#tokens) }))
    out.push(event({ type: 'message_stop' }))
    return true
  }

  errorEvent(body: Json): string {
    return event(body)
  }

  #open(chunk: Json, out: string[]): void {
    this.isOpen = true
    const usage = fullUsage(messageUsage(this.#tokens), chunk.service_tier)
    const rest = { content: [], stop_reason: null, stop_sequence: null, stop_details: null, usage }
    out.push(event({ type: 'message_start', message: { ...messageHead(this.#plan, chunk), ...rest } }))
  }

  #hear(choice: Json, out: string[]): void {
    const { delta, finish_reason } = choice
    if (isObject(delta)) this.#say(delta, out)
    if (!isText(finish_reason)) return
    if (isBrokenOff(finish_reason)) throw unreadable(`it broke off, and says ${quoted(finish_reason)}`)
    this.#last = choice
  }

  #say(delta: Json, out: string[]): void {
    if (this.#plan.showsThinking) this.#think(delta, out)
    const { content, refusal, tool_calls } = delta
    if (typeof content === 'string') this.#blocks.say('text', content, out)
    else if (Array.isArray(content)) this.#sayParts(content, out)
    if (isText(refusal)) {
      this.#isRefused = true
      this.#blocks.say('text', refusal, out)
    }
    if (Array.isArray(tool_calls)) for (const call of tool_calls) this.#blocks.call(call, out)
  }

  /** Mistral sends thinking and text as parts. */
  #sayParts(parts: unknown[], out: string[]): void {
    for (const part of parts) {
      if (!isObject(part)) continue
      const isThinking = part.type === 'thinking'
      if (isThinking && !this.#plan.showsThinking) continue
      this.#blocks.say(isThinking ? 'thinking' : 'text', plainText(isThinking ? part.thinking : [part]), out)
    }
  }

  #think(delta: Json, out: string[]): void {
    const plain = isText(delta.reasoning_content) ? delta.reasoning_content : delta.reasoning
    if (isText(plain)) this.#blocks.say('thinking', plain, out)
    if (!Array.isArray(delta.reasoning_details)) return
    for (const detail of delta.reasoning_details as unknown[]) {
      if (!isObject(detail)) continue
      if (detail.type === 'reasoning.encrypted' && isText(detail.data)) this.#blocks.seal(detail.data, out)
      const text = detail.text ?? detail.summary
      if (!isText(plain) && isText(text)) this.#blocks.say('thinking', text, out)
      if (isText(detail.signature)) this.#blocks.sign(detail.signature, out)
    }
  }
}

function event(data: Json): string {
  return `event: ${data.type as string}\ndata: ${JSON.stringify(data)}\n\n`
}
