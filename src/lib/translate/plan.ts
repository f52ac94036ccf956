import type { Dialect } from '../provider/provider.ts'

/** The inputs of a translation besides the request. */
export interface TranslationContext {
  /** Id of the account's provider: services of one format differ in details (`habits.ts`). */
  provider: string
  /** The request's id: answers that come without an id are named after it. */
  requestId: string
  /** Epoch milliseconds, for answers that come without a time. */
  now: number
}

/** The facts of the request that the translation of the answer needs. */
export interface TranslationPlan {
  /** The client's format. */
  from: Dialect
  /** The account's format. */
  to: Dialect
  /** The requested model; the answer names it when the upstream names none. */
  model: string
  isStream: boolean
  /** True: the client wants the usage of a stream. Messages streams always include it. */
  wantsUsage: boolean
  /** False: the client asked to leave thinking out of the answer. */
  showsThinking: boolean
  /** The requested stop sequences, to recognise one that the upstream names. */
  stops: string[]
  requestId: string
  /** Epoch seconds. */
  createdAt: number
}
