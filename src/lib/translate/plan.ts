import type { Dialect } from '../provider/provider.ts'

/** What a translation has to know besides the request. */
export interface TranslationContext {
  /** Id of the account's provider: services of one format differ in small things (`habits.ts`). */
  provider: string
  /** The request's id: answers that come without an id are named after it. */
  requestId: string
  /** Epoch milliseconds, for answers that come without a time. */
  now: number
}

/** What the translation of the answer must remember of the request. */
export interface TranslationPlan {
  /** The client's format. */
  from: Dialect
  /** The account's format. */
  to: Dialect
  /** The model asked for; the answer names it where the upstream names none. */
  model: string
  isStream: boolean
  /** True: the client wants the usage of a stream. Messages streams always tell it. */
  wantsUsage: boolean
  /** False: thinking stays with the upstream, as the client asked. */
  showsThinking: boolean
  /** The stop sequences asked for, to recognise one that the upstream names. */
  stops: string[]
  requestId: string
  /** Epoch seconds. */
  createdAt: number
}
