// Reads an answer of the Gemini API: whole, or chunk by chunk. Shapes:
// https://ai.google.dev/api/generate-content#GenerateContentResponse (2026-11).

import { isGiven, isObject, isText, quoteValue, type FieldRules, type Json } from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { AnswerListener, AnswerReader, Block, StopReason } from '../neutral/answer.ts'
import { callId } from '../neutral/block-order.ts'
import type { Seal } from '../neutral/seal.ts'
import type { TranslationPlan } from '../plan.ts'
import { noTokens, readGeminiTokens, type Tokens } from '../usage.ts'
import { unreadable } from '../errors/unreadable.ts'

/** The fields of a part of an answer. */
export const answerRules: FieldRules = {
  text: 'taken',
  thought: 'taken',
  thoughtSignature: 'taken',
  functionCall: 'taken',
  inlineData: 'taken',
  executableCode: 'taken',
  codeExecutionResult: 'taken',
  videoMetadata: 'dropped',
  partMetadata: 'dropped',
  fileData: { refused: 'the file is kept at Google' },
}

const reasons: ReadonlyMap<unknown, StopReason> = new Map([
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'filter'],
  ['RECITATION', 'filter'],
  ['LANGUAGE', 'filter'],
  ['BLOCKLIST', 'filter'],
  ['PROHIBITED_CONTENT', 'filter'],
  ['SPII', 'filter'],
  ['IMAGE_SAFETY', 'filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'filter'],
  ['IMAGE_RECITATION', 'filter'],
])

/**
 * Half an answer must not look complete (https://ai.google.dev/api/generate-content#FinishReason, 2026-11). `OTHER` has no
 * reason, and mostly no content (https://github.com/agentjido/req_llm/issues/944).
 */
const brokenOff: ReadonlySet<unknown> = new Set([
  ...['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS', 'MALFORMED_RESPONSE'],
  ...['MISSING_THOUGHT_SIGNATURE', 'OTHER', 'NO_IMAGE', 'IMAGE_OTHER'],
])

export class GeminiReader implements AnswerReader {
  isOpen = false
  readonly #listener: AnswerListener
  readonly #plan: Pick<TranslationPlan, 'requestId'>
  #open: (Block & { kind: 'text' | 'thinking' }) | null = null
  #calls = 0
  #tokens: Readonly<Tokens> = noTokens
  #hasUsage = false
  /** Null: the end was not said yet. */
  #reason: StopReason | null = null
  #explanation: string | null = null

  constructor(listener: AnswerListener, plan: Pick<TranslationPlan, 'requestId'>) {
    this.#listener = listener
    this.#plan = plan
  }

  readWhole(body: unknown): void {
    const answer = isObject(body) ? body : {}
    if (!Array.isArray(answer.candidates) && !isObject(answer.promptFeedback))
      throw unreadable('it has no candidates')
    this.take(answer)
    this.#reason ??= 'end'
    this.end()
  }

  take(chunk: Json): void {
    if (!this.isOpen) this.#start(chunk)
    if (isObject(chunk.usageMetadata)) {
      this.#tokens = readGeminiTokens(chunk.usageMetadata)
      this.#hasUsage = true
    }
    const candidates: unknown[] = Array.isArray(chunk.candidates) ? chunk.candidates : []
    for (const candidate of candidates)
      if (isObject(candidate) && (candidate.index ?? 0) === 0) this.#hear(candidate)
    const { promptFeedback: feedback } = chunk
    if (isObject(feedback) && isText(feedback.blockReason)) {
      this.#reason = 'filter'
      this.#explanation = isText(feedback.blockReasonMessage)
        ? feedback.blockReasonMessage
        : feedback.blockReason
    }
  }

  end(): boolean {
    if (!this.isOpen || this.#reason === null) return false
    this.#close()
    const reason = this.#reason === 'end' && this.#calls > 0 ? 'calls' : this.#reason
    const isRefused = reason === 'filter' || reason === 'refusal'
    this.#listener.finish({
      reason,
      sequence: null,
      explanation: isRefused ? this.#explanation : null,
      tokens: this.#tokens,
      hasUsage: this.#hasUsage,
    })
    return true
  }

  #start({ responseId: id, modelVersion: model }: Json): void {
    this.isOpen = true
    this.#listener.start({ id: isText(id) ? id : null, model: isText(model) ? model : null, tier: null })
  }

  #hear({ content, finishReason, finishMessage }: Json): void {
    const parts: unknown[] = isObject(content) && Array.isArray(content.parts) ? content.parts : []
    for (const part of parts) if (isObject(part)) this.#say(part)
    if (!isText(finishReason) || finishReason === 'FINISH_REASON_UNSPECIFIED') return
    if (brokenOff.has(finishReason)) throw unreadable(`it broke off, and says ${quoteValue(finishReason)}`)
    this.#reason = reasons.get(finishReason) ?? 'end'
    if (isText(finishMessage)) this.#explanation = finishMessage
  }

  #say(part: Json): void {
    const { functionCall: call, inlineData: data, executableCode: code, codeExecutionResult: result } = part
    const seal: Seal | null = isText(part.thoughtSignature)
      ? { origin: 'gemini', kind: 'signature', text: part.thoughtSignature }
      : null
    if (isObject(call)) return this.#call(call, seal)
    if (isObject(data)) return this.#show(data)
    if (isObject(code)) return this.#write('text', `\n\n(Ran this code: ${String(code.code)})\n\n`)
    if (isObject(result)) return this.#write('text', `(Its output: ${String(result.output)})\n\n`)
    if (isGiven(part.fileData)) throw unreadable('it has a file that is kept at Google')
    const kind = part.thought === true ? 'thinking' : 'text'
    if (isText(part.text)) this.#write(kind, part.text)
    if (seal !== null && kind === 'thinking') this.#sign(seal)
  }

  #write(kind: 'text' | 'thinking', text: string): void {
    if (this.#open?.kind !== kind) {
      this.#close()
      this.#open = kind === 'text' ? { kind } : { kind, seal: null }
      this.#listener.begin(this.#open)
    }
    this.#listener.piece(text)
  }

  #sign(seal: Seal): void {
    if (this.#open?.kind === 'thinking') this.#open.seal = seal
  }

  #call({ id, name, args }: Json, seal: Seal | null): void {
    if (!isText(name)) throw unreadable('it calls a tool without a name')
    this.#close()
    const own = isText(id) ? id : callId(this.#plan.requestId, this.#calls)
    this.#calls += 1
    this.#listener.begin({ kind: 'call', id: own, name, namespace: null, isCustom: false, seal })
    this.#listener.piece(isGiven(args) ? writeJson(args) : '{}')
    this.#listener.endBlock()
  }

  #show({ mimeType, data }: Json): void {
    if (!isText(mimeType) || !mimeType.startsWith('image/') || !isText(data))
      throw unreadable(`no other format has answers of ${quoteValue(mimeType)}`)
    this.#close()
    this.#listener.begin({ kind: 'image', source: { type: 'base64', mediaType: mimeType, data } })
    this.#listener.endBlock()
  }

  #close(): void {
    if (this.#open === null) return
    this.#open = null
    this.#listener.endBlock()
  }
}
