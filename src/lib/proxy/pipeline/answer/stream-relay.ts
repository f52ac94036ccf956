import type { Outcome, Usage } from '../../../provider/provider.ts'
import type { TranslationPlan } from '../../../translate/translate.ts'
import { StreamTranslator } from '../../../translate/translate.ts'
import { ArrivingBody } from '../../transport/body/arriving-body.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'
import type { StreamError } from '../../wire/streams/stream-error.ts'
import { StreamFilter } from '../../wire/streams/stream-filter.ts'
import { errorFrame } from '../../wire/wire-errors.ts'
import type { AttemptContext } from '../attempt-context.ts'
import type { AnswerRelay, RelayHost } from './answer-relay.ts'
import { buildJudge, classifyStreamError, localOutcome, untranslatable } from './classify-response.ts'
import { hideInStreamError } from '../../wire/secrets/hide-secret.ts'
import { keepItems } from './keep-items.ts'
import { rememberState } from './remember-state.ts'
import { headersFor, joinStream } from './reshaped-answer.ts'
import { inClientsFormat, streamHeaders, translatedError } from './translated-answer.ts'

/**
 * pi retries if the message is that of a broken connection (https://github.com/badlogic/pi-mono,
 * packages/coding-agent/src/core/agent-session.ts, 2026-11).
 */
const BROKEN_OFF = 'upstream connection error: the answer broke off before it was complete'

/** https://platform.openai.com/docs/api-reference/chat-streaming (2026-11): the end of every stream. */
const DONE = Buffer.from('data: [DONE]\n\n')

const EMPTY = localOutcome({
  class: 'overloaded',
  code: 'empty',
  message: 'the stream ended before its first event',
})

/** Limit of a stream that is held whole. */
const MAX_COLLECTED_BYTES = 32 << 20

/** Relays a streamed answer to the client: unchanged, translated, or joined for a client that asked for JSON. */
export class StreamRelay implements AnswerRelay {
  readonly #context: AttemptContext
  readonly #head: UpstreamHead
  readonly #host: RelayHost
  readonly #plan: TranslationPlan | null
  readonly #filter: StreamFilter
  readonly #translator: StreamTranslator | null
  /** The stream so far, for a client that wants the whole; null: the client wants the stream. */
  readonly #collected: ArrivingBody | null
  #hasKeptItems = false

  constructor(context: AttemptContext, head: UpstreamHead, host: RelayHost) {
    const { target, outgoing, exchange, route } = context
    this.#context = context
    this.#head = head
    this.#host = host
    this.#plan = outgoing.plan
    this.#filter = new StreamFilter({
      readUsage: (data) => target.provider.usage(data),
      stripUsage: outgoing.stripUsage,
      secret: target.secret,
    })
    this.#collected = exchange.isStream || route.isMedia ? null : new ArrivingBody()
    this.#translator =
      this.#plan !== null && this.#collected === null ? new StreamTranslator(this.#plan) : null
  }

  /** The client got only whole events so far, so another event may follow. */
  get patience(): 'status' | 'closed' {
    return this.#collected === null && !this.#filter.isMidEvent ? 'status' : 'closed'
  }

  get usage(): Usage {
    return this.#filter.usage
  }

  get isComplete(): boolean {
    return this.#filter.sawEnd && this.#filter.erroredMidStream === null
  }

  boundTokens(): number {
    return this.#filter.sentTokens
  }

  push(chunk: Buffer): void {
    const filter = this.#filter
    const out = filter.push(Buffer.from(chunk))
    if (filter.refusal !== null) return this.#refuse(filter.refusal)
    if (this.#collected !== null) return void this.#collect(out, this.#collected)
    if (filter.isOpen) this.#open(out[0])
    for (const bytes of out) this.#tell(bytes)
  }

  /** Keeps nothing but copies. */
  keep(): void {}

  end(): void {
    this.#end(false)
  }

  /** Once the client has a part of the answer, no other account can answer. */
  breakOff(): boolean {
    if (this.#collected !== null || !this.#filter.isOpen) return false
    this.#end(true)
    return true
  }

  #end(isCut: boolean): void {
    const filter = this.#filter
    const out = filter.end({ isCut })
    if (filter.refusal !== null) return this.#refuse(filter.refusal)
    if (!filter.isOpen) return this.#host.refuse(EMPTY, null)
    if (this.#collected !== null) {
      if (this.#collect(out, this.#collected)) this.#sendWhole(this.#collected)
      return
    }
    this.#open()
    for (const bytes of out) this.#tell(bytes)
    const late = filter.erroredMidStream
    const translator = this.#translator
    if (translator !== null) this.#writeEvents(translator.end({ isCut: !filter.sawEnd }))
    else if (!filter.sawEnd && late === null) this.#writeLoss()
    else if (filter.lacksDone && late === null) this.#host.write(DONE)
    this.#context.exchange.clientListener = null
    this.#context.exchange.end()
    const isWhole = filter.sawEnd && late === null && translator?.isComplete !== false
    this.#host.finish(
      isWhole ? 'ok' : 'lost',
      filter.usage,
      late === null ? null : this.#classify(this.#hide(late)).outcome,
    )
  }

  /** False: the stream is too long to hold, and was refused. */
  #collect(out: readonly Buffer[], collected: ArrivingBody): boolean {
    for (const bytes of out) collected.add(bytes)
    if (collected.length <= MAX_COLLECTED_BYTES) return true
    this.#host.refuse(untranslatable(), null)
    return false
  }

  /** Nothing was sent yet, so another account may still answer in place of a broken stream. */
  #sendWhole(collected: ArrivingBody): void {
    const filter = this.#filter
    const head = this.#head
    if (filter.erroredMidStream !== null) return this.#refuse(filter.erroredMidStream)
    const whole = filter.sawEnd ? joinStream(collected.bytes) : null
    if (whole === null) return this.#host.refuse(untranslatable(BROKEN_OFF), null)
    const answer = this.#plan === null ? whole : inClientsFormat(this.#plan, whole)
    if (answer === null) return this.#host.refuse(untranslatable(), null)
    const { exchange, target } = this.#context
    rememberState(this.#context, head.status, whole)
    keepItems(this.#context, answer)
    exchange.clientListener = null
    const sent = { isDecoded: this.#host.isDecoded, isStream: false, body: answer, secret: target.secret }
    exchange.send(head.status, [], answer, headersFor(head, sent))
    this.#host.finish('ok', filter.usage)
  }

  /** The stream began with an error, so that another account may answer. */
  #refuse(given: StreamError): void {
    const error = this.#hide(given)
    const body = Buffer.from(JSON.stringify(error.body ?? { error: { message: error.text } }))
    const { outcome, status } = this.#classify(error)
    this.#host.learnLimits(error.body)
    const held = { status, rawHeaders: ['content-type', 'application/json'], body }
    this.#host.refuse(outcome, translatedError(this.#plan, held))
  }

  #classify(error: StreamError): { outcome: Outcome; status: number } {
    return classifyStreamError(error, this.#head, buildJudge(this.#context))
  }

  #hide(error: StreamError): StreamError {
    return hideInStreamError(error, this.#context.target.secret)
  }

  #open(beginning?: Buffer): void {
    const { exchange, target } = this.#context
    const head = this.#head
    if (exchange.isAnswered) return
    rememberState(this.#context, head.status, beginning)
    const { isDecoded } = this.#host
    const passed = headersFor(head, { isDecoded, isStream: true, body: undefined, secret: target.secret })
    const headers = streamHeaders(this.#plan, passed.list)
    headers.push('x-accel-buffering', 'no')
    exchange.begin(head.status, headers)
  }

  #tell(bytes: Buffer): void {
    if (this.#translator === null) this.#host.write(bytes)
    else this.#writeEvents(this.#translator.push(bytes))
  }

  #writeEvents(events: string[]): void {
    const translator = this.#translator!
    if (translator.isComplete && !this.#hasKeptItems) {
      this.#hasKeptItems = true
      keepItems(this.#context, translator.whole)
    }
    if (events.length > 0) this.#host.write(Buffer.from(events.join('')))
  }

  #writeLoss(): void {
    const { errorShape, id } = this.#context.exchange
    const error = { status: 502, code: 'upstream_unavailable', type: 'server_error', requestId: id }
    this.#host.write(errorFrame(errorShape, { ...error, message: BROKEN_OFF }, this.#filter.responseStream()))
  }
}
