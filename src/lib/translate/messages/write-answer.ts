// Writes an answer as a message of the Messages API: its events, or the whole. Shapes:
// https://platform.claude.com/docs/en/build-with-claude/streaming (2026-11).

import type { QwenctlError } from '../../base/errors.ts'
import type { Json } from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { AnswerEnd, AnswerHead, AnswerWriter, Block, StopReason } from '../neutral/answer.ts'
import { wrapInput } from '../neutral/tools/custom-tools.ts'
import { brokenCall, readInput } from '../neutral/tools/object-input.ts'
import { showSeal, wrapSeal, type Seal } from '../neutral/seal.ts'
import type { TranslationPlan } from '../plan.ts'
import { messageTier } from '../tiers.ts'
import { messageUsage, noTokens } from '../usage.ts'
import { unreadable } from '../errors/unreadable.ts'

const stopReasons: Readonly<Record<StopReason, string>> = {
  end: 'end_turn',
  length: 'max_tokens',
  calls: 'tool_use',
  refusal: 'refusal',
  filter: 'refusal',
  sequence: 'stop_sequence',
  pause: 'pause_turn',
}

export class MessagesWriter implements AnswerWriter {
  readonly keepAlive = 'event: ping\ndata: {"type":"ping"}\n\n'
  readonly #plan: TranslationPlan
  readonly #send: (text: string) => void
  #message: Json = {}
  readonly #content: Json[] = []
  #block: Block | null = null
  #pieces: string[] = []
  /** The beginning of the current block's deltas. */
  #delta = ''
  /** The error of a call with arguments that are no object; null: there is none. */
  #broken: QwenctlError | null = null

  constructor(plan: TranslationPlan, send: (text: string) => void) {
    this.#plan = plan
    this.#send = send
  }

  start({ id, model, tier }: AnswerHead): void {
    const usage = {
      ...messageUsage(noTokens),
      cache_creation: null,
      inference_geo: null,
      service_tier: messageTier(tier),
      speed: null,
    }
    this.#message = {
      id: id ?? `msg_${this.#plan.requestId}`,
      type: 'message',
      role: 'assistant',
      model: model ?? this.#plan.model,
      container: null,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage,
    }
    this.#event({ type: 'message_start', message: this.#message })
  }

  begin(block: Block): void {
    if (block.kind === 'call' && block.seal !== null) {
      this.begin({ kind: 'sealed', seal: block.seal })
      this.endBlock()
    }
    this.#block = block
    this.#pieces = []
    const index = this.#content.length
    this.#event({ type: 'content_block_start', index, content_block: beginBlock(block) })
    this.#delta = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":`
  }

  piece(text: string): void {
    this.#pieces.push(text)
    const block = this.#block!
    // The text of a custom tool is whole only at its end.
    if (block.kind === 'call' && block.isCustom) return
    this.#tell(block, text)
  }

  #tell({ kind }: Block, piece: string): void {
    const text = JSON.stringify(piece)
    if (kind === 'call') this.#send(`${this.#delta}{"type":"input_json_delta","partial_json":${text}}}\n\n`)
    else if (kind === 'thinking')
      this.#send(`${this.#delta}{"type":"thinking_delta","thinking":${text}}}\n\n`)
    else this.#send(`${this.#delta}{"type":"text_delta","text":${text}}}\n\n`)
  }

  endBlock(): void {
    const block = this.#block!
    const text = this.#pieces.join('')
    if (block.kind === 'call' && block.isCustom) this.#tell(block, wrapInput(text))
    if (block.kind === 'thinking' && block.seal !== null) {
      const signature = JSON.stringify(writeSignature(block.seal))
      this.#send(`${this.#delta}{"type":"signature_delta","signature":${signature}}}\n\n`)
    }
    const index = this.#content.length
    const complete = this.#completeBlock(block, text)
    if (complete !== null) this.#content.push(complete)
    this.#send(`event: content_block_stop\ndata: {"type":"content_block_stop","index":${index}}\n\n`)
    this.#block = null
  }

  /** A stream passes the input as it comes; a whole message must have it as an object. Null: the input is no object. */
  #completeBlock(block: Block, text: string): Json | null {
    const start = beginBlock(block)
    switch (block.kind) {
      case 'text':
      case 'refusal':
        return { ...start, text }
      case 'thinking':
        return { ...start, thinking: text, signature: block.seal === null ? '' : writeSignature(block.seal) }
      case 'call': {
        if (this.#plan.isStream) return { ...start, input: {} }
        const input = readInput(block.isCustom ? wrapInput(text) : text)
        if (input !== null) return { ...start, input }
        this.#broken ??= brokenCall(block.name)
        return null
      }
      case 'sealed':
      case 'image':
        return start
    }
  }

  finish({ reason, sequence, explanation, tokens }: AnswerEnd): void {
    // The limit of tokens may have cut a call: the client learns that from the stop reason.
    if (this.#broken !== null && reason !== 'length') throw this.#broken
    const usage = messageUsage(tokens)
    const details = explanation === null ? null : { type: 'refusal', category: null, explanation }
    const end = { stop_reason: stopReasons[reason], stop_sequence: sequence, stop_details: details }
    this.#event({ type: 'message_delta', delta: { ...end, container: null }, usage })
    this.#event({ type: 'message_stop' })
    this.#message = {
      ...this.#message,
      ...end,
      content: this.#content,
      usage: { ...(this.#message.usage as Json), ...usage },
    }
  }

  get whole(): Json {
    return this.#message
  }

  error(body: Json): string {
    return `event: error\ndata: ${writeJson(body)}\n\n`
  }

  #event(data: Json): void {
    this.#send(`event: ${data.type as string}\ndata: ${writeJson(data)}\n\n`)
  }
}

function beginBlock(block: Block): Json {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: '', citations: null }
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'sealed':
      return { type: 'redacted_thinking', data: showSeal(block.seal, 'anthropic') }
    case 'call':
      return { type: 'tool_use', id: block.id, caller: { type: 'direct' }, name: block.name, input: {} }
    case 'image':
      throw unreadable('it has an image, which a message cannot have')
  }
}

function writeSignature(seal: Seal): string {
  return seal.kind === 'signature' ? showSeal(seal, 'anthropic') : wrapSeal(seal)
}
