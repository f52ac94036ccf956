import type { Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { ArrivingBody } from '../../transport/body/arriving-body.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'
import { usageInTail } from '../../wire/usage-in-tail.ts'
import type { AttemptContext } from '../attempt-context.ts'
import { readUsage } from './read-usage.ts'
import { rememberState } from './remember-state.ts'
import type { StreamSink } from './stream-relay.ts'

/** How much of the end of the answer is kept, to find its usage. */
const TAIL_BYTES = 64 << 10

export interface PassingParts {
  head: UpstreamHead
  /** Holds the answer so far; from now on, its end. */
  body: ArrivingBody
  sink: StreamSink
  /** Null: the length changes on the way, or is unknown. */
  length: string | null
}

/** An answer that passes unread: it is too large to hold, it is no text, or its service has no models. */
export class PassingAnswer {
  readonly #context: AttemptContext
  readonly #head: UpstreamHead
  readonly #body: ArrivingBody
  readonly #sink: StreamSink

  /** Sends the head and what is held. */
  constructor(context: AttemptContext, { head, body, sink, length }: PassingParts) {
    this.#context = context
    this.#head = head
    this.#body = body
    this.#sink = sink
    const headers = [...sink.passed().list]
    if (length !== null) headers.push('content-length', length)
    context.exchange.begin(head.status, headers)
    const held = body.ownBytes
    rememberState(context, head.status, held)
    body.clear()
    this.push(held)
  }

  push(chunk: Buffer): void {
    this.#body.addToTail(chunk, TAIL_BYTES)
    this.#sink.write(chunk)
  }

  /** Ends the answer of the client. A redirect is an answer of a service, and no answer of a model. */
  end(): { outcome: OutcomeClass; usage: Usage } {
    const { exchange, target, route } = this.#context
    exchange.end()
    const isOk = this.#head.status < (route.service === null ? 300 : 400)
    return {
      outcome: isOk ? 'ok' : 'bad-request',
      usage: readUsage(target.provider, usageInTail(this.#body.bytes)),
    }
  }
}
