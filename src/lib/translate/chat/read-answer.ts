// Reads a chat completion: whole, or chunk by chunk. A message and a delta have the same fields.

import { isObject, isText, quoteValue, type FieldRules, type Json } from '../json-fields.ts'
import type { AnswerListener, AnswerReader, StopReason } from '../neutral/answer.ts'
import { BlockOrder } from '../neutral/block-order.ts'
import { parseDataUrl } from '../neutral/media.ts'
import { listSources, readSources } from '../neutral/sources.ts'
import type { TranslationPlan } from '../plan.ts'
import { noTokens, readChatTokens, type Tokens } from '../usage.ts'
import { unreadable } from '../errors/unreadable.ts'

/** The fields of an answer's message. Unknown ones are notes of a service. */
export const answerRules: FieldRules = {
  role: 'dropped',
  content: 'taken',
  refusal: 'taken',
  tool_calls: 'taken',
  function_call: 'taken',
  reasoning_content: 'taken',
  reasoning: 'taken',
  reasoning_details: 'taken',
  images: 'taken',
  annotations: 'taken',
  audio: { refused: 'the format of the client has no audio' },
}

/**
 * Reasons of services for a broken answer: half an answer must not look complete. `network_error` is Z.ai's
 * (https://docs.z.ai/api-reference/llm/chat-completion), `abort` vLLM's and SGLang's. Gemini names a broken call
 * (https://github.com/NousResearch/hermes-agent/issues/11171, 2026-11).
 */
const BROKEN_OFF =
  /^(?:error|insufficient_system_resource|network_error|abort(?:ed)?)$|MALFORMED_FUNCTION_CALL/i

/** Services spell reasons as others do, in small letters or capitals. */
const reasons: ReadonlyMap<string, StopReason> = new Map([
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['max_output_tokens', 'length'],
  ['model_length', 'length'], // Mistral: the context is full
  ['model_context_window_exceeded', 'length'], // Z.ai
  ['tool_calls', 'calls'],
  ['tool_use', 'calls'],
  ['function_call', 'calls'],
  ['content_filter', 'filter'],
  ['safety', 'filter'],
  ['recitation', 'filter'],
  ['prohibited_content', 'filter'],
  ['sensitive', 'filter'], // Z.ai
])

/** The facts of the request that the reader needs. */
type AnswerFacts = Pick<TranslationPlan, 'requestId' | 'stops' | 'hasForm'>

export class ChatReader implements AnswerReader {
  isOpen = false
  readonly #listener: AnswerListener
  readonly #plan: AnswerFacts
  readonly #blocks: BlockOrder
  #tokens: Readonly<Tokens> = noTokens
  #hasUsage = false
  /** The choice with the finish reason; the usage may still follow. */
  #last: Json | null = null
  #isRefused = false
  /** Beside the message, and repeated in every chunk of a stream. */
  #sources: readonly unknown[] = []
  /** The sources in the message itself. A service may give both. */
  readonly #annotations: unknown[] = []

  constructor(listener: AnswerListener, plan: AnswerFacts) {
    this.#listener = listener
    this.#plan = plan
    this.#blocks = new BlockOrder(listener, plan.requestId)
  }

  readWhole(body: unknown): void {
    const completion = isObject(body) ? body : {}
    const choices: unknown[] = Array.isArray(completion.choices) ? completion.choices : []
    const choice = choices.find((one) => isObject(one) && (one.index ?? 0) === 0)
    if (!isObject(choice) || !isObject(choice.message)) throw unreadable('it has no message')
    if (isObject(completion.usage)) this.#count(completion.usage)
    this.#open(completion)
    this.#cite(completion)
    this.#say(choice.message)
    this.#meetReason(choice.finish_reason)
    this.#last = choice
    this.end(true)
  }

  take(chunk: Json): void {
    if (isObject(chunk.usage)) this.#count(chunk.usage)
    if (!this.isOpen) this.#open(chunk)
    this.#cite(chunk)
    const choices: unknown[] = Array.isArray(chunk.choices) ? chunk.choices : []
    for (const choice of choices) if (isObject(choice) && (choice.index ?? 0) === 0) this.#hear(choice)
  }

  end(isMarked: boolean): boolean {
    if (!this.isOpen || (this.#last === null && !isMarked)) return false
    this.#sayCited()
    this.#blocks.end()
    const last = this.#last ?? {}
    const { reason, sequence } = this.#stop(last)
    this.#listener.finish({
      reason,
      sequence,
      explanation: null,
      tokens: this.#tokens,
      hasUsage: this.#hasUsage,
    })
    return true
  }

  /**
   * vLLM names the matched stop sequence in `stop_reason`. Some services say `stop` after tool calls, which a client
   * would then not run.
   */
  #stop(choice: Json): { reason: StopReason; sequence: string | null } {
    const met = choice.stop_reason
    const { finish_reason: written } = choice
    const said = (isText(written) ? reasons.get(written.toLowerCase()) : undefined) ?? 'end'
    // A client that hears of calls and gets none would wait for their results.
    const reason = said === 'calls' && !this.#blocks.hasCalls ? 'end' : said
    if (reason !== 'end') return { reason, sequence: null }
    if (typeof met === 'string' && this.#plan.stops.includes(met))
      return { reason: 'sequence', sequence: met }
    if (this.#isRefused) return { reason: 'refusal', sequence: null }
    return { reason: this.#blocks.hasCalls ? 'calls' : 'end', sequence: null }
  }

  #count(usage: Json): void {
    this.#tokens = readChatTokens(usage)
    this.#hasUsage = true
  }

  /** The sources of Perplexity and xAI (https://docs.perplexity.ai/api-reference, https://docs.x.ai/docs, 2026-11). */
  #cite({ search_results: found, citations }: Json): void {
    const list = Array.isArray(found) ? found : citations
    if (Array.isArray(list)) this.#sources = list as unknown[]
  }

  /** An answer in JSON stays JSON. */
  #sayCited(): void {
    const cited = readSources(this.#annotations)
    const sources = cited.length === 0 ? this.#sources : this.#annotations
    if (!this.#plan.hasForm) this.#blocks.say('text', listSources(sources))
    else if (sources.length > 0) this.#listener.cite?.(readSources(sources))
  }

  #open({ id, model, service_tier: tier }: Json): void {
    this.isOpen = true
    const asText = (value: unknown) => (isText(value) ? value : null)
    this.#listener.start({ id: asText(id), model: asText(model), tier: asText(tier) })
  }

  #hear(choice: Json): void {
    const { delta, message, finish_reason } = choice
    if (isObject(delta)) this.#say(delta)
    else if (isObject(message)) this.#say(message)
    if (!isText(finish_reason)) return
    this.#meetReason(finish_reason)
    this.#last = choice
  }

  #meetReason(reason: unknown): void {
    if (isText(reason) && BROKEN_OFF.test(reason))
      throw unreadable(`it broke off, and says ${quoteValue(reason)}`)
  }

  #say(delta: Json): void {
    this.#think(delta)
    const { content, refusal, tool_calls, function_call: legacy, images, audio, annotations } = delta
    if (typeof content === 'string') this.#blocks.say('text', content)
    else if (Array.isArray(content)) for (const part of content as unknown[]) this.#sayPart(part)
    if (isText(refusal)) this.#refuse(refusal)
    if (Array.isArray(images)) for (const image of images as unknown[]) this.#show(image)
    if (Array.isArray(tool_calls)) for (const call of tool_calls as unknown[]) this.#blocks.call(call)
    if (isObject(legacy)) this.#blocks.call({ index: 0, function: legacy })
    if (Array.isArray(annotations)) this.#annotations.push(...(annotations as unknown[]))
    if (isObject(audio)) throw unreadable('it has audio, which the format of the client has not')
  }

  #refuse(text: string): void {
    this.#isRefused = true
    this.#blocks.say('refusal', text)
  }

  /** Mistral sends thinking and text as parts. */
  #sayPart(part: unknown): void {
    if (!isObject(part)) return
    switch (part.type) {
      case 'text':
      case 'output_text':
        return this.#blocks.say('text', joinTextParts([part]))
      case 'thinking':
        return this.#blocks.say('thinking', joinTextParts(part.thinking))
      case 'refusal':
        return this.#refuse(isText(part.refusal) ? part.refusal : '')
      case 'image_url':
        return this.#show(part)
      case 'reference':
        return // Mistral's mark of a citation between two texts
      default:
        throw unreadable(`no other format has a part ${quoteValue(part.type)}`)
    }
  }

  /** OpenRouter's images: https://openrouter.ai/docs/features/multimodal/image-generation (2026-11). */
  #show(image: unknown): void {
    const url = isObject(image) && isObject(image.image_url) ? image.image_url.url : null
    if (!isText(url)) throw unreadable('it has an image without a URL')
    this.#blocks.show(url.startsWith('data:') ? parseDataUrl(url, 'image_url') : { type: 'url', url })
  }

  /**
   * Thinking, from `reasoning_content` (DeepSeek, Qwen), `reasoning` (Groq, vLLM), or the pieces of
   * `reasoning_details` (OpenRouter), which may be signed or sealed.
   */
  #think(delta: Json): void {
    const plain = isText(delta.reasoning_content) ? delta.reasoning_content : delta.reasoning
    const details: unknown[] = Array.isArray(delta.reasoning_details) ? delta.reasoning_details : []
    const saysText = details.some((one) => isObject(one) && isText(one.text ?? one.summary))
    if (isText(plain) && !saysText) this.#blocks.say('thinking', plain)
    for (const detail of details) {
      if (!isObject(detail)) continue
      if (detail.type === 'reasoning.encrypted' && isText(detail.data))
        this.#blocks.seal({ origin: findOrigin(detail), kind: 'data', text: detail.data })
      const text = detail.text ?? detail.summary
      if (isText(text)) this.#blocks.say('thinking', text)
      if (isText(detail.signature)) this.#blocks.sign(detail.signature, findOrigin(detail))
    }
  }
}

/** A router names the maker of sealed thinking. Only Anthropic's opens at its maker too. */
function findOrigin({ format }: Json): 'anthropic' | 'openrouter' {
  return isText(format) && !format.startsWith('anthropic') ? 'openrouter' : 'anthropic'
}

/** A text, or the texts of a list of parts, as in Mistral's thinking. */
export function joinTextParts(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return (content as unknown[])
    .map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : ''))
    .join('')
}
