import type { TranslationPlan } from '../../../translate/translate.ts'
import { StreamTranslator } from '../../../translate/translate.ts'
import type { Usage } from '../../../provider/provider.ts'
import { ArrivingBody } from '../../transport/body/arriving-body.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'
import type { PassedHeaders } from '../../wire/headers/response-headers.ts'
import type { StreamError } from '../../wire/streams/stream-error.ts'
import { StreamFilter } from '../../wire/streams/stream-filter.ts'
import { errorFrame } from '../../wire/wire-errors.ts'
import type { AttemptContext } from '../attempt-context.ts'
import { rememberState } from './remember-state.ts'
import { joinStream } from './reshaped-answer.ts'
import { streamHeaders } from './translated-answer.ts'
import { inClientsFormat } from './translated-answer.ts'

/**
 * pi retries if the message is that of a broken connection (https://github.com/badlogic/pi-mono,
 * packages/coding-agent/src/core/agent-session.ts, 2026-11).
 */
const BROKEN_OFF = 'upstream connection error: the answer broke off before it was complete'

/** https://platform.openai.com/docs/api-reference/chat-streaming (2026-11): the end of every stream. */
const DONE = Buffer.from('data: [DONE]\n\n')

const UNTRANSLATABLE = 'the upstream answered with something that cannot be translated'

/** Limit of a stream that is held whole. */
const MAX_COLLECTED_BYTES = 32 << 20

/** A fault of a stream that qwenctl itself detected. */
export interface StreamFault {
  code: 'empty' | 'garbage'
  message: string
}

/** The reason why the client got no byte of the stream, so that another account may answer. */
export type StreamRefusal = StreamError | StreamFault

export interface StreamEnd {
  /** The stream and the client's answer are complete. */
  isWhole: boolean
  /** An error after the first data; null: none. */
  late: StreamError | null
}

/** The side of the client. */
export interface StreamSink {
  write(bytes: Buffer): void
  /** The headers for a stream, or for this whole answer. */
  passed(body?: Buffer): PassedHeaders
}

/**
 * Relays a streamed answer to the client: unchanged, translated, or joined for a client that asked for JSON. The
 * caller calls `push` and then `end`. Both may return a refusal as long as the client has no byte.
 */
export class StreamRelay {
  readonly #context: AttemptContext
  readonly #head: UpstreamHead
  readonly #sink: StreamSink
  readonly #plan: TranslationPlan | null
  readonly #filter: StreamFilter
  readonly #translator: StreamTranslator | null
  /** The stream so far, for a client that wants the whole; null: the client wants the stream. */
  readonly #collected: ArrivingBody | null

  constructor(context: AttemptContext, head: UpstreamHead, sink: StreamSink) {
    const { target, outgoing, exchange, route } = context
    this.#context = context
    this.#head = head
    this.#sink = sink
    this.#plan = outgoing.plan
    this.#filter = new StreamFilter({
      readUsage: (data) => target.provider.usage(data),
      stripUsage: outgoing.stripUsage,
    })
    this.#collected = exchange.isStream || route.isMedia ? null : new ArrivingBody()
    this.#translator =
      this.#plan !== null && this.#collected === null ? new StreamTranslator(this.#plan) : null
  }

  get usage(): Usage {
    return this.#filter.usage
  }

  /** An upper bound of the tokens of the stream so far. */
  get sentTokens(): number {
    return this.#filter.sentTokens
  }

  /** The client has a part of the answer: no other account can answer any more. */
  get isCommitted(): boolean {
    return this.#collected === null && this.#filter.isOpen
  }

  /** The client got only whole events so far, so another event may follow. */
  get isBetweenEvents(): boolean {
    return this.#collected === null && !this.#filter.isMidEvent
  }

  /** The end was seen, and no error. */
  get isComplete(): boolean {
    return this.#filter.sawEnd && this.#filter.erroredMidStream === null
  }

  push(chunk: Buffer): StreamRefusal | null {
    const filter = this.#filter
    const out = filter.push(chunk)
    if (filter.refusal !== null) return filter.refusal
    if (this.#collected !== null) return this.#collect(out)
    if (filter.isOpen) this.#open(out[0])
    for (const bytes of out) this.#tell(bytes)
    return null
  }

  end(isCut: boolean): StreamRefusal | StreamEnd {
    const filter = this.#filter
    const out = filter.end({ isCut })
    if (filter.refusal !== null) return filter.refusal
    if (!filter.isOpen) return { code: 'empty', message: 'the stream ended before its first event' }
    if (this.#collected !== null) return this.#collect(out) ?? this.#sendWhole(this.#collected)
    this.#open()
    for (const bytes of out) this.#tell(bytes)
    const late = filter.erroredMidStream
    const translator = this.#translator
    if (translator !== null) this.#writeEvents(translator.end({ isCut: !filter.sawEnd }))
    else if (!filter.sawEnd && late === null) this.#writeLoss()
    else if (filter.lacksDone && late === null) this.#sink.write(DONE)
    this.#context.exchange.clientListener = null
    this.#context.exchange.end()
    return { isWhole: filter.sawEnd && late === null && translator?.isComplete !== false, late }
  }

  #collect(out: readonly Buffer[]): StreamFault | null {
    for (const bytes of out) this.#collected!.add(bytes)
    return this.#collected!.length > MAX_COLLECTED_BYTES ? { code: 'garbage', message: UNTRANSLATABLE } : null
  }

  /** Nothing was sent yet, so another account may still answer in place of a broken stream. */
  #sendWhole(collected: ArrivingBody): StreamRefusal | StreamEnd {
    const filter = this.#filter
    if (filter.erroredMidStream !== null) return filter.erroredMidStream
    const whole = filter.sawEnd ? joinStream(collected.bytes) : null
    if (whole === null) return { code: 'garbage', message: BROKEN_OFF }
    const told = this.#plan === null ? whole : inClientsFormat(this.#plan, whole)
    if (told === null) return { code: 'garbage', message: UNTRANSLATABLE }
    rememberState(this.#context, this.#head.status, whole)
    this.#context.exchange.clientListener = null
    this.#context.exchange.send(this.#head.status, [], told, this.#sink.passed(told))
    return { isWhole: true, late: null }
  }

  #open(beginning?: Buffer): void {
    const { exchange } = this.#context
    if (exchange.isAnswered) return
    rememberState(this.#context, this.#head.status, beginning)
    const headers = streamHeaders(this.#plan, this.#sink.passed().list)
    headers.push('x-accel-buffering', 'no')
    exchange.begin(this.#head.status, headers)
  }

  #tell(bytes: Buffer): void {
    if (this.#translator === null) this.#sink.write(bytes)
    else this.#writeEvents(this.#translator.push(bytes))
  }

  #writeEvents(events: string[]): void {
    if (events.length > 0) this.#sink.write(Buffer.from(events.join('')))
  }

  #writeLoss(): void {
    const { errorShape, id } = this.#context.exchange
    const error = { status: 502, code: 'upstream_unavailable', type: 'server_error', requestId: id }
    this.#sink.write(errorFrame(errorShape, { ...error, message: BROKEN_OFF }, this.#filter.responseStream()))
  }
}
