import type { Account } from '../account/account.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { OutcomeClass } from '../quota/log/events.ts'

/** What is said of an account. */
export type NamedAccount = Pick<Account, 'id' | 'user' | 'provider' | 'name'>

/** One try upstream. Times: epoch milliseconds; durations: milliseconds. */
export interface AttemptRecord {
  account: NamedAccount
  /** As the upstream was asked for it; null: the request named none. */
  model: string | null
  at: number
  latencyMs: number
  firstByteMs: number | null
  outcome: OutcomeClass
  /** Null: there was no answer. */
  status: number | null
  /** What went wrong, in the upstream's words or ours; null: nothing. Masked before it is written anywhere. */
  message: string | null
  /** `https://host:port` that was asked; null: nothing was sent. */
  origin: string | null
}

/**
 * One request of a client, once it is over. Plain facts, never a word of the conversation. The proxy makes one for every
 * request and hands it over; it is not changed afterwards.
 */
export interface RequestRecord {
  /** The `x-request-id` of the answer. */
  id: string
  /** When the request's head had arrived, epoch milliseconds. */
  at: number
  /** Until the last byte of the answer was handed to the connection, or the client had left. */
  latencyMs: number
  /** Until the first byte of the answer; null: there was none. */
  firstByteMs: number | null
  method: string
  /** Of the table of routes, `/v1/chat/completions`; never a path as a client wrote it. */
  route: string
  dialect: string
  /** The name of the client key; null: none was presented. */
  clientKey: string | null
  /** As the client wrote it; null: it named none. */
  model: string | null
  isStream: boolean
  /** Of the answer; null: the client left before there was one. */
  status: number | null
  /** Of the last try where an account was asked and its word decided; else the code of the error that we answered with. */
  outcome: OutcomeClass | ErrorCode
  /** Why we refused it; null: we did not. */
  message: string | null
  /** In the order in which they were asked; empty: nobody was. */
  attempts: readonly AttemptRecord[]
  inputTokens: number | null
  outputTokens: number | null
  costUsd: number | null
  /** Of the bodies, as they came and went. */
  bytesIn: number
  bytesOut: number
  /** The client left before its answer was complete. */
  isClientGone: boolean
  /** The request's `traceparent` header as it came; null: none, or nobody wants to know. */
  traceparent: string | null
}

/** What happens beside requests. */
export type Note =
  | { kind: 'started'; url: string; accounts: number; strategy: string }
  | { kind: 'stopped' }
  /** A subject of the ledger is not used for a time. */
  | {
      kind: 'cooldown'
      account: NamedAccount
      /** What rests: the account itself, its quota group, or its provider's base. */
      subject: string
      /** Null: all of them. */
      model: string | null
      /** RFC 3339; null: until the user acts. */
      until: string | null
      reason: OutcomeClass
      evidence: string | null
    }
  /** A problem that people should know of, in words. */
  | { kind: 'trouble'; message: string; code?: ErrorCode }
  /** The process ends without having been asked to. */
  | { kind: 'crash'; message: string; stack: string }

/** From the gravest on; `off` writes nothing. */
export const logLevels = ['off', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

/** The account whose answer, or whose last word, the client got; null: nobody was asked. */
export function lastAttempted(record: RequestRecord): NamedAccount | null {
  const { attempts } = record
  return attempts.length === 0 ? null : attempts[attempts.length - 1]!.account
}
