// The neutral form of an answer: a sequence of calls on a listener, for whole answers and streams alike. Each format
// has one reader that makes it and one writer that expresses it. Blocks come one after the other, never interleaved.

import type { Json } from '../json-fields.ts'
import type { Tokens } from '../usage.ts'
import type { Source } from './request.ts'
import type { Seal } from './seal.ts'
import type { Citation } from './sources.ts'

/** The facts at the start of an answer; null: unknown. */
export interface AnswerHead {
  id: string | null
  model: string | null
  tier: string | null
}

/** A part of an answer. Text, refusals, thinking and the input of calls arrive in pieces. */
export type Block =
  | { kind: 'text' | 'refusal' }
  /** `seal` is complete when the block ends. */
  | { kind: 'thinking'; seal: Seal | null }
  | { kind: 'sealed'; seal: Seal }
  | CallBlock
  | { kind: 'image'; source: Source }

export interface CallBlock {
  kind: 'call'
  id: string
  name: string
  /** The group of the tool; null: none. */
  namespace: string | null
  /** The input is plain text, not JSON. */
  isCustom: boolean
  /** The client searches its own tools. */
  isSearch?: boolean
  /** The client knows one call alone, in the form of 2023. */
  isLegacy?: boolean
  /** State of the service that belongs to this call; null: none. */
  seal: Seal | null
}

/** `refusal`: by the model; `filter`: by the service. */
export type StopReason = 'end' | 'length' | 'calls' | 'refusal' | 'filter' | 'sequence' | 'pause'

export interface AnswerEnd {
  reason: StopReason
  /** The stop sequence that the model reached; null: none, or unknown. */
  sequence: string | null
  /** Why the service refused; null: no reason is given. */
  explanation: string | null
  tokens: Readonly<Tokens>
  /** False: the upstream reported no usage. */
  hasUsage: boolean
}

export interface AnswerListener {
  start(head: AnswerHead): void
  begin(block: Block): void
  piece(text: string): void
  /** The sources of the answer so far, where its text must stay as it is. Formats without a place leave them out. */
  cite?(sources: readonly Citation[]): void
  /** The block is complete. */
  endBlock(): void
  /** The answer is complete. */
  finish(end: AnswerEnd): void
}

/** Reads an upstream's answer in one format. */
export interface AnswerReader {
  /** Reads a whole answer. Throws `upstream_unavailable` for a body that is no answer. */
  readWhole(body: unknown): void
  /** Reads the data of one event of a stream. Throws the same. */
  take(event: Json): void
  /** The stream has ended; `isMarked`: by its regular mark. True: the answer is complete, and the listener has its end. */
  end(isMarked: boolean): boolean
  /** True after the start. */
  readonly isOpen: boolean
}

/** Writes an answer in the client's format: the events of a stream, and in the end the whole. */
export interface AnswerWriter extends AnswerListener {
  /** Keeps a waiting client patient. */
  readonly keepAlive: string
  /** The whole answer, once it is finished. */
  readonly whole: Json
  /** The error as the last events of the stream. */
  error(body: Json): string
}
