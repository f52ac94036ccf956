import type { Outcome, Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { UpstreamCall } from '../../transport/upstream-call.ts'
import type { UpstreamError } from '../../transport/upstream-error.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'
import type { AnswerRelay, RelayHost } from '../answer/answer-relay.ts'
import { BufferedRelay, isConverted } from '../answer/buffered-relay.ts'
import { isEventStream, isJsonOrEvents, localOutcome, untranslatable } from '../answer/classify-response.ts'
import { completeUsage } from '../answer/estimate-usage.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'
import { PassthroughRelay } from '../answer/passthrough-relay.ts'
import { detectKind } from '../answer/reshaped-answer.ts'
import { StreamRelay } from '../answer/stream-relay.ts'
import type { AttemptContext } from '../attempt-context.ts'
import type { ClientLeftListener, Exchange } from '../exchange/exchange.ts'
import type { WaitingStream } from '../exchange/heartbeats.ts'
import { NO_USAGE } from '../exchange/request-facts.ts'
import { requestTo } from '../plan/outgoing.ts'
import type { AttemptListener } from './attempt-result.ts'
import { DecodedResponse } from './decoded-response.ts'

const ANSWERED = { requestSent: true, isStale: false }

/**
 * Sends one request to one account's upstream. It chooses the relay that takes the answer to the client, and reports
 * the end of the attempt once.
 */
export class Attempt extends DecodedResponse implements RelayHost, WaitingStream, ClientLeftListener {
  readonly #context: AttemptContext
  readonly #listener: Pick<AttemptListener, 'onEnd'>
  readonly #began: number
  #call: UpstreamCall | null = null
  #head: UpstreamHead | null = null
  #firstByteMs: number | null = null
  /** Null: no answer has begun, or it was refused at its head. */
  #relay: AnswerRelay | null = null
  /** The first bytes have not shown yet whether the label of the answer is right. */
  #isUnlabelled = false
  #isPaused = false
  #isOver = false

  constructor(context: AttemptContext, listener: Pick<AttemptListener, 'onEnd'>) {
    super()
    this.#context = context
    this.#listener = listener
    this.#began = context.clock()
  }

  get exchange(): Exchange {
    return this.#context.exchange
  }

  get patience(): WaitingStream['patience'] {
    return this.#relay === null ? 'no-status' : this.#relay.patience
  }

  /** Throws `invalid_request` for a request that cannot be sent. No callback comes before it returns. */
  start(): void {
    const { exchange, target, upstreams, heartbeats, outgoing, route } = this.#context
    this.#call = upstreams.call(target.origin, requestTo(target, outgoing), this)
    exchange.clientListener = this
    if (exchange.isStream && !route.isMedia) heartbeats.watch(this)
  }

  // ---- the answer ----

  onHead(head: UpstreamHead): void {
    this.#head = head
    this.#firstByteMs = this.#context.clock() - this.#began
    const { isSuccess } = head
    const { route } = this.#context
    if (isSuccess) this.learnLimits() // an error has a body to learn from, too
    if (route.service !== null && head.status < 400) return this.#passThrough(head)
    if (!this.decode(head)) return this.#relayUnreadable(head)
    if (isSuccess && route.isMedia && !isJsonOrEvents(head)) return this.#passThrough(head)
    this.#isUnlabelled = true
    if (isSuccess && isEventStream(head)) this.#stream(head)
    else this.#buffer(head)
  }

  /** qwenctl does not know this coding. The answer passes unchanged, because the client may know it. */
  #relayUnreadable(head: UpstreamHead): void {
    if (!head.isSuccess) this.#buffer(head)
    else if (isConverted(this.#context)) this.refuse(untranslatable(), null)
    else this.#passThrough(head)
  }

  #buffer(head: UpstreamHead): void {
    this.#relay = new BufferedRelay(this.#context, head, this)
  }

  #stream(head: UpstreamHead): void {
    this.#relay = new StreamRelay(this.#context, head, this)
  }

  #passThrough(head: UpstreamHead): void {
    this.#relay = new PassthroughRelay(this.#context, head, this)
  }

  onDecoded(chunk: Buffer): void {
    if (this.#isOver) return
    if (this.#isUnlabelled && this.#correctLabel(chunk)) return
    this.#relay?.push(chunk)
  }

  /** Chooses decoder and relay by the first bytes, because headers may be wrong. True: the decoder has the bytes. */
  #correctLabel(chunk: Buffer): boolean {
    if (this.decodeUnlabelled(chunk)) return true
    const head = this.#head!
    const kind = detectKind(chunk)
    this.#isUnlabelled = kind === 'blank'
    if (kind === 'events' && head.isSuccess && this.#relay instanceof BufferedRelay) this.#stream(head)
    else if (kind === 'json' && this.#relay instanceof StreamRelay) this.#buffer(head)
    return false
  }

  onReadEnd(): void {
    this.#relay?.keep()
  }

  onDecodedEnd(): void {
    if (!this.#isOver) this.#relay?.end()
  }

  onDamaged(): void {
    this.#call?.abort()
    if (this.#isOver || this.#relay?.breakOff() === true) return
    this.refuse(untranslatable(), null)
  }

  protected onBroken(error: UpstreamError): void {
    if (this.#isOver || this.#relay?.breakOff() === true) return
    const { kind, message } = error
    const outcome = { class: kind === 'timeout' ? 'timeout' : 'unreachable', code: kind, message } as const
    this.#refuse(localOutcome(outcome), null, error)
  }

  onClientLeft(): void {
    if (this.#isOver) return
    const requestSent = this.#call?.state !== 'connecting'
    this.#call?.abort()
    // A client may leave at the last event. An upstream may send it long before it ends the connection.
    const outcome = this.#relay?.isComplete === true ? 'ok' : 'aborted'
    this.#finish(outcome, this.#relay?.usage ?? NO_USAGE, { late: null, requestSent })
  }

  // ---- what the relay asks for ----

  relayWith(relay: AnswerRelay): void {
    this.#relay = relay
  }

  reread(relay: AnswerRelay, answer: Buffer): void {
    this.#relay = relay
    relay.push(answer)
    this.onDecodedEnd()
  }

  /** Back-pressure: the upstream keeps what a slow client does not read yet. */
  write(bytes: Buffer): void {
    const { exchange } = this.#context
    const call = this.#call
    if (exchange.write(bytes) || call === null || this.#isPaused) return
    this.#isPaused = true
    call.pause()
    this.pauseDecoder()
    exchange.call.whenDrained(() => {
      this.#isPaused = false
      call.resume()
      this.resumeDecoder()
    })
  }

  /** Learns nothing on routes that only count tokens: services limit those separately. */
  learnLimits(error?: unknown): void {
    const { live, member, model, route, clock } = this.#context
    if (!route.isCounted || this.#head === null) return
    live.notes.learn(member, model, this.#head, { ageMs: clock() - this.#began, error })
  }

  finish(outcome: OutcomeClass, usage: Usage, late: Outcome | null = null): void {
    this.#finish(outcome, usage, { late, requestSent: true })
  }

  refuse(outcome: Outcome, held: HeldAnswer | null): void {
    this.#refuse(outcome, held, ANSWERED)
  }

  // ---- the end ----

  #finish(
    outcome: OutcomeClass,
    usage: Usage,
    { late, requestSent }: { late: Outcome | null; requestSent: boolean },
  ): void {
    if (!this.#close()) return
    this.#listener.onEnd({
      kind: 'answered',
      outcome,
      status: this.#head?.status ?? null,
      usage: requestSent ? completeUsage(this.#context, outcome, usage, this.#relay) : usage,
      late,
      requestSent,
      at: this.#began,
      latencyMs: this.#context.clock() - this.#began,
      firstByteMs: this.#firstByteMs,
    })
  }

  #refuse(
    outcome: Outcome,
    held: HeldAnswer | null,
    { requestSent, isStale }: Pick<UpstreamError, 'requestSent' | 'isStale'>,
  ): void {
    if (!this.#close()) return
    this.#call?.abort()
    this.#listener.onEnd({
      kind: 'refused',
      outcome,
      held,
      requestSent,
      isStale,
      at: this.#began,
      latencyMs: this.#context.clock() - this.#began,
      firstByteMs: this.#firstByteMs,
    })
  }

  /** False: the attempt was over before. */
  #close(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.abortDecoder()
    const { exchange, heartbeats } = this.#context
    if (exchange.isStream) heartbeats.unwatch(this)
    exchange.clientListener = null
    return true
  }
}
