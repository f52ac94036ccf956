import { isObject, isText, type Json } from '../json-fields.ts'
import type { Collector } from './collector.ts'
import { parseExact } from './exact-json.ts'

/** Puts the events of a Messages stream together. */
export class MessageCollector implements Collector {
  #message: Json | null = null
  readonly #blocks: Json[] = []
  /** The JSON of tool inputs, by the index of their blocks. */
  readonly #inputs = new Map<number, string>()

  take({ type, message, index, content_block: block, delta, usage }: Json): void {
    if (type === 'message_start' && isObject(message)) this.#message = { ...message }
    const at = typeof index === 'number' ? index : 0
    if (type === 'content_block_start' && isObject(block)) this.#blocks[at] = { ...block }
    if (type === 'content_block_delta' && isObject(delta)) this.#add(at, delta)
    if (type !== 'message_delta' || this.#message === null) return
    if (isObject(delta)) Object.assign(this.#message, delta)
    if (isObject(usage)) {
      const before = isObject(this.#message.usage) ? this.#message.usage : {}
      this.#message.usage = { ...before, ...usage }
    }
  }

  #add(at: number, { text, thinking, signature, partial_json: json, citation }: Json): void {
    const block = this.#blocks[at]
    if (block === undefined) return
    if (typeof text === 'string') block.text = joined(block.text, text)
    if (typeof thinking === 'string') block.thinking = joined(block.thinking, thinking)
    if (typeof signature === 'string') block.signature = joined(block.signature, signature)
    if (typeof json === 'string') this.#inputs.set(at, (this.#inputs.get(at) ?? '') + json)
    if (citation !== undefined)
      block.citations = [...(Array.isArray(block.citations) ? (block.citations as unknown[]) : []), citation]
  }

  whole(): Json | null {
    if (this.#message === null) return null
    for (const [at, json] of this.#inputs) {
      const input = isText(json) ? parseExact(json) : {}
      if (this.#blocks[at] !== undefined && isObject(input)) this.#blocks[at].input = input
    }
    return { ...this.#message, content: this.#blocks.filter(() => true) }
  }
}

function joined(before: unknown, more: string): string {
  return (typeof before === 'string' ? before : '') + more
}
