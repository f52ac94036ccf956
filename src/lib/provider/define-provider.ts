import type { OutcomeClass } from '../quota/log/events.ts'
import { basesFor } from './endpoints.ts'
import type { OutcomeRow } from './failures/outcome-row.ts'
import { classify } from './failures/outcome-table.ts'
import type { Answer, Dialect, Endpoint, HeaderLookup, Provider } from './provider.ts'
import { genericLimitHeaders, limitsInHeaders, namesIn } from './limits/limit-headers.ts'
import { limitInWords } from './limits/limit-words.ts'
import type { LearnedLimit } from './limits/learned-limit.ts'
import { markOwn } from './plugins/own-functions.ts'
import { httpDefaults } from './http-service.ts'
import { hasRouteIn } from './routes.ts'
import { readUsage, readUsageWithCost } from './usage/usage.ts'
import { checkDefinition, checkProvider } from './validate-provider.ts'

/**
 * A plugin's description of its service. Every field but `id` has a default: an OpenAI-compatible service with API
 * keys.
 */
export interface ProviderDefinition extends Partial<Omit<Provider, 'id' | 'endpoints'>> {
  /** Lower-case letters, digits and dashes; part of every account reference, so never change it. */
  id: string
  /** Short for one endpoint of the OpenAI dialect. */
  baseUrl?: string
  /** Instead of `baseUrl`: one row per region, plan or dialect. The first is the default. */
  endpoints?: (Pick<Endpoint, 'id'> & Partial<Endpoint>)[]
  /** Rows read before the generic ones; see `OutcomeRow`. Ignored where `outcome` is given. */
  outcomes?: readonly OutcomeRow[]
}

/** Providers from `defineProvider`, so that defining one again costs nothing. */
const defined = new WeakSet<object>()

/**
 * Makes a provider of a definition: fills in what an OpenAI-compatible service does, checks every field, freezes it.
 * Throws `invalid_value` naming the field.
 *
 * ```js
 * import { defineProvider } from 'qwenctl'
 *
 * const acme = defineProvider({
 *   id: 'acme',
 *   label: 'Acme AI',
 *   baseUrl: 'https://api.acme.example/v1',
 *   keyVariables: ['ACME_API_KEY'],
 *   defaultLimits: ['1000/day', '60/minute'],
 *   outcomes: [{ status: 429, code: 'monthly_budget', class: 'quota-hard' }],
 *   serves: (model) => (model.startsWith('acme-') ? true : null),
 * })
 * ```
 *
 * A plugin returns its providers (or plain definitions: the host passes them through here) from the hook
 * `qwenctl:providers`; `examples/qwenctl-plugin-example` is a whole one.
 */
export function defineProvider(definition: ProviderDefinition): Provider {
  if (typeof definition === 'object' && definition !== null && defined.has(definition)) {
    return definition as unknown as Provider
  }
  checkDefinition(definition)
  const provider = withDefaults(definition)
  checkProvider(provider)
  const { keyVariables, endpoints, defaultLimits, models, limitHeaders, routes } = provider
  for (const list of [keyVariables, endpoints, defaultLimits, models, limitHeaders]) Object.freeze(list)
  if (routes !== null) Object.freeze(routes)
  for (const endpoint of endpoints) Object.freeze(endpoint)
  defined.add(Object.freeze(provider))
  return provider
}

function withDefaults(definition: ProviderDefinition): Provider {
  const endpoints = buildEndpoints(definition)
  const rows = [...(definition.outcomes ?? [])]
  const routes = definition.routes ? { ...definition.routes } : null
  const { baseUrl: _baseUrl, outcomes: _outcomes, ...said } = definition
  const outcome = (answer: Answer) => classify(answer, rows)
  const provider: Provider = {
    label: definition.id,
    kind: 'model',
    keysUrl: null,
    keyVariables: [],
    keyPattern: null,
    needsCredential: true,
    keyIsOptional: false,
    needsBaseUrl: false,
    defaultLimits: [],
    bases: markOwn((url: string | null) => basesFor(endpoints, url)),
    authHeaders: authHeadersFor,
    outcome: rows.length === 0 ? markOwn(outcome) : outcome,
    counts: countsByDefault,
    usage: readUsage,
    reportsCost: false,
    rejectsStreamOptions: false,
    routes: null,
    hasRoute: markOwn((path: string) => hasRouteIn(routes, path)),
    limitHeaders: namesIn(genericLimitHeaders),
    limitsFrom: limitsByDefault,
    countsTogether: null,
    serves: servesUnknown,
    models: [],
    check: { dialect: 'openai', path: '/models' },
    plan: null,
    device: null,
    simulated: false,
    terms: null,
    ...(definition.kind === 'http' ? httpDefaults : {}),
    ...withoutUndefined(said),
    endpoints,
  }
  // Copies, so that freezing them does not affect the plugin's own lists.
  return {
    ...provider,
    keyVariables: [...provider.keyVariables],
    defaultLimits: [...provider.defaultLimits],
    models: [...provider.models],
    limitHeaders: [...provider.limitHeaders],
    routes,
  }
}

/** A field set to undefined counts as absent. */
function withoutUndefined<T extends object>(said: T): T {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as T
}

function buildEndpoints({ id, label = id, baseUrl, endpoints }: ProviderDefinition): Endpoint[] {
  const rows = endpoints ?? (baseUrl === undefined ? [] : [{ id: 'default', label, openai: baseUrl }])
  return rows.map((row) => ({
    ...row,
    label: row.label ?? row.id,
    openai: row.openai ?? null,
    anthropic: row.anthropic ?? null,
    ...(row.gemini == null ? {} : { gemini: row.gemini }),
  }))
}

/** A key in each dialect's own header. */
export function authHeadersFor(secret: string, dialect: Dialect): Record<string, string> {
  if (dialect === 'gemini') return { 'x-goog-api-key': secret }
  return dialect === 'anthropic' ? { 'x-api-key': secret } : { authorization: `Bearer ${secret}` }
}

const uncounted: ReadonlySet<OutcomeClass> = new Set([
  'auth-dead',
  'auth-refresh',
  'unreachable',
  'route-missing',
])

/** Answers of 429, 402 and 5xx, and that a model is missing: the service refused before it worked. */
const refusedUnserved: ReadonlySet<OutcomeClass> = new Set([
  'rate-short',
  'quota-window',
  'quota-hard',
  'overloaded',
  'model-unavailable',
])

/**
 * Whether an attempt with this outcome used one request. Every answer does, and so does a request that the service
 * may have received (time-outs, broken streams). A refusal without service counts in short windows alone. OpenAI
 * counts unsuccessful requests against the minute limit (developers.openai.com/api/docs/guides/rate-limits, read
 * 2026-11-29). An outage uses no part of a day. Refused credentials and unreachable services do not count.
 */
export function countsByDefault(outcome: OutcomeClass): boolean | 'short-windows' {
  return refusedUnserved.has(outcome) ? 'short-windows' : countsFailures(outcome)
}

/** For services with documentation that counts failed attempts in every window. */
export function countsFailures(outcome: OutcomeClass): boolean {
  return !uncounted.has(outcome)
}

/** The limits that any OpenAI-compatible service may report, in headers or in an error message. */
export function limitsByDefault(header: HeaderLookup, now: number, error?: unknown): LearnedLimit[] {
  const found = limitsInHeaders(genericLimitHeaders, header, now)
  const said = error === undefined ? null : limitInWords(error, now)
  return said === null ? found : [...found, said]
}

/** A name does not show whether the service has the model. */
const servesUnknown = (): null => null

// Functions that definitions have by default, or take from the public API.
for (const shared of [
  authHeadersFor,
  countsByDefault,
  limitsByDefault,
  readUsage,
  readUsageWithCost,
  servesUnknown,
]) {
  markOwn(shared)
}
