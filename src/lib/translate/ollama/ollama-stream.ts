import { isObject, type Json } from '../json-fields.ts'
import { ChatCollector } from '../reshape/chat-collector.ts'
import { parseExact } from '../reshape/exact-json.ts'
import { SseReader } from '../streams/sse-reader.ts'
import { ending, formatPart, readProbabilities, readText, readThinking, toolCall } from './ollama-answer.ts'
import type { OllamaPart } from './ollama-answer.ts'
import type { OllamaPlan } from './ollama-request.ts'

/**
 * Turns the events of a chat completion into Ollama's lines. The caller feeds `push` and then `end`, and sends what
 * they return.
 */
export class OllamaStream {
  readonly #plan: OllamaPlan
  readonly #clock: () => number
  readonly #beganAt: number
  readonly #reader: SseReader
  /** Puts the calls together, which Ollama tells whole. */
  readonly #whole = new ChatCollector()
  #lines: Json[] = []
  #firstAt: number | null = null
  #finish: unknown = null
  #usage: unknown = null
  #isOver = false

  constructor(plan: OllamaPlan, beganAt: number, clock: () => number) {
    this.#plan = plan
    this.#beganAt = beganAt
    this.#clock = clock
    this.#reader = new SseReader({
      onEvent: ({ data }) => this.#take(data),
      onComment: () => this.#tell({}),
    })
  }

  push(bytes: Uint8Array): string {
    this.#reader.push(bytes)
    return this.#written()
  }

  /** The stream has ended. Only one with a reason for its end is complete. */
  end(): string {
    this.#reader.end()
    this.#close()
    return this.#written()
  }

  #take(data: string): void {
    if (this.#isOver) return
    if (data.trim() === '[DONE]') return this.#close()
    const chunk = parseExact(data)
    if (!isObject(chunk)) return
    if (chunk.error !== undefined && chunk.error !== null) return this.#fail(chunk.error)
    if (isObject(chunk.usage)) this.#usage = chunk.usage
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined
    if (!isObject(choice)) return
    this.#whole.take({ choices: [choice] })
    const delta = isObject(choice.delta) ? choice.delta : {}
    const text = readText(delta.content) + readText(delta.refusal)
    const thinking = readThinking(delta)
    const more = readProbabilities(choice.logprobs)
    if (text !== '' || thinking !== '') this.#tell({ text, thinking }, more)
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '')
      this.#finish = choice.finish_reason
  }

  #tell({ text = '', thinking = '', calls = [] }: Partial<OllamaPart>, more: Json = {}): void {
    if (this.#isOver) return
    const now = this.#clock()
    if (text !== '' || thinking !== '' || calls.length > 0) this.#firstAt ??= now
    this.#lines.push({ ...formatPart(this.#plan, { text, thinking, calls }, { now }), ...more })
  }

  #close(): void {
    if (this.#isOver) return
    if (this.#finish === null) return this.#fail('the answer broke off before it was complete')
    const [choice] = (this.#whole.whole()?.choices ?? []) as Json[]
    const message = isObject(choice?.message) ? choice.message : {}
    const calls = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isObject).map(toolCall) : []
    if (calls.length > 0) this.#tell({ calls })
    this.#isOver = true
    const now = this.#clock()
    const times = { beganAt: this.#beganAt, firstAt: this.#firstAt ?? now, now }
    const empty = formatPart(this.#plan, { text: '', thinking: '', calls: [] }, { now })
    this.#lines.push({ ...empty, ...ending(this.#finish, this.#usage, times) })
  }

  #fail(error: unknown): void {
    this.#isOver = true
    const message = isObject(error) ? error.message : error
    this.#lines.push({ error: typeof message === 'string' ? message : 'the upstream failed' })
  }

  #written(): string {
    const lines = this.#lines
    this.#lines = []
    return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  }
}
