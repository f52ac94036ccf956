import type { WireFormat } from '../provider/wire-format.ts'
import type { Json } from './json/raw-json.ts'

/** The inputs of a translation besides the request. */
export interface TranslationContext {
  /** Id of the account's provider: services of one format differ in details (`habits.ts`). */
  provider: string
  /** The request's id: answers that come without an id are named after it. */
  requestId: string
  /** Epoch milliseconds, for answers that come without a time. */
  now: number
  /** True: unknown fields are refused. Otherwise they are left out, and named. */
  refusesUnknown?: boolean
  /** Parts that the account has refused. */
  without?: readonly Without[]
  /** The most tokens of an answer that the account takes; null: as asked. */
  mostTokens?: number | null
  /** The account's name of the model; missing: as in the body. */
  model?: string
  /** The client wants its stream as a JSON list. */
  isList?: boolean
  /** The tokens of the request are counted, and nothing answers it. */
  isCount?: boolean
  /** Names the items of a Responses answer, so that the proxy can keep them; missing: they are not kept. */
  itemsToken?: string
  /** Whether the client wants a stream, where its path says it; missing: as in the body. */
  isStream?: boolean
}

/** A part of a request that an account may refuse, although the client did not write it in these words. */
export type Without = 'usage-option' | 'effort' | 'sealed-state'

/** A tool's name as the client knows it. */
export interface ToolName {
  name: string
  /** The group of the tool; null: none. */
  namespace: string | null
  isCustom: boolean
  /** Codex runs the search for tools itself, and its calls have a form of their own. */
  isSearch?: boolean
  /** A function of `functions`, from before tools: its call is a `function_call`. */
  isLegacy?: boolean
}

/** The facts of the request that the translation of the answer needs. */
export interface TranslationPlan {
  /** The client's format. */
  from: WireFormat
  /** The account's format. */
  to: WireFormat
  /** The requested model; the answer names it when the upstream names none. */
  model: string
  isStream: boolean
  /** The client wants a stream as a JSON list, as Gemini clients may. */
  isList: boolean
  /** True: the client wants the usage of a stream. Messages streams always include it. */
  wantsUsage: boolean
  /** False: the client asked to leave thinking out of the answer. */
  showsThinking: boolean
  /** The client asked for an answer in JSON, so nothing may be added to its text. */
  hasForm: boolean
  /** The requested stop sequences, to recognise one that the upstream names. */
  stops: string[]
  /** The client's names of tools, by those that the upstream got. */
  tools: ReadonlyMap<string, ToolName>
  /** The client offered no tools. The request names those of its earlier calls, because Anthropic wants them. */
  hasOnlyStubs?: boolean
  /** The ids of calls that the request has already. */
  callIds: ReadonlySet<string>
  /** The client's own fields that its answer repeats. */
  echo: Json
  /** Fields of the request that were left out, for the client to know. A whole answer adds its own. */
  leftOut: string[]
  requestId: string
  /** The token in the ids of items that the proxy keeps; missing: none are kept. */
  itemsToken?: string
  /** Epoch seconds. */
  createdAt: number
}

/** A request in the format of an account. */
export interface WrittenRequest {
  body: Json
  tools: TranslationPlan['tools']
  hasOnlyStubs?: boolean
}
