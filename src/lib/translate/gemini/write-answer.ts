// Writes an answer as a response of the Gemini API: its chunks, or the whole. Shapes:
// https://ai.google.dev/api/generate-content#GenerateContentResponse (2026-11).

import type { QwenctlError } from '../../base/errors.ts'
import type { Json } from '../json-fields.ts'
import { compactJson, RawJson, writeJson } from '../json/raw-json.ts'
import type { AnswerEnd, AnswerHead, AnswerWriter, Block, StopReason } from '../neutral/answer.ts'
import { showSeal, type Seal } from '../neutral/seal.ts'
import { brokenCall, readInput } from '../neutral/tools/object-input.ts'
import type { TranslationPlan } from '../plan.ts'
import { geminiUsage } from '../usage.ts'
import { unreadable } from '../errors/unreadable.ts'

const finishReasons: Readonly<Record<StopReason, string>> = {
  end: 'STOP',
  length: 'MAX_TOKENS',
  calls: 'STOP',
  refusal: 'SAFETY',
  filter: 'SAFETY',
  sequence: 'STOP',
  pause: 'STOP',
}

export class GeminiWriter implements AnswerWriter {
  readonly #plan: TranslationPlan
  readonly #send: (text: string) => void
  readonly #parts: Json[] = []
  #head: Json = {}
  #block: Block | null = null
  #pieces: string[] = []
  #hasSent = false
  #hasRefused = false
  /** The error of a call with arguments that are no object; null: there is none. */
  #broken: QwenctlError | null = null
  #whole: Json = {}

  constructor(plan: TranslationPlan, send: (text: string) => void) {
    this.#plan = plan
    this.#send = send
  }

  /**
   * A blank: the SDK in Gemini CLI 0.61 takes no comment between events
   * (https://github.com/googleapis/js-genai, src/_api_client.ts, 2026-11).
   */
  get keepAlive(): string {
    return this.#plan.isList ? ' ' : '\n'
  }

  start({ id, model }: AnswerHead): void {
    this.#head = { modelVersion: model ?? this.#plan.model, responseId: id ?? this.#plan.requestId }
  }

  begin(block: Block): void {
    this.#block = block
    this.#pieces = []
    if (block.kind === 'refusal') this.#hasRefused = true
  }

  /** Text goes at once. Calls and signed thinking are whole parts. */
  piece(text: string): void {
    this.#pieces.push(text)
    const { kind } = this.#block!
    if (kind === 'text' || kind === 'refusal') this.#sendParts([{ text }])
    else if (kind === 'thinking') this.#sendParts([{ text, thought: true }])
  }

  endBlock(): void {
    const block = this.#block!
    const text = this.#pieces.join('')
    this.#block = null
    const part = partFor(block, text)
    if (part === null) {
      this.#broken ??= brokenCall(block.kind === 'call' ? block.name : '')
      return
    }
    this.#parts.push(part)
    if (block.kind === 'thinking') {
      if (block.seal !== null) this.#sendParts([{ text: '', thought: true, ...signatureFor(block.seal) }])
    } else if (block.kind !== 'text' && block.kind !== 'refusal') this.#sendParts([part])
  }

  finish(end: AnswerEnd): void {
    // The limit of tokens may have cut the last call: its client learns that from the finish reason.
    if (this.#broken !== null && end.reason !== 'length') throw this.#broken
    const isTold = end.reason === 'refusal' && this.#hasRefused
    const candidate = {
      finishReason: isTold ? 'STOP' : finishReasons[end.reason],
      ...(end.explanation === null ? {} : { finishMessage: end.explanation }),
      index: 0,
    }
    const usage = end.hasUsage ? { usageMetadata: geminiUsage(end.tokens) } : {}
    const content = (parts: Json[]): Json => ({ parts, role: 'model' })
    this.#sendChunk({
      candidates: [{ content: content([{ text: '' }]), ...candidate }],
      ...usage,
      ...this.#head,
    })
    if (this.#plan.isList) this.#send(']')
    this.#whole = { candidates: [{ content: content(this.#parts), ...candidate }], ...usage, ...this.#head }
  }

  get whole(): Json {
    return this.#whole
  }

  error(body: Json): string {
    if (!this.#plan.isList) return `data: ${writeJson(body)}\n\n`
    return `${this.#hasSent ? ',\n' : '['}${writeJson(body)}]`
  }

  #sendParts(parts: Json[]): void {
    this.#sendChunk({ candidates: [{ content: { parts, role: 'model' }, index: 0 }], ...this.#head })
  }

  #sendChunk(chunk: Json): void {
    const text = writeJson(chunk)
    if (!this.#plan.isList) return this.#send(`data: ${text}\n\n`)
    this.#send(`${this.#hasSent ? ',\n' : '['}${text}`)
    this.#hasSent = true
  }
}

/** Null: the arguments of a call are no object. */
function partFor(block: Block, text: string): Json | null {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return { text }
    case 'thinking':
      return { text, thought: true, ...(block.seal === null ? {} : signatureFor(block.seal)) }
    case 'sealed':
      return { text: '', thought: true, ...signatureFor(block.seal) }
    case 'call': {
      const { id, name, seal } = block
      const input = readInput(text)
      if (input === null) return null
      return {
        functionCall: { id, name, args: new RawJson(compactJson(input.text)) },
        ...(seal === null ? {} : signatureFor(seal)),
      }
    }
    case 'image': {
      const { source } = block
      if (source.type !== 'base64') throw unreadable('a Gemini answer has images as data, not as a URL')
      return { inlineData: { mimeType: source.mediaType, data: source.data } }
    }
  }
}

function signatureFor(seal: Seal): Json {
  return { thoughtSignature: showSeal(seal, 'gemini') }
}
