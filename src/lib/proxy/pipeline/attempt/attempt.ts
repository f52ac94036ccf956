import type { AttemptContext } from '../attempt-context.ts'
import type { Outcome, Provider, Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import { movesOn } from '../../../rotation/cooldowns/cooling.ts'
import {
  isEventStream,
  isJsonOrEvents,
  localOutcome,
  looksLikeEvents,
  classifyResponse,
  classifyStreamError,
} from '../answer/classify-response.ts'
import type { TranslationPlan } from '../../../translate/translate.ts'
import { headersFor, detectKind, sendWhole, withoutCoding } from '../answer/reshaped-answer.ts'
import { ArrivingBody } from '../../transport/body/arriving-body.ts'
import { BodyDecoder, type DecodedListener } from '../../transport/body/body-decoder.ts'
import { readCodings, sniffCoding } from '../../transport/body/content-codings.ts'
import { COPIED_BODY_BYTES } from '../../transport/client-call.ts'
import type { ClientLeftListener, Exchange } from '../exchange.ts'
import { NO_USAGE } from '../exchange.ts'
import type { WaitingStream } from '../heartbeats.ts'
import type { AttemptListener } from './attempt-result.ts'
import { requestTo } from '../plan/outgoing.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'
import { completeAnswer, readUsage } from '../answer/read-usage.ts'
import { rememberState } from '../answer/remember-state.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'
import type { ResponseListener, UpstreamCall } from '../../transport/upstream-call.ts'
import type { UpstreamError } from '../../transport/upstream-error.ts'
import { inClientsFormat, translatedError } from '../answer/translated-answer.ts'
import type { PassedHeaders } from '../../wire/headers/response-headers.ts'
import { StreamRelay, type StreamRefusal, type StreamSink } from '../answer/stream-relay.ts'
import { PassingAnswer } from '../answer/passing-answer.ts'

/** A JSON answer up to this size is inspected before it is passed on. A larger one streams through. */
const MAX_HELD_BYTES = 1 << 20
/** Limit of a translated answer, which is held whole. */
const MAX_TRANSLATED_BYTES = 32 << 20

const ANSWERED = { requestSent: true, isStale: false }

type Mode = 'waiting' | 'held' | 'stream' | 'passing' | 'done'

/** The first byte of most answers. */
const OPEN_OBJECT = 0x7b

const NO_CODINGS: readonly string[] = []

/** Sends the request to one account's upstream, and relays a successful answer to the client. */
export class Attempt
  implements ResponseListener, DecodedListener, StreamSink, WaitingStream, ClientLeftListener
{
  readonly #context: AttemptContext
  readonly #listener: Pick<AttemptListener, 'onEnd'>
  readonly #plan: TranslationPlan | null
  readonly #began: number
  #call: UpstreamCall | null = null
  #mode: Mode = 'waiting'
  #head: UpstreamHead | null = null
  #firstByteMs: number | null = null
  readonly #body = new ArrivingBody()
  #relay: StreamRelay | null = null
  #passing: PassingAnswer | null = null
  #decoder: BodyDecoder | null = null
  /** The first bytes have not shown yet whether the label of the answer is right. */
  #isUnlabelled = false
  #isPaused = false

  constructor(context: AttemptContext, listener: Pick<AttemptListener, 'onEnd'>) {
    this.#context = context
    this.#listener = listener
    this.#plan = context.outgoing.plan
    this.#began = context.clock()
  }

  get exchange(): Exchange {
    return this.#context.exchange
  }

  get patience(): WaitingStream['patience'] {
    if (this.#mode === 'stream') return this.#relay!.isBetweenEvents ? 'status' : 'closed'
    return this.exchange.isAnswered ? 'closed' : 'no-status'
  }

  /** Throws `invalid_request` for a request that cannot be sent. No callback comes before it returns. */
  start(): void {
    const { exchange, target, upstreams, heartbeats, outgoing } = this.#context
    exchange.clientListener = this
    if (exchange.isStream && !this.#context.route.isMedia) heartbeats.watch(this)
    this.#call = upstreams.call(target.origin, requestTo(target, outgoing), this)
  }

  onHead(head: UpstreamHead): void {
    this.#head = head
    this.#firstByteMs = this.#context.clock() - this.#began
    const isSuccess = head.status >= 200 && head.status < 300
    if (isSuccess) this.#learn(head) // an error has a body to learn from, too
    if (this.#context.route.service !== null && head.status < 400) return this.#startPassing()
    // Services may compress although the request asks them not to.
    const codings = head.contentEncoding === undefined ? NO_CODINGS : readCodings(head.contentEncoding)
    if (codings === null) return this.#startUnreadable(isSuccess)
    if (codings.length > 0) this.#decoder = new BodyDecoder(codings, this)
    if (isSuccess && this.#context.route.isMedia && !isJsonOrEvents(head)) return this.#startPassing()
    this.#isUnlabelled = true
    if (isSuccess && isEventStream(head)) this.#startStream()
    else this.#mode = 'held'
  }

  /** qwenctl does not know this coding. The answer passes unchanged, because the client may know it. */
  #startUnreadable(isSuccess: boolean): void {
    if (isSuccess && !this.#isConverted) this.#startPassing()
    else if (isSuccess) this.#garbage()
    else this.#mode = 'held'
  }

  #startStream(): void {
    this.#mode = 'stream'
    this.#relay = new StreamRelay(this.#context, this.#head!, this)
  }

  onData(chunk: Buffer): void {
    if (this.#decoder === null) this.onDecoded(chunk)
    else this.#decoder.write(chunk)
  }

  onDamaged(): void {
    this.#call?.abort()
    if (this.#mode === 'stream' && this.#relay?.isCommitted === true) return this.#endStream(true)
    if (this.#mode === 'passing') return this.#cutOff()
    this.#garbage()
  }

  /** The first bytes show the form of the answer, even if its headers are wrong. */
  #checkLabel(chunk: Buffer): boolean {
    const coding = this.#decoder === null ? sniffCoding(chunk) : null
    if (coding !== null) {
      this.#decoder = new BodyDecoder([coding], this)
      this.#decoder.write(chunk)
      return true
    }
    const kind = detectKind(chunk)
    this.#isUnlabelled = kind === 'blank'
    if (kind === 'events' && this.#mode === 'held' && this.#isSuccess) this.#startStream()
    else if (kind === 'json' && this.#mode === 'stream') {
      this.#mode = 'held'
      this.#relay = null
    }
    return false
  }

  /** The client gets the answer in another form. The conversion needs the whole answer. */
  get #isConverted(): boolean {
    return this.#plan !== null || this.#context.route.ollama !== null
  }

  get #isSuccess(): boolean {
    const status = this.#head?.status ?? 0
    return status >= 200 && status < 300
  }

  onDecoded(chunk: Buffer): void {
    if (this.#isUnlabelled && this.#checkLabel(chunk)) return
    if (this.#mode === 'stream') return this.#onStream(Buffer.from(chunk))
    if (this.#mode === 'passing') return this.#passing!.push(Buffer.from(chunk))
    const body = this.#body
    body.add(chunk)
    if (body.length <= MAX_HELD_BYTES) return
    if (this.#refusesAtLength()) return
    if (!this.#isConverted) this.#startPassing()
    else if (body.length > MAX_TRANSLATED_BYTES) this.#garbage()
  }

  onReadEnd(): void {
    this.#body.keep()
  }

  onEnd(): void {
    if (this.#decoder === null) this.onDecodedEnd()
    else this.#decoder.end()
  }

  onDecodedEnd(): void {
    if (this.#mode === 'stream') this.#endStream(false)
    else if (this.#mode === 'passing') this.#endPassing()
    else this.#judge(this.#body.bytes)
  }

  onError(error: UpstreamError): void {
    if (this.#decoder === null) this.#onBroken(error)
    else this.#decoder.cut(() => this.#onBroken(error))
  }

  #onBroken(error: UpstreamError): void {
    if (this.#mode === 'stream' && this.#relay?.isCommitted === true) return this.#endStream(true)
    if (this.#mode === 'passing') return this.#cutOff()
    const isTimeout = error.kind === 'timeout'
    this.#refuse(
      localOutcome({
        class: isTimeout ? 'timeout' : 'unreachable',
        code: error.kind,
        message: error.message,
      }),
      null,
      error,
    )
  }

  // ---- whole answers ----

  #judge(body: Buffer): void {
    const head = this.#head
    if (head === null) return
    if (this.#isSuccess && body[0] !== OPEN_OBJECT && looksLikeEvents(body)) return this.#rereadAsStream()
    const verdict = classifyResponse(head, body, this.#judgement())
    if (verdict.isAnswer) return this.#answer(body, verdict.tellsUsage)
    this.#learn(head, verdict.data)
    const rawHeaders = this.#decoder === null ? head.rawHeaders : withoutCoding(head.rawHeaders)
    this.#refuse(
      verdict.outcome,
      this.#held({ status: verdict.status, rawHeaders, body: this.#body.ownBytes }),
    )
  }

  /** An error may exceed the held size. Its meaning for other accounts shows without its end. */
  #refusesAtLength(): boolean {
    const head = this.#head!
    if (head.status < 300) return false
    const verdict = classifyResponse(head, this.#body.bytes, this.#judgement())
    if (verdict.isAnswer || !movesOn(verdict.outcome.class)) return false
    this.#learn(head)
    this.#refuse(verdict.outcome, null)
    return true
  }

  #answer(body: Buffer, tellsUsage: unknown): void {
    const { exchange, target } = this.#context
    const head = this.#head!
    const told = this.#plan === null ? this.#toSend(body) : inClientsFormat(this.#plan, body)
    if (told === null) return this.#garbage()
    rememberState(this.#context, head.status, body)
    sendWhole(exchange, told, { head, outgoing: this.#context.outgoing, passed: this.passed(body) })
    this.#finishAnswered('ok', readUsage(target.provider, tellsUsage))
  }

  #rereadAsStream(): void {
    const body = this.#body.ownBytes
    this.#body.clear()
    this.#startStream()
    this.#onStream(body)
    this.onDecodedEnd()
  }

  /** The headers for the client. They describe the sent bytes, not what the upstream claimed. */
  passed(body?: Buffer): PassedHeaders {
    const isStream = body === undefined && this.#mode === 'stream'
    return headersFor(this.#head!, { isDecoded: this.#decoder !== null, isStream, body })
  }

  /** Returns an error in the client's format. */
  #held(answer: HeldAnswer): HeldAnswer {
    return this.#plan === null ? answer : translatedError(this.#plan, answer)
  }

  #garbage(message = 'the upstream answered with something that cannot be translated'): void {
    this.#refuse(localOutcome({ class: 'overloaded', code: 'garbage', message }), null)
  }

  /** Services count tokens separately from requests. */
  #learn(head: UpstreamHead, error?: unknown): void {
    const { live, member, model, route } = this.#context
    if (route.isCounted) live.notes.learn(member, model, head, error)
  }

  #judgement(): { provider: Provider; now: number } {
    return { provider: this.#context.target.provider, now: this.#context.clock() }
  }

  #toSend(body: Buffer): Buffer {
    return body.length > COPIED_BODY_BYTES ? this.#body.ownBytes : body
  }

  // ---- answers too large to hold ----

  #startPassing(): void {
    const head = this.#head!
    const length = this.#decoder === null ? (head.get('content-length') ?? null) : null
    this.#mode = 'passing'
    this.#passing = new PassingAnswer(this.#context, { head, body: this.#body, sink: this, length })
  }

  #endPassing(): void {
    const { outcome, usage } = this.#passing!.end()
    this.#finishAnswered(outcome, usage)
  }

  #cutOff(): void {
    this.#context.exchange.clientListener = null
    this.#context.exchange.cutOff()
    this.#finishAnswered('lost', NO_USAGE)
  }

  // ---- streams ----

  #onStream(chunk: Buffer): void {
    const refusal = this.#relay!.push(chunk)
    if (refusal !== null) this.#refuseStream(refusal)
  }

  #endStream(isCut: boolean): void {
    const relay = this.#relay!
    const end = relay.end(isCut)
    if (!('isWhole' in end)) return this.#refuseStream(end)
    const late =
      end.late === null ? null : classifyStreamError(end.late, this.#head!, this.#judgement()).outcome
    this.#finishAnswered(end.isWhole ? 'ok' : 'lost', relay.usage, { late })
  }

  #refuseStream(error: StreamRefusal): void {
    if ('code' in error) return this.#refuse(localOutcome({ class: 'overloaded', ...error }), null)
    const body = Buffer.from(JSON.stringify(error.body ?? { error: { message: error.text } }))
    const { outcome, status } = classifyStreamError(error, this.#head!, this.#judgement())
    this.#learn(this.#head!, error.body)
    this.#refuse(outcome, this.#held({ status, rawHeaders: ['content-type', 'application/json'], body }))
  }

  /** Back-pressure: the upstream keeps what a slow client does not read yet. */
  write(bytes: Buffer): void {
    const { exchange } = this.#context
    const call = this.#call
    if (exchange.write(bytes) || call === null || this.#isPaused) return
    this.#isPaused = true
    call.pause()
    this.#decoder?.pause()
    exchange.call.whenDrained(() => {
      this.#isPaused = false
      call.resume()
      this.#decoder?.resume()
    })
  }

  // ---- ends ----

  onClientLeft(): void {
    if (this.#mode === 'done') return
    const requestSent = this.#call?.state !== 'connecting'
    this.#call?.abort()
    // A client may leave at the last event. An upstream may send it long before it ends the connection.
    const outcome = this.#relay?.isComplete === true ? 'ok' : 'aborted'
    this.#finishAnswered(outcome, this.#relay?.usage ?? NO_USAGE, { requestSent })
  }

  #refuse(
    outcome: Outcome,
    held: HeldAnswer | null,
    { requestSent, isStale }: Pick<UpstreamError, 'requestSent' | 'isStale'> = ANSWERED,
  ): void {
    if (!this.#end()) return
    this.#call?.abort()
    this.#listener.onEnd({
      kind: 'refused',
      outcome,
      held,
      requestSent,
      isStale,
      ...this.#timing(),
    })
  }

  #finishAnswered(
    outcome: OutcomeClass,
    usage: Usage,
    { late = null, requestSent = true }: { late?: Outcome | null; requestSent?: boolean } = {},
  ): void {
    if (!this.#end()) return
    this.#listener.onEnd({
      kind: 'answered',
      outcome,
      status: this.#head?.status ?? null,
      usage: requestSent
        ? completeAnswer(this.#context, outcome, { usage, body: this.#body, relay: this.#relay })
        : usage,
      late,
      requestSent,
      ...this.#timing(),
    })
  }

  #end(): boolean {
    if (this.#mode === 'done') return false
    this.#decoder?.abort()
    if (this.exchange.isStream) this.#context.heartbeats.unwatch(this)
    this.#mode = 'done'
    this.#context.exchange.clientListener = null
    return true
  }

  #timing(): { at: number; latencyMs: number; firstByteMs: number | null } {
    const at = this.#began
    return { at, latencyMs: this.#context.clock() - at, firstByteMs: this.#firstByteMs }
  }
}
