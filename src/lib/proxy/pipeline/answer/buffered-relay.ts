import type { OutcomeClass } from '../../../quota/log/events.ts'
import { movesOn } from '../../../rotation/cooldowns/cooling.ts'
import { ArrivingBody } from '../../transport/body/arriving-body.ts'
import { COPIED_BODY_BYTES } from '../../transport/client-call.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'
import type { AttemptContext } from '../attempt-context.ts'
import { NO_USAGE } from '../exchange/request-facts.ts'
import type { AnswerRelay, RelayHost } from './answer-relay.ts'
import { buildJudge, classifyResponse, looksLikeEvents, untranslatable } from './classify-response.ts'
import { hideInHeaders } from '../../wire/secrets/hide-secret.ts'
import { PassthroughRelay } from './passthrough-relay.ts'
import { boundWhole, readUsage } from './read-usage.ts'
import { keepItems } from './keep-items.ts'
import { rememberState } from './remember-state.ts'
import { headersFor, sendWhole, withoutCoding } from './reshaped-answer.ts'
import { StreamRelay } from './stream-relay.ts'
import { inClientsFormat, translatedError } from './translated-answer.ts'

/** A JSON answer up to this size is inspected before it is passed on. A larger one streams through. */
const MAX_HELD_BYTES = 1 << 20
/** Limit of a translated answer, which is held whole. */
const MAX_TRANSLATED_BYTES = 32 << 20

/** The first byte of most answers. */
const OPEN_OBJECT = 0x7b

/** The client gets the answer in another form. The conversion needs the whole answer. */
export function isConverted({ outgoing, route }: AttemptContext): boolean {
  return outgoing.plan !== null || route.ollama !== null
}

/** Holds an answer until it is whole, inspects it, and then sends it or refuses it. */
export class BufferedRelay implements AnswerRelay {
  readonly #context: AttemptContext
  readonly #head: UpstreamHead
  readonly #host: RelayHost
  readonly #body = new ArrivingBody()
  readonly patience = 'no-status'
  readonly isComplete = false
  readonly usage = NO_USAGE

  constructor(context: AttemptContext, head: UpstreamHead, host: RelayHost) {
    this.#context = context
    this.#head = head
    this.#host = host
  }

  push(chunk: Buffer): void {
    const body = this.#body
    const wasShort = body.length <= MAX_HELD_BYTES
    body.add(chunk)
    if (body.length <= MAX_HELD_BYTES || (wasShort && this.#refusesAtLength())) return
    const context = this.#context
    if (!isConverted(context))
      this.#host.relayWith(new PassthroughRelay(context, this.#head, this.#host, body))
    else if (body.length > MAX_TRANSLATED_BYTES) this.#host.refuse(untranslatable(), null)
  }

  keep(): void {
    this.#body.keep()
  }

  end(): void {
    const body = this.#body.bytes
    const head = this.#head
    if (head.isSuccess && body[0] !== OPEN_OBJECT && looksLikeEvents(body)) return this.#rereadAsStream()
    const verdict = classifyResponse(head, body, buildJudge(this.#context))
    if (verdict.isAnswer) return this.#send(body, verdict.tellsUsage)
    this.#host.learnLimits(verdict.data)
    const rawHeaders = this.#host.isDecoded ? withoutCoding(head.rawHeaders) : head.rawHeaders
    const { outgoing, target } = this.#context
    const held = {
      status: verdict.status,
      rawHeaders: hideInHeaders(rawHeaders, target.secret),
      body: verdict.body === body ? this.#body.ownBytes : verdict.body,
    }
    this.#host.refuse(verdict.outcome, translatedError(outgoing.plan, held))
  }

  /** Nothing was sent yet. */
  breakOff(): boolean {
    return false
  }

  boundTokens(outcome: OutcomeClass): number {
    return boundWhole(this.#body, outcome)
  }

  /** An error may exceed the held size. Its meaning for other accounts shows without its end. */
  #refusesAtLength(): boolean {
    const head = this.#head
    if (head.status < 300) return false
    const verdict = classifyResponse(head, this.#body.bytes, buildJudge(this.#context))
    if (verdict.isAnswer || !movesOn(verdict.outcome.class)) return false
    this.#host.learnLimits()
    this.#host.refuse(verdict.outcome, null)
    return true
  }

  #send(body: Buffer, tellsUsage: unknown): void {
    const { exchange, target, outgoing } = this.#context
    const { plan } = outgoing
    const head = this.#head
    const answer = plan === null ? this.#toSend(body) : inClientsFormat(plan, body)
    if (answer === null) return this.#host.refuse(untranslatable(), null)
    rememberState(this.#context, head.status, body)
    keepItems(this.#context, answer)
    const { isDecoded } = this.#host
    const passed = headersFor(head, { isDecoded, isStream: false, body, secret: target.secret })
    sendWhole(exchange, answer, { head, outgoing, passed })
    this.#host.finish('ok', readUsage(target.provider, tellsUsage))
  }

  #toSend(body: Buffer): Buffer {
    return body.length > COPIED_BODY_BYTES ? this.#body.ownBytes : body
  }

  #rereadAsStream(): void {
    this.#host.reread(new StreamRelay(this.#context, this.#head, this.#host), this.#body.ownBytes)
  }
}
