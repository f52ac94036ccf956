import type { Account } from '../account/account.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { OutcomeClass } from '../quota/log/events.ts'

/** The account fields that records show. */
export type NamedAccount = Pick<Account, 'id' | 'user' | 'provider' | 'name'>

/** An attempt upstream. Times: epoch milliseconds; durations: milliseconds. */
export interface AttemptRecord {
  account: NamedAccount
  /** The model sent upstream; null: the request named none. */
  model: string | null
  at: number
  latencyMs: number
  firstByteMs: number | null
  outcome: OutcomeClass
  /** Null: there was no answer. */
  status: number | null
  /** The failure, in the upstream's words or qwenctl's; null: none. Masked before it is written anywhere. */
  message: string | null
  /** `https://host:port` of the upstream; null: nothing was sent. */
  origin: string | null
}

/**
 * A finished request of a client. Facts only, never a part of the conversation. The proxy makes one for every
 * request and passes it on; it never changes afterwards.
 */
export interface RequestRecord {
  /** The `x-request-id` of the answer. */
  id: string
  /** When the request's head had arrived, epoch milliseconds. */
  at: number
  /** Until the connection took the last byte of the answer, or the client left. */
  latencyMs: number
  /** Until the first byte of the answer; null: there was none. */
  firstByteMs: number | null
  method: string
  /** From the table of routes, `/v1/chat/completions`; never a path from a client. */
  route: string
  dialect: string
  /** The name of the client key; null: the client presented none. */
  clientKey: string | null
  /** Its id: a later key may have the same name. Null as above. */
  clientKeyId: string | null
  /** Only this user's accounts could serve the request; null: those of all users. */
  onlyUser: string | null
  /** The model in the client's request; null: it named none. */
  model: string | null
  isStream: boolean
  /** The status of the answer; null: the client left first. */
  status: number | null
  /** The outcome of the last attempt if its answer decided; otherwise the code of qwenctl's error. */
  outcome: OutcomeClass | ErrorCode
  /** Why qwenctl refused the request; null: it did not. */
  message: string | null
  /** In order; empty: no account was asked. */
  attempts: readonly AttemptRecord[]
  inputTokens: number | null
  outputTokens: number | null
  costUsd: number | null
  /** The service reported no tokens, or not all of them, so qwenctl estimates. */
  isEstimated: boolean
  /** Bytes of the bodies on the wire. */
  bytesIn: number
  bytesOut: number
  /** The client left before its answer was complete. */
  isClientGone: boolean
  /** The request's `traceparent` header, unchanged; null: none, or not needed. */
  traceparent: string | null
}

/** Events besides requests. */
export type Note =
  | { kind: 'started'; url: string; accounts: number; strategy: string }
  | { kind: 'stopped' }
  /** A subject of the ledger is not used for a time. */
  | {
      kind: 'cooldown'
      account: NamedAccount
      /** The subject in cooldown: the account itself, its quota group, or its provider's base. */
      subject: string
      /** Null: all models. */
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

/** In order of severity, the most severe first; `off` writes nothing. */
export const logLevels = ['off', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

/** The account with the last attempt, which answered the client or failed last; null: no account was asked. */
export function lastAttempted(record: RequestRecord): NamedAccount | null {
  const { attempts } = record
  return attempts.length === 0 ? null : attempts[attempts.length - 1]!.account
}
