import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { translateError } from '../errors/error-envelope.ts'
import { callsItselfError, saysFailure } from '../../provider/failures/error-frame.ts'
import type { Format } from '../../provider/wire-format.ts'
import { formats } from '../formats.ts'
import { isObject, type Json } from '../json-fields.ts'
import { parseJson } from '../json/parse-json.ts'
import type { AnswerReader, AnswerWriter } from '../neutral/answer.ts'
import { ClientNames } from '../neutral/client-names.ts'
import type { TranslationPlan } from '../plan.ts'
import { unreadable } from '../errors/unreadable.ts'
import { SseReader, type SseListener } from './sse-reader.ts'

const BROKEN_OFF = 'upstream connection error: the answer broke off before it was complete'

/** The events that end a stream of Messages or of Responses. */
const lastEvents: ReadonlySet<unknown> = new Set([
  'message_stop',
  'response.completed',
  'response.done',
  'response.incomplete',
])

type SseEvent = Parameters<SseListener['onEvent']>[0]

/**
 * Translates a streamed answer from one format to the other. The caller feeds `push` and then `end`, and sends the
 * returned whole events in order. An upstream error becomes the client's error event, and the stream ends. A broken
 * stream ends in an error event too, never as if complete.
 */
export class StreamTranslator {
  readonly #plan: TranslationPlan
  readonly #answer: AnswerReader
  readonly #writer: AnswerWriter
  readonly #reader: SseReader
  #out: string[] = []
  #isComplete = false
  #hasFailed = false
  #isEnding = false
  /** The fields that the header of the answer names. */
  #named: number

  constructor(plan: TranslationPlan) {
    this.#plan = plan
    this.#named = plan.leftOut.length
    this.#writer = formats[plan.from as Format].writeAnswer(plan, (event) => void this.#out.push(event))
    this.#answer = formats[plan.to as Format].readAnswer(new ClientNames(this.#writer, plan), plan)
    this.#reader = new SseReader({
      onEvent: (event) => this.#take(event),
      onComment: () => this.#keepAlive(),
    })
  }

  /** The answer was complete, and the client received its end. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** The client received an error. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** The whole answer, once it is complete. */
  get whole(): Json {
    return this.#writer.whole
  }

  push(chunk: string | Uint8Array): string[] {
    this.#guarded(() => this.#reader.push(chunk))
    return this.#taken()
  }

  /** The upstream has finished; `isCut` when its connection broke instead of ending. */
  end({ isCut = false }: { isCut?: boolean } = {}): string[] {
    this.#guarded(() => {
      this.#isEnding = true
      if (!isCut) this.#reader.end()
      if (!this.#isOver && !isCut) this.#isComplete = this.#answer.end(false)
      if (!this.#isOver) throw new QwenctlError('upstream_unavailable', BROKEN_OFF)
    })
    return this.#taken()
  }

  get #isOver(): boolean {
    return this.#isComplete || this.#hasFailed
  }

  #taken(): string[] {
    const out = this.#out
    const later = this.#plan.leftOut.slice(this.#named)
    // The header has gone, and clients of event streams pass over comments (WHATWG HTML, 9.2.6). Google's SDKs do not.
    if (later.length > 0 && this.#plan.from !== 'gemini')
      out.unshift(`: x-qwenctl-left-out: ${later.join(', ')}\n\n`)
    this.#named += later.length
    this.#out = []
    return out
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!isQwenctlError(error)) throw error
      this.#fail(error.status, { error: { code: error.code, message: error.message } })
    }
  }

  #keepAlive(): void {
    if (this.#answer.isOpen && !this.#isOver) this.#out.push(this.#writer.keepAlive)
  }

  #take({ name, data, status }: SseEvent): void {
    if (this.#isOver) return
    if (data.length < 16 && data.trim() === '[DONE]') {
      this.#isComplete = this.#answer.end(true)
      if (!this.#isComplete) throw unreadable('it ended before it began')
      return
    }
    const json = parsed(data)
    if (name === 'error' || (status ?? 0) >= 400 || isError(json)) {
      const said = errorIn(json) ?? json ?? data
      return this.#fail(status ?? chooseStatus(said), said)
    }
    if (isObject(json)) this.#tell(json)
    else if (!this.#isEnding) throw unreadable('an event of its stream is no JSON object')
  }

  #tell(data: Json): void {
    if (data.type === 'ping') return this.#keepAlive()
    this.#answer.take(data)
    if (lastEvents.has(data.type)) this.#isComplete = this.#answer.end(true)
  }

  #fail(status: number, body: unknown): void {
    if (this.#isOver) return
    this.#hasFailed = true
    this.#out.push(this.#writer.error(translateError(this.#plan, status, body)))
  }
}

function parsed(data: string): unknown {
  try {
    return parseJson(data)
  } catch {
    return undefined // already reported to the client
  }
}

/** An error in any format: at the top of a chunk, in its choice, or a bare one such as DashScope's. */
function isError(data: unknown): boolean {
  if (Array.isArray(data)) return data.length === 1 && isError(data[0])
  if (errorIn(data) !== null) return true
  return isObject(data) && (callsItselfError(data) || (!('type' in data) && saysFailure(data)))
}

/** The error that OpenRouter puts beside a delta, or that a failed response has. */
function errorIn(data: unknown): Json | null {
  if (isObject(data) && data.type === 'response.failed')
    return { error: isObject(data.response) && isObject(data.response.error) ? data.response.error : {} }
  const choice: unknown = isObject(data) && Array.isArray(data.choices) ? data.choices[0] : null
  return isObject(choice) && isObject(choice.error) ? { error: choice.error } : null
}

const statuses: ReadonlyMap<unknown, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['timeout_error', 504],
  ['overloaded_error', 529],
])

/** The status that the error would have had before the first byte. */
function chooseStatus(data: unknown): number {
  const root: unknown = Array.isArray(data) ? (data as unknown[])[0] : data
  const error = isObject(root) && isObject(root.error) ? root.error : {}
  const { code, type } = error
  if (typeof code === 'number' && code >= 400 && code <= 599) return code
  return statuses.get(type) ?? 500
}
