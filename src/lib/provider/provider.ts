// The provider room: the interface of each service, as tables and pure functions. A provider opens no socket. Time,
// headers and bodies are arguments, so its cases run without a network.

import type { OutcomeClass } from '../quota/log/events.ts'
import type { DeviceLogin } from './device-login.ts'
import type { LearnedLimit } from './limits/learned-limit.ts'
import type { Bases } from './bases.ts'
import type { PlanReader } from './plans/plan-reader.ts'
import type { RouteTable } from './routes.ts'

export type { Bases }

/** The families of wire formats of errors and batches. Gemini clients belong to `openai` there. */
export type ClientDialect = 'openai' | 'anthropic'

/** The families of wire formats that clients and upstreams speak. */
export type Dialect = ClientDialect | 'gemini'

/** Reads one header by its lower-case name. */
export type HeaderLookup = (name: string) => string | undefined

/** A service's address: one row per region or plan. URLs without a trailing slash. */
export interface Endpoint {
  /** Short and stable: `intl`, `coding-intl`. */
  id: string
  label: string
  /** Base of the OpenAI dialect (clients append `/chat/completions`), null where there is none. */
  openai: string | null
  /** Base of the Anthropic dialect (clients append `/messages`), null where there is none. */
  anthropic: string | null
  /** Base of Google's own API (clients append `/models/MODEL:generateContent`); null or missing: there is none. */
  gemini?: string | null
  /** Default limits that hold at this endpoint, as written in `docs/guide/limits.md`. */
  limits?: string[]
  /** The restriction of the terms here, shown when an account is added. */
  terms?: string
}

/** The upstream's answer, or the first error frame of a stream that began with 200. */
export interface Answer {
  status: number
  header: HeaderLookup
  /** The parsed body; undefined when it is not JSON. */
  body: unknown
  /** The beginning of the body as text. */
  text: string
  /** The time now in epoch milliseconds, to compare dates and durations with. */
  now: number
}

/** The meaning of an answer. */
export interface Outcome {
  class: OutcomeClass
  /**
   * The scope of the outcome; `rotation/cooldowns/cooling.ts` chooses the cooldown from it. `account` covers the quota group
   * of the account, because the provider counts the group as one. `key` covers this credential alone, such as a
   * spend limit of one key.
   */
  scope: 'account' | 'key' | 'model'
  /** The end from the provider, in epoch milliseconds; null: none given. Never invented. */
  until: number | null
  /** The provider's own code; null: none. */
  code: string | null
  /** The provider's own words, cut to 300 characters. */
  message: string
}

/** Tokens and cost of one answer; null: unknown. Input tokens include those of a cache. */
export interface Usage {
  inputTokens: number | null
  outputTokens: number | null
  costUsd: number | null
  /** Parts of the totals with prices of their own; left out: none is known. Read from a cache. */
  cacheReadTokens?: number
  /** Written to a cache for five minutes. */
  cacheWriteTokens?: number
  /** Written to a cache for an hour. */
  cacheWriteHourTokens?: number
  audioInputTokens?: number
  audioOutputTokens?: number
  /** Web searches that the service ran for the answer. */
  webSearches?: number
  /** `outputTokens` is the total: the service reported nothing else. */
  isTotal?: true
  /** The service reported no tokens, or not all of them, so qwenctl estimates. */
  isEstimated?: true
}

/** All that qwenctl knows about a service. `defineProvider` makes one. */
export interface Provider {
  /** Lower-case and stable; part of every account reference. */
  id: string
  label: string
  /** `http`: any HTTP API, reached below `/services/NAME`. Its accounts never serve a request for a model. */
  kind: 'model' | 'http'
  /** The page with a person's keys; null when there is no such page. */
  keysUrl: string | null
  /** Environment variables that commonly hold keys of this service. */
  keyVariables: string[]
  /** The form of its keys, for a friendly warning (never a refusal); null: no known form. */
  keyPattern: RegExp | null
  /** False: the service needs no credential (`sandbox`). */
  needsCredential: boolean
  /** True: a server of the user, which may accept requests without a key (`custom`, `ollama`). */
  keyIsOptional: boolean
  /** True: an account must say its base URL (`custom`). */
  needsBaseUrl: boolean
  /** The first is the default. */
  endpoints: Endpoint[]
  /** Limits of every account without limits from its endpoint or user. */
  defaultLimits: string[]
  /** The bases of an account with this base URL (null: the default endpoint), for each dialect. */
  bases(baseUrl: string | null): Bases
  /** Headers that carry the credential. Lower-case names. */
  authHeaders(secret: string, dialect: Dialect): Record<string, string>
  /** Classifies an answer with an error. Never called for a plain success. */
  outcome(answer: Answer): Outcome
  /**
   * Whether a sent attempt with this outcome used one request of the provider's count. `short-windows`: only in
   * windows of less than an hour.
   */
  counts(outcome: OutcomeClass): boolean | 'short-windows'
  /** Usage from a whole JSON answer or one stream frame; missing values are null. */
  usage(body: unknown): Usage
  /** True: its answers name their cost, so limits in dollars count without a price. */
  reportsCost: boolean
  /** True: the service refuses a body with `stream_options`, so qwenctl does not ask for usage in that way. */
  rejectsStreamOptions: boolean
  /** Routes below its OpenAI base that the service has, or certainly lacks; null: none are known. */
  routes: RouteTable | null
  /** Whether the service has a route (`chat/completions`) below its OpenAI base; null: unknown. */
  hasRoute(path: string): boolean | null
  /**
   * Lower-case names of response headers with limits and remaining amounts. While their values stay the same,
   * `limitsFrom` is not called. For names with `remaining`, all values but 0 are the same.
   */
  limitHeaders: string[]
  /**
   * Reads the limits from an answer; `error`: its parsed body when the answer is an error. Times in epoch
   * milliseconds.
   */
  limitsFrom(header: HeaderLookup, now: number, error?: unknown): LearnedLimit[]
  /** The owner level of one count, for people with several keys; null: unknown. */
  countsTogether: string | null
  /** True or false when the name decides; null when only a request can show it. */
  serves(model: string): boolean | null
  /** Models to list when the service does not answer. */
  models: string[]
  /**
   * The request that checks a credential: a GET that costs nothing, below the base of `dialect`. An account without
   * that base uses the other. Null: no check exists.
   */
  check: {
    dialect: Dialect
    path: string
    /** Headers that the service requires. */ headers?: Record<string, string>
  } | null
  /** Reads the provider's own counts of an account; null: qwenctl knows no address for them. */
  plan: PlanReader | null
  /** The device-code login; null: there are only keys. */
  device: DeviceLogin | null
  /** True: replies are simulated inside qwenctl, and every screen says so. */
  simulated: boolean
  /** The restriction of the terms, for the docs and `auth add`; null: nothing relevant. */
  terms: string | null
}
