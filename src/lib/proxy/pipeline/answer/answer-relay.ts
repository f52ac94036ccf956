import type { Outcome, Usage } from '../../../provider/provider.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import type { WaitingStream } from '../exchange/heartbeats.ts'
import type { HeldAnswer } from './held-answer.ts'

/**
 * A way to take the answer of an upstream to the client: buffered, as a stream, or passed through unread. It gets
 * the plain bytes of the answer, and reports its end to the host.
 */
export interface AnswerRelay {
  /** The room for signs of life; see `Heartbeats`. */
  readonly patience: WaitingStream['patience']
  /** The client has the end of the answer, and no error. */
  readonly isComplete: boolean
  /** The usage so far. */
  readonly usage: Usage
  /** Adds a part of the answer. It is a view that is valid until the read ends. */
  push(chunk: Buffer): void
  /** The read ends, and the next one overwrites the memory of the parts. */
  keep(): void
  /** The answer is whole. */
  end(): void
  /** The answer broke off. False: the client has nothing of it, so another account may answer. */
  breakOff(): boolean
  /** An upper bound of the tokens in the text that the client got; 0 if they need not be counted. */
  boundTokens(outcome: OutcomeClass): number
}

/** The attempt, as its relay uses it. */
export interface RelayHost {
  /** The bytes that the relay gets differ from those on the wire. */
  readonly isDecoded: boolean
  /** Writes a part of a streamed answer to the client, with back-pressure. */
  write(bytes: Buffer): void
  /** Another relay continues. */
  relayWith(relay: AnswerRelay): void
  /** Another relay gets the whole answer. */
  reread(relay: AnswerRelay, answer: Buffer): void
  /** Learns limits from the head of the answer. `error`: its parsed body. */
  learnLimits(error?: unknown): void
  /** The client has its answer. `late`: an error after its first data. */
  finish(outcome: OutcomeClass, usage: Usage, late?: Outcome | null): void
  /** The client has nothing yet. `held`: the answer that it gets if no account does better. */
  refuse(outcome: Outcome, held: HeldAnswer | null): void
}
