// Writes an answer as a response of the Responses API: its events, or the whole. Shapes and order of events:
// https://platform.openai.com/docs/api-reference/responses-streaming (2026-11).

import type { Json } from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { AnswerEnd, AnswerHead, AnswerWriter, Block } from '../neutral/answer.ts'
import type { Citation } from '../neutral/sources.ts'
import type { TranslationPlan } from '../plan.ts'
import { responseUsage } from '../usage.ts'
import { itemFor, type Item } from './items.ts'

const incompleteReasons: ReadonlyMap<string, string> = new Map([
  ['length', 'max_output_tokens'],
  ['filter', 'content_filter'],
])

export class ResponsesWriter implements AnswerWriter {
  readonly keepAlive = ': ping\n\n'
  readonly #plan: TranslationPlan
  readonly #send: (text: string) => void
  readonly #output: Json[] = []
  #sequence = 0
  #head: AnswerHead = { id: null, model: null, tier: null }
  #item: Item | null = null
  #pieces: string[] = []
  /** The beginning of the current item's deltas, up to the sequence number. */
  #delta = ''
  #whole: Json = {}

  constructor(plan: TranslationPlan, send: (text: string) => void) {
    this.#plan = plan
    this.#send = send
  }

  start(head: AnswerHead): void {
    this.#head = head
    const response = this.#response('in_progress', {})
    this.#event('response.created', { response })
    this.#event('response.in_progress', { response })
  }

  begin(block: Block): void {
    if (block.kind === 'call' && block.seal !== null) this.#addSealed(block)
    const { itemsToken, requestId } = this.#plan
    const item = itemFor(block, `${itemsToken ?? requestId}_${this.#output.length}`)
    const output_index = this.#output.length
    this.#item = item
    this.#pieces = []
    this.#event('response.output_item.added', { output_index, item: item.begun })
    const { part, delta } = item.events
    if (part !== null) {
      const { name, index, value } = part
      this.#event(`${name}.added`, { item_id: item.id, output_index, [index]: 0, part: value('') })
    }
    if (delta === null) return
    const at = part === null ? '' : `,"${part.index}":0`
    this.#delta = `event: ${delta}\ndata: {"type":"${delta}","item_id":"${item.id}","output_index":${output_index}${at},"sequence_number":`
  }

  piece(text: string): void {
    const { events } = this.#item!
    this.#pieces.push(text)
    if (events.delta === null) return
    const more = events.more
    this.#send(`${this.#delta}${this.#sequence},"delta":${JSON.stringify(text)}${more}}\n\n`)
    this.#sequence += 1
  }

  /** The places in the text are unknown, so each source is one of the whole text. */
  cite(sources: readonly Citation[]): void {
    const item = this.#item
    const annotations = item?.annotations
    if (item === null || annotations === undefined) return
    const end_index = this.#pieces.join('').length
    for (const { url, title } of sources) {
      const annotation = { type: 'url_citation', url, title, start_index: 0, end_index }
      const place = { item_id: item.id, output_index: this.#output.length, content_index: 0 }
      this.#event('response.output_text.annotation.added', {
        ...place,
        annotation_index: annotations.length,
        annotation,
      })
      annotations.push(annotation)
    }
  }

  endBlock(): void {
    const item = this.#item!
    const text = this.#pieces.join('')
    const output_index = this.#output.length
    const { part, done } = item.events
    const place = { item_id: item.id, output_index, ...(part === null ? {} : { [part.index]: 0 }) }
    if (done !== null) this.#event(done.name, { ...place, ...done.value(text) })
    if (part !== null) this.#event(`${part.name}.done`, { ...place, part: part.value(text) })
    const whole = item.whole(text)
    this.#output.push(whole)
    this.#event('response.output_item.done', { output_index, item: whole })
    this.#item = null
  }

  finish(end: AnswerEnd): void {
    if (end.explanation !== null) this.#refuse(end.explanation)
    const reason = incompleteReasons.get(end.reason)
    const status = reason === undefined ? 'completed' : 'incomplete'
    const response = this.#response(status, {
      incomplete_details: reason === undefined ? null : { reason },
      usage: end.hasUsage ? responseUsage(end.tokens) : null,
    })
    this.#whole = response
    this.#event(`response.${status}`, { response })
  }

  get whole(): Json {
    return this.#whole
  }

  /** Codex reads `response.failed`, other clients read `error`: both are sent, as in the API. */
  error(body: Json): string {
    const error = body.error as Json
    const { code = null, message } = error
    const response = this.#response('failed', { error: { code, message } })
    const failed = { type: 'response.failed', sequence_number: this.#sequence, response }
    const last = { type: 'error', sequence_number: this.#sequence + 1, code, message, param: null }
    return [failed, last].map((event) => `event: ${event.type}\ndata: ${writeJson(event)}\n\n`).join('')
  }

  #refuse(text: string): void {
    this.begin({ kind: 'refusal' })
    this.piece(text)
    this.endBlock()
  }

  /** A call's own seal travels in a reasoning item before it. */
  #addSealed({ seal }: Block & { kind: 'call' }): void {
    this.begin({ kind: 'sealed', seal: seal! })
    this.endBlock()
  }

  #event(type: string, data: Json): void {
    const event = { type, sequence_number: this.#sequence, ...data }
    this.#sequence += 1
    this.#send(`event: ${type}\ndata: ${writeJson(event)}\n\n`)
  }

  #response(status: string, more: Json): Json {
    const { requestId, createdAt, model, echo } = this.#plan
    return {
      id: `resp_${requestId.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`,
      object: 'response',
      created_at: createdAt,
      status,
      background: false,
      completed_at: status === 'completed' ? createdAt : null,
      error: null,
      incomplete_details: null,
      model: this.#head.model ?? model,
      output: [...this.#output],
      previous_response_id: null,
      service_tier: this.#head.tier ?? 'default',
      store: false,
      usage: null,
      ...echo,
      ...more,
    }
  }
}
