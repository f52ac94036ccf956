// The provider room: how each service speaks, as tables and pure functions. A provider opens no socket; what it
// needs to know (time, headers, bodies) comes in as arguments, so that its cases run without a network.

import type { OutcomeClass } from '../quota/log/events.ts'
import type { DeviceLogin } from './device-login.ts'
import type { LearnedLimit } from './learned-limit.ts'
import type { RouteTable } from './routes.ts'

/** The two wire formats that clients and upstreams speak. */
export type Dialect = 'openai' | 'anthropic'

/** Reads one header by its lower-case name. */
export type HeaderLookup = (name: string) => string | undefined

/** Where a service answers: one row per region or plan. URLs without a trailing slash. */
export interface Endpoint {
  /** Short and stable: `intl`, `coding-intl`. */
  id: string
  label: string
  /** Base of the OpenAI dialect (clients append `/chat/completions`), null where there is none. */
  openai: string | null
  /** Base of the Anthropic dialect (clients append `/messages`), null where there is none. */
  anthropic: string | null
  /** Default limits that hold at this endpoint, as written in `docs/guide/limits.md`. */
  limits?: string[]
  /** What the terms forbid here, said when an account is added. */
  terms?: string
}

/** What an account's requests go to. */
export interface Bases {
  openai: string | null
  anthropic: string | null
}

/** What the upstream answered, or the first error frame of a stream that began with 200. */
export interface Answer {
  status: number
  header: HeaderLookup
  /** The body, parsed; undefined when it is not JSON. */
  body: unknown
  /** The beginning of the body as text. */
  text: string
  /** Epoch milliseconds, to read dates and durations against. */
  now: number
}

/** What an answer means. */
export interface Outcome {
  class: OutcomeClass
  /**
   * What it is about; `rotation/cooling.ts` decides from it what cools. `account` covers the quota group of the account,
   * because the provider counts the group as one; `key` covers this credential alone, such as a spend limit of one key.
   */
  scope: 'account' | 'key' | 'model'
  /** Epoch milliseconds at which the provider said it ends; null: it did not say. Never invented. */
  until: number | null
  /** The provider's own code, null when it gave none. */
  code: string | null
  /** The provider's own words, cut to 300 characters. */
  message: string
}

/** Tokens and cost of one answer; null: not said. */
export interface Usage {
  inputTokens: number | null
  outputTokens: number | null
  costUsd: number | null
}

/** Everything qwenctl knows about a service. Make one with `defineProvider`. */
export interface Provider {
  /** Lower-case and stable; part of every account reference. */
  id: string
  label: string
  /** Where a person gets a key; null when there is no such page. */
  keysUrl: string | null
  /** Environment variables in which people keep keys of this service. */
  keyVariables: string[]
  /** How its keys look, for a friendly warning (never a refusal); null: no known form. */
  keyPattern: RegExp | null
  /** False: the service needs no credential (`sandbox`). */
  needsCredential: boolean
  /** True: an account must say its base URL (`custom`). */
  needsBaseUrl: boolean
  /** The first is the default. */
  endpoints: Endpoint[]
  /** Limits of every account unless the endpoint or the user says otherwise. */
  defaultLimits: string[]
  /** Where an account with this base URL (null: the default endpoint) sends each dialect. */
  bases(baseUrl: string | null): Bases
  /** Headers that carry the credential. Lower-case names. */
  authHeaders(secret: string, dialect: Dialect): Record<string, string>
  /** What an answer with an error means. Never called for a plain success. */
  outcome(answer: Answer): Outcome
  /**
   * Whether a sent attempt that ended so used up one request of the provider's count. `short-windows`: only in windows of
   * less than an hour.
   */
  counts(outcome: OutcomeClass): boolean | 'short-windows'
  /** Usage from a whole JSON answer or one stream frame; null fields where it says nothing. */
  usage(body: unknown): Usage
  /** True: it refuses a body with `stream_options`, so nobody asks it for usage in that way. */
  rejectsStreamOptions: boolean
  /** Routes below its OpenAI base that it has, or surely lacks; null: nothing is known of them. */
  routes: RouteTable | null
  /** Whether it has a route (`chat/completions`) below its OpenAI base; null: unknown. */
  hasRoute(path: string): boolean | null
  /**
   * Lower-case names of response headers that tell of limits and of what is left. While they say the same,
   * `limitsFrom` is not called; where the name has `remaining` in it, all values but 0 are the same.
   */
  limitHeaders: string[]
  /** What an answer says of limits; `error`: its body where it is an error, parsed. Times in epoch milliseconds. */
  limitsFrom(header: HeaderLookup, now: number, error?: unknown): LearnedLimit[]
  /** Whose keys it counts together, for people who have several of them; null: not known. */
  countsTogether: string | null
  /** True or false where the name tells, null when only asking would. */
  serves(model: string): boolean | null
  /** Models to list when the service cannot be asked. */
  models: string[]
  /**
   * How to check a credential: a GET below the base of `dialect` (or of the other, where the account has no such base)
   * that costs nothing; null: it cannot be checked.
   */
  check: {
    dialect: Dialect
    path: string
    /** What the service insists on. */ headers?: Record<string, string>
  } | null
  /** How people log in with a short code; null: there are only keys. */
  device: DeviceLogin | null
  /** True: replies are simulated inside qwenctl, and every screen says so. */
  simulated: boolean
  /** What the terms forbid, for the docs and `auth add`; null: nothing that matters here. */
  terms: string | null
}
