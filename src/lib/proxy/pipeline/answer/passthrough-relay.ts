import { ArrivingBody } from '../../transport/body/arriving-body.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'
import { ownLocations } from '../../wire/headers/own-locations.ts'
import { SecretFilter } from '../../wire/secrets/hide-secret.ts'
import { usageInTail } from '../../wire/usage-in-tail.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { AttemptContext } from '../attempt-context.ts'
import { NO_USAGE } from '../exchange/request-facts.ts'
import type { AnswerRelay, RelayHost } from './answer-relay.ts'
import { boundWhole, readUsage } from './read-usage.ts'
import { rememberState } from './remember-state.ts'
import { headersFor } from './reshaped-answer.ts'

/** How much of the end of the answer is kept, to find its usage. */
const TAIL_BYTES = 64 << 10

/** Passes an answer on unread: it is too large to hold, it is no text, or its service has no models. */
export class PassthroughRelay implements AnswerRelay {
  readonly #context: AttemptContext
  readonly #head: UpstreamHead
  readonly #host: RelayHost
  readonly #body: ArrivingBody
  /** Null: the answer is no error, and passes byte for byte. */
  readonly #secrets: SecretFilter | null
  readonly patience = 'closed'
  readonly isComplete = false
  readonly usage = NO_USAGE

  /** Sends the head, and the body so far. From now on `body` holds the end of the answer. */
  constructor(context: AttemptContext, head: UpstreamHead, host: RelayHost, body = new ArrivingBody()) {
    this.#context = context
    this.#head = head
    this.#host = host
    this.#body = body
    const { isDecoded } = host
    const { secret } = context.target
    const headers = localHeaders(
      context,
      headersFor(head, { isDecoded, isStream: false, body: undefined, secret }).list,
    )
    const length = isDecoded ? undefined : head.get('content-length')
    if (length !== undefined) headers.push('content-length', length)
    context.exchange.begin(head.status, headers)
    const beginning = body.ownBytes
    this.#secrets = isError(head, beginning) ? new SecretFilter(secret) : null
    rememberState(context, head.status, beginning)
    body.clear()
    this.#write(beginning)
  }

  push(chunk: Buffer): void {
    this.#write(Buffer.from(chunk))
  }

  #write(bytes: Buffer): void {
    this.#body.addToTail(bytes, TAIL_BYTES)
    this.#send(this.#secrets === null ? bytes : this.#secrets.push(bytes))
  }

  #send(bytes: Buffer): void {
    this.#host.write(bytes) // also without bytes: the head of a stream leaves before its first event
  }

  /** Keeps nothing but copies. */
  keep(): void {}

  /** Ends the answer of the client. A redirect is an answer of a service, and no answer of a model. */
  end(): void {
    const { exchange, target, route } = this.#context
    if (this.#secrets !== null) this.#send(this.#secrets.end())
    exchange.end()
    const isOk = this.#head.status < (route.service === null ? 300 : 400)
    const usage = readUsage(target.provider, usageInTail(this.#body.bytes))
    this.#host.finish(isOk ? 'ok' : 'bad-request', usage)
  }

  /** The bytes that an error keeps back may be a part of the credential, so they do not leave. */
  breakOff(): boolean {
    const { exchange } = this.#context
    exchange.clientListener = null
    exchange.cutOff()
    this.#host.finish('lost', NO_USAGE)
    return true
  }

  boundTokens(outcome: OutcomeClass): number {
    return boundWhole(this.#body, outcome)
  }
}

/** Services send errors with a 200, too. An answer never begins with its error. */
function isError({ status }: UpstreamHead, beginning: Buffer): boolean {
  return status >= 300 || /^\s*\{\s*"error"\s*:\s*[{"[]/.test(beginning.toString('latin1', 0, 256))
}

/** The headers of the answer. A service's own addresses become paths of the proxy. */
function localHeaders({ route, target, outgoing }: AttemptContext, list: readonly string[]): string[] {
  if (route.service === null) return [...list]
  return ownLocations(list, {
    origin: target.origin.name,
    requestPath: target.base.whole(outgoing.path),
    basePath: target.base.path,
    ownPath: `/services/${route.service}`,
  })
}
