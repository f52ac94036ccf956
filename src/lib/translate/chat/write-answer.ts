// Writes an answer as a chat completion: its chunks, or the whole.

import { isText, type Json } from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { AnswerEnd, AnswerHead, AnswerWriter, Block, StopReason } from '../neutral/answer.ts'
import { dataUrl } from '../neutral/media.ts'
import type { Citation } from '../neutral/sources.ts'
import { wrapSeal, type Seal } from '../neutral/seal.ts'
import { fillInput } from '../neutral/tools/object-input.ts'
import type { TranslationPlan } from '../plan.ts'
import { chatUsage } from '../usage.ts'

const finishReasons: Readonly<Record<StopReason, string>> = {
  end: 'stop',
  length: 'length',
  calls: 'tool_calls',
  refusal: 'content_filter',
  filter: 'content_filter',
  sequence: 'stop',
  pause: 'stop',
}

export class ChatWriter implements AnswerWriter {
  readonly keepAlive = ': ping\n\n'
  readonly #plan: TranslationPlan
  readonly #send: (text: string) => void
  readonly #texts: string[] = []
  readonly #refusals: string[] = []
  readonly #thoughts: string[] = []
  readonly #details: Json[] = []
  readonly #calls: Json[] = []
  readonly #images: Json[] = []
  readonly #annotations: Json[] = []
  /** The call in the form of 2023; null: there is none. */
  #legacy: Json | null = null
  #block: Block | null = null
  #pieces: string[] = []
  #common: Json = {}
  /** The first and last fields of all chunks. */
  #head = ''
  #tail = ''
  #whole: Json = {}

  constructor(plan: TranslationPlan, send: (text: string) => void) {
    this.#plan = plan
    this.#send = send
  }

  start({ id, model, tier }: AnswerHead): void {
    this.#common = {
      id: id ?? `chatcmpl-${this.#plan.requestId}`,
      object: 'chat.completion.chunk',
      created: this.#plan.createdAt,
      model: model ?? this.#plan.model,
      ...(tier === null ? {} : { service_tier: tier }),
    }
    this.#head = `data: ${writeJson(this.#common).slice(0, -1)},"choices":[`
    this.#tail = this.#plan.wantsUsage ? '],"usage":null}\n\n' : ']}\n\n'
    this.#say('{"role":"assistant","content":"","refusal":null}')
  }

  begin(block: Block): void {
    this.#block = block
    this.#pieces = []
    if (block.kind === 'call') this.#beginCall(block)
    else if (block.kind === 'sealed') this.#detail(sealedDetail(block.seal, this.#details.length))
    else if (block.kind === 'image') this.#showImage(block)
  }

  #beginCall(block: Block & { kind: 'call' }): void {
    const index = this.#calls.length
    const { id, name, isCustom, seal } = block
    if (block.isLegacy === true) return this.#say(`{"function_call":${writeJson({ name, arguments: '' })}}`)
    const kind = isCustom ? 'custom' : 'function'
    const called = {
      index,
      id,
      type: kind,
      [kind]: { name, [isCustom ? 'input' : 'arguments']: '' },
      ...(seal === null ? {} : { extra_content: { google: { thought_signature: seal.text } } }),
    }
    this.#say(`{"tool_calls":[${writeJson(called)}]}`)
  }

  piece(piece: string): void {
    this.#pieces.push(piece)
    const text = JSON.stringify(piece)
    const block = this.#block!
    switch (block.kind) {
      case 'text':
        return this.#say(`{"content":${text}}`)
      case 'refusal':
        return this.#say(`{"refusal":${text}}`)
      case 'thinking':
        return this.#say(`{"reasoning_content":${text}}`)
      case 'call': {
        if (block.isLegacy === true) return this.#say(`{"function_call":{"arguments":${text}}}`)
        const input = block.isCustom ? `"custom":{"input":${text}}` : `"function":{"arguments":${text}}`
        return this.#say(`{"tool_calls":[{"index":${this.#calls.length},${input}}]}`)
      }
      case 'sealed':
      case 'image':
    }
  }

  /** The places in the text are unknown, so each source is one of the whole text. */
  cite(sources: readonly Citation[]): void {
    const end_index = [...this.#texts, ...this.#pieces].join('').length
    const annotations = sources.map(({ url, title }) => ({
      type: 'url_citation',
      url_citation: { url, title, start_index: 0, end_index },
    }))
    this.#annotations.push(...annotations)
    this.#say(writeJson({ annotations }))
  }

  endBlock(): void {
    const block = this.#block!
    const text = this.#pieces.join('')
    if (block.kind === 'text') this.#texts.push(text)
    else if (block.kind === 'refusal') this.#refusals.push(text)
    else if (block.kind === 'thinking') this.#endThinking(block, text)
    else if (block.kind === 'call' && block.isLegacy === true) this.#legacy = legacyCall(block, text)
    else if (block.kind === 'call') this.#calls.push(wholeCall(block, text))
    this.#block = null
  }

  /** Signed thinking is repeated as a whole that the client can send back. */
  #endThinking({ seal }: Block & { kind: 'thinking' }, text: string): void {
    if (text !== '') this.#thoughts.push(text)
    if (seal !== null) this.#detail(textDetail(text, seal, this.#details.length))
  }

  #showImage({ source }: Block & { kind: 'image' }): void {
    const url = source.type === 'base64' ? dataUrl(source) : source.type === 'url' ? source.url : ''
    const image = { type: 'image_url', image_url: { url }, index: this.#images.length }
    this.#images.push(image)
    this.#say(writeJson({ images: [image] }))
  }

  finish({ reason, explanation, tokens, hasUsage }: AnswerEnd): void {
    if (isText(explanation)) this.#refusals.push(explanation)
    // A refusal in words is a regular end of a chat.
    const isTold = reason === 'refusal' && !isText(explanation) && this.#refusals.length > 0
    const finish = isTold
      ? 'stop'
      : this.#legacy !== null && reason === 'calls'
        ? 'function_call'
        : finishReasons[reason]
    this.#say(isText(explanation) ? `{"refusal":${JSON.stringify(explanation)}}` : '{}', `"${finish}"`)
    const usage = hasUsage ? chatUsage(tokens) : null
    if (this.#plan.wantsUsage && usage !== null) this.#send(`${this.#head}],"usage":${writeJson(usage)}}\n\n`)
    this.#send('data: [DONE]\n\n')
    this.#whole = {
      ...this.#common,
      object: 'chat.completion',
      choices: [{ index: 0, message: this.#message(), logprobs: null, finish_reason: finish }],
      ...(usage === null ? {} : { usage }),
    }
  }

  get whole(): Json {
    return this.#whole
  }

  error(body: Json): string {
    return `data: ${writeJson(body)}\n\n`
  }

  #message(): Json {
    const hasCalls = this.#calls.length > 0 || this.#legacy !== null
    return {
      role: 'assistant',
      content: this.#texts.length === 0 && hasCalls ? null : this.#texts.join(''),
      refusal: this.#refusals.length === 0 ? null : this.#refusals.join(''),
      ...(this.#thoughts.length === 0 ? {} : { reasoning_content: this.#thoughts.join('\n\n') }),
      ...(this.#details.length === 0 ? {} : { reasoning_details: this.#details }),
      ...(this.#images.length === 0 ? {} : { images: this.#images }),
      ...(this.#annotations.length === 0 ? {} : { annotations: this.#annotations }),
      ...(this.#calls.length === 0 ? {} : { tool_calls: this.#calls }),
      ...(this.#legacy === null ? {} : { function_call: this.#legacy }),
    }
  }

  #detail(detail: Json): void {
    this.#details.push(detail)
    this.#say(writeJson({ reasoning_details: [detail] }))
  }

  #say(delta: string, reason = 'null'): void {
    const choice = `{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}}`
    this.#send(this.#head + choice + this.#tail)
  }
}

const FORMAT = 'anthropic-claude-v1'

/** Signed thinking, as an entry of `reasoning_details` in OpenRouter's form. */
function textDetail(text: string, seal: Seal, index: number): Json {
  const signature = seal.origin === 'anthropic' ? seal.text : wrapSeal(seal)
  return { type: 'reasoning.text', text, signature, format: FORMAT, index }
}

/** Thinking that a service has sealed, as an entry of `reasoning_details`. */
function sealedDetail(seal: Seal, index: number): Json {
  const data = seal.origin === 'anthropic' ? seal.text : wrapSeal(seal)
  return { type: 'reasoning.encrypted', data, format: FORMAT, index }
}

function legacyCall({ name }: Block & { kind: 'call' }, text: string): Json {
  return { name, arguments: fillInput(text) }
}

function wholeCall({ id, name, isCustom, seal }: Block & { kind: 'call' }, text: string): Json {
  const sealed = seal === null ? {} : { extra_content: { google: { thought_signature: seal.text } } }
  if (isCustom) return { id, type: 'custom', custom: { name, input: text }, ...sealed }
  return { id, type: 'function', function: { name, arguments: fillInput(text) }, ...sealed }
}
