import type { AttemptContext } from './attempt-context.ts'
import type { Outcome, Provider, Usage } from '../../provider/provider.ts'
import type { OutcomeClass } from '../../quota/log/events.ts'
import { movesOn } from '../../rotation/cooling.ts'
import {
  isEventStream,
  isJsonOrEvents,
  localOutcome,
  classifyResponse,
  classifyStreamError,
} from './classify-response.ts'
import type { TranslationPlan } from '../../translate/translate.ts'
import { StreamTranslator } from '../../translate/translate.ts'
import { ArrivingBody } from '../transport/arriving-body.ts'
import { COPIED_BODY_BYTES } from '../transport/client-call.ts'
import type { ClientLeftListener } from './exchange.ts'
import { NO_USAGE } from './exchange.ts'
import type { AttemptResult } from './attempt-result.ts'
import { completeUsage } from './estimate-usage.ts'
import type { HeldAnswer } from './held-answer.ts'
import { rememberState } from './remember-state.ts'
import type { UpstreamHead } from '../transport/upstream-head.ts'
import type { ResponseHandler, UpstreamCall } from '../transport/upstream-call.ts'
import type { UpstreamError } from '../transport/upstream-error.ts'
import { inClientsFormat, translatedError } from './translated-answer.ts'
import { passedHeaders } from '../wire/response-headers.ts'
import type { StreamError } from '../wire/stream-error.ts'
import { StreamFilter } from '../wire/stream-filter.ts'
import { usageInTail } from '../wire/usage-in-tail.ts'
import { errorFrame } from '../wire/wire-errors.ts'
import { boundTokens } from '../wire/token-bound.ts'

/** A JSON answer up to this size is inspected before it is passed on. A larger one streams through. */
const MAX_HELD_BYTES = 1 << 20
/** Limit of a translated answer, which is held whole. */
const MAX_TRANSLATED_BYTES = 32 << 20
/** How much of the end of a large answer is kept, to find its usage. */
const TAIL_BYTES = 64 << 10

const ANSWERED = { requestSent: true, isStale: false }

/** Receives the result of one attempt, once. */
export interface AttemptListener {
  onEnd(result: AttemptResult): void
}

type Mode = 'waiting' | 'held' | 'stream' | 'passing' | 'done'

/** Sends the request to one account's upstream, and relays a successful answer to the client. */
export class Attempt implements ResponseHandler, ClientLeftListener {
  readonly #context: AttemptContext
  readonly #taker: AttemptListener
  readonly #plan: TranslationPlan | null
  readonly #began: number
  #call: UpstreamCall | null = null
  #mode: Mode = 'waiting'
  #head: UpstreamHead | null = null
  #firstByteMs: number | null = null
  readonly #body = new ArrivingBody()
  #filter: StreamFilter | null = null
  #translator: StreamTranslator | null = null
  #isPaused = false

  constructor(context: AttemptContext, taker: AttemptListener) {
    this.#context = context
    this.#taker = taker
    this.#plan = context.outgoing.plan
    this.#began = context.clock()
  }

  /** Throws `invalid_request` for a request that cannot be sent. No callback comes before it returns. */
  start(): void {
    const { exchange, target, upstreams, outgoing } = this.#context
    exchange.watcher = this
    const { path, headers, body } = outgoing
    this.#call = upstreams.call(
      target.origin,
      { method: 'POST', path: target.base.whole(path), headers, more: target.authHeaders, body },
      this,
    )
  }

  onHead(head: UpstreamHead): void {
    this.#head = head
    this.#firstByteMs = this.#context.clock() - this.#began
    const isSuccess = head.status >= 200 && head.status < 300
    if (isSuccess) this.#learn(head) // an error has a body to learn from, too
    const encoding = head.contentEncoding ?? 'identity'
    // Compressed although not asked for: the proxy can neither read its usage nor translate it.
    if (isSuccess && encoding !== 'identity')
      return this.#plan === null ? this.#startPassing() : this.#garbage()
    if (isSuccess && this.#context.route.isMedia && !isJsonOrEvents(head)) return this.#startPassing()
    if (isSuccess && isEventStream(head)) {
      this.#mode = 'stream'
      const { target, outgoing } = this.#context
      this.#filter = new StreamFilter({
        readUsage: (data) => target.provider.usage(data),
        stripUsage: outgoing.stripUsage,
      })
      if (this.#plan !== null) this.#translator = new StreamTranslator(this.#plan)
    } else {
      this.#mode = 'held'
    }
  }

  onData(chunk: Buffer): void {
    if (this.#mode === 'stream') return this.#onStream(Buffer.from(chunk))
    if (this.#mode === 'passing') return this.#pass(Buffer.from(chunk))
    const body = this.#body
    body.add(chunk)
    if (body.length <= MAX_HELD_BYTES) return
    if (this.#refusesAtLength()) return
    if (this.#plan === null) this.#startPassing()
    else if (body.length > MAX_TRANSLATED_BYTES) this.#garbage()
  }

  onReadEnd(): void {
    this.#body.keep()
  }

  onEnd(): void {
    if (this.#mode === 'stream') this.#endStream(false)
    else if (this.#mode === 'passing') this.#endPassing()
    else this.#judge(this.#body.bytes)
  }

  onError(error: UpstreamError): void {
    if (this.#mode === 'stream' && this.#filter?.isOpen === true) return this.#endStream(true)
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
    const verdict = classifyResponse(head, body, this.#judgement())
    if (verdict.isAnswer) return this.#answer(body, verdict.tellsUsage)
    this.#learn(head, verdict.data)
    const own = this.#body.ownBytes
    this.#refuse(
      verdict.outcome,
      this.#held({ status: verdict.status, rawHeaders: head.rawHeaders, body: own }),
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
    exchange.send(head.status, [], told, passedHeaders(head))
    this.#finishAnswered(
      'ok',
      tellsUsage === undefined || tellsUsage === null
        ? NO_USAGE
        : this.#usageOf(() => target.provider.usage(tellsUsage)),
    )
  }

  /** Returns an error in the client's format. */
  #held(answer: HeldAnswer): HeldAnswer {
    return this.#plan === null ? answer : translatedError(this.#plan, answer)
  }

  #garbage(): void {
    const message = 'the upstream answered with something that cannot be translated'
    this.#refuse(localOutcome({ class: 'overloaded', code: 'garbage', message }), null)
  }

  /** Services count tokens separately from requests. */
  #learn(head: UpstreamHead, error?: unknown): void {
    const { live, member, model, route } = this.#context
    if (route.isCounted) live.learn(member, model, head, error)
  }

  #judgement(): { provider: Provider; now: number } {
    return { provider: this.#context.target.provider, now: this.#context.clock() }
  }

  #toSend(body: Buffer): Buffer {
    return body.length > COPIED_BODY_BYTES ? this.#body.ownBytes : body
  }

  // ---- answers too large to hold ----

  #startPassing(): void {
    const { exchange } = this.#context
    const head = this.#head!
    const announced = head.get('content-length')
    const headers = [...passedHeaders(head).list]
    if (announced !== undefined) headers.push('content-length', announced)
    this.#mode = 'passing'
    exchange.begin(head.status, headers)
    const held = this.#body.ownBytes
    rememberState(this.#context, head.status, held)
    this.#body.clear()
    this.#pass(held)
  }

  #pass(chunk: Buffer): void {
    this.#body.addToTail(chunk, TAIL_BYTES)
    this.#write(chunk)
  }

  #endPassing(): void {
    const { exchange, target } = this.#context
    exchange.end()
    const usage = usageInTail(this.#body.bytes)
    const isOk = (this.#head?.status ?? 0) < 300
    this.#finishAnswered(
      isOk ? 'ok' : 'bad-request',
      usage === null ? NO_USAGE : this.#usageOf(() => target.provider.usage(usage)),
    )
  }

  #cutOff(): void {
    this.#context.exchange.watcher = null
    this.#context.exchange.cutOff()
    this.#finishAnswered('lost', NO_USAGE)
  }

  // ---- streams ----

  #onStream(chunk: Buffer): void {
    const filter = this.#filter!
    const out = filter.push(chunk)
    if (filter.refusal !== null) return this.#refuseStream(filter.refusal)
    if (filter.isOpen) this.#openStream(out[0])
    for (const bytes of out) this.#tell(bytes)
  }

  #tell(bytes: Buffer): void {
    if (this.#translator === null) this.#write(bytes)
    else this.#writeEvents(this.#translator.push(bytes))
  }

  #writeEvents(events: string[]): void {
    if (events.length > 0) this.#write(Buffer.from(events.join('')))
  }

  #openStream(beginning?: Buffer): void {
    const { exchange } = this.#context
    if (exchange.isAnswered) return
    rememberState(this.#context, this.#head!.status, beginning)
    const headers = [...passedHeaders(this.#head!).list]
    headers.push('x-accel-buffering', 'no')
    exchange.begin(this.#head!.status, headers)
  }

  #endStream(isCut: boolean): void {
    const filter = this.#filter!
    const out = filter.end({ isCut })
    if (filter.refusal !== null) return this.#refuseStream(filter.refusal)
    if (!filter.isOpen) return this.#refuseEmptyStream()
    this.#openStream()
    for (const bytes of out) this.#tell(bytes)
    const error = filter.erroredMidStream
    const translator = this.#translator
    if (translator !== null) this.#writeEvents(translator.end({ isCut: !filter.sawEnd }))
    else if (!filter.sawEnd && error === null) this.#writeLoss()
    this.#context.exchange.watcher = null
    this.#context.exchange.end()
    const late = error === null ? null : classifyStreamError(error, this.#head!, this.#judgement()).outcome
    const isWhole = filter.sawEnd && late === null && translator?.isComplete !== false
    this.#finishAnswered(isWhole ? 'ok' : 'lost', filter.usage, { late })
  }

  /**
   * pi retries if the message is that of a broken connection (https://github.com/badlogic/pi-mono,
   * packages/coding-agent/src/core/agent-session.ts, 2026-11).
   */
  #writeLoss(): void {
    const { errorShape, id } = this.#context.exchange
    const message = 'upstream connection error: the answer broke off before it was complete'
    const error = { status: 502, code: 'upstream_unavailable', message, type: 'server_error', requestId: id }
    this.#write(errorFrame(errorShape, error, this.#filter?.responseStream()))
  }

  #refuseStream(error: StreamError): void {
    const body = Buffer.from(JSON.stringify(error.body ?? { error: { message: error.text } }))
    const { outcome, status } = classifyStreamError(error, this.#head!, this.#judgement())
    this.#learn(this.#head!, error.body)
    this.#refuse(outcome, this.#held({ status, rawHeaders: ['content-type', 'application/json'], body }))
  }

  #refuseEmptyStream(): void {
    const message = 'the stream ended before its first event'
    this.#refuse(localOutcome({ class: 'overloaded', code: 'empty', message }), null)
  }

  /** Back-pressure: the upstream keeps what a slow client does not read yet. */
  #write(bytes: Buffer): void {
    const { exchange } = this.#context
    const call = this.#call
    if (exchange.write(bytes) || call === null || this.#isPaused) return
    this.#isPaused = true
    call.pause()
    exchange.call.whenDrained(() => {
      this.#isPaused = false
      call.resume()
    })
  }

  // ---- ends ----

  clientLeft(): void {
    if (this.#mode === 'done') return
    const requestSent = this.#call?.state !== 'connecting'
    this.#call?.abort()
    // A client may leave at the last event. An upstream may send it long before it ends the connection.
    const isComplete = this.#filter?.sawEnd === true && this.#filter.erroredMidStream === null
    this.#finishAnswered(isComplete ? 'ok' : 'aborted', this.#filter?.usage ?? NO_USAGE, { requestSent })
  }

  #refuse(
    outcome: Outcome,
    held: HeldAnswer | null,
    { requestSent, isStale }: Pick<UpstreamError, 'requestSent' | 'isStale'> = ANSWERED,
  ): void {
    if (!this.#end()) return
    this.#call?.abort()
    this.#taker.onEnd({
      kind: 'refused',
      outcome,
      held,
      requestSent,
      isStale,
      at: this.#began,
      latencyMs: this.#latency(),
      firstByteMs: this.#firstByteMs,
    })
  }

  #finishAnswered(
    outcome: OutcomeClass,
    usage: Usage,
    { late = null, requestSent = true }: { late?: Outcome | null; requestSent?: boolean } = {},
  ): void {
    if (!this.#end()) return
    const status = this.#head?.status ?? null
    this.#taker.onEnd({
      kind: 'answered',
      outcome,
      status,
      usage: requestSent ? this.#completeUsage(usage, outcome) : usage,
      late,
      requestSent,
      at: this.#began,
      latencyMs: this.#latency(),
      firstByteMs: this.#firstByteMs,
    })
  }

  #end(): boolean {
    if (this.#mode === 'done') return false
    this.#mode = 'done'
    this.#context.exchange.watcher = null
    return true
  }

  #latency(): number {
    return this.#context.clock() - this.#began
  }

  #completeUsage(usage: Usage, outcome: OutcomeClass): Usage {
    const { route, outgoing } = this.#context
    const isKnown = usage.inputTokens !== null || usage.outputTokens !== null
    // A whole answer is read once more only if its service named no tokens.
    const sentTokens =
      this.#filter?.sentTokens ??
      (isKnown || outcome !== 'ok' ? 0 : boundTokens(this.#body.bytes.toString('latin1')))
    return completeUsage(usage, { route, body: outgoing.body, outcome, sentTokens })
  }

  #usageOf(read: () => Usage): Usage {
    try {
      return read()
    } catch {
      return NO_USAGE // as in a stream: odd usage must not cost the client its answer
    }
  }
}
