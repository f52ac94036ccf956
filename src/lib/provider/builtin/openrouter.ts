import { calendarWindow } from '../../quota/zone.ts'
import { defineProvider } from '../define-provider.ts'
import { familyOf } from '../model-families.ts'
import { OBSERVED, type LearnedLimit } from '../learned-limit.ts'
import { limitsInHeaders, namesIn, type LimitHeaders } from '../limit-headers.ts'
import { announcedEnd, type FailedAnswer, type OutcomeRow } from '../outcome-table.ts'
import type { HeaderLookup } from '../provider.ts'
import { isObject, readError, type JsonObject } from '../read-error.ts'
import { parseResetTime } from '../reset-time.ts'
import { readUsageWithCost } from '../usage.ts'

/** https://openrouter.ai/docs/api-reference/errors-and-debugging: the code is the status, the metadata says why. */
export const openrouterOutcomes: readonly OutcomeRow[] = [
  // This one request costs more than the budget: another account, or fewer max_tokens, but nobody is exhausted.
  {
    status: 402,
    when: mentions('weight_exceeds_budget'),
    class: 'bad-request',
    about: '`weight_exceeds_budget`: this one request costs more than is left',
  },
  {
    status: 402,
    when: limitedBy('openrouter_in_flight_budget'),
    class: 'rate-short',
    scope: 'account',
    about: '`openrouter_in_flight_budget`: too much under way at once',
  },
  {
    status: 402,
    when: limitedBy('openrouter_credits'),
    class: 'quota-hard',
    about: '`openrouter_credits`: no credit',
  },
  // Documented under 402 first and under 403 later. Without a reset somebody has to raise the key's limit.
  {
    status: [402, 403],
    when: (answer) => limitedBy('openrouter_key_limit')(answer) && budgetReset(answer) === null,
    class: 'quota-hard',
    about: '`openrouter_key_limit` without a reset',
  },
  {
    status: [402, 403],
    when: limitedBy('openrouter_key_limit', 'openrouter_guardrail_budget', 'openrouter_workspace_budget'),
    class: 'quota-window',
    until: budgetReset,
    about: 'a budget of the key, a guardrail or the workspace, until its `resets_at`',
  },
  // The other 403: the input was flagged, and would be with every account.
  { status: 403, class: 'bad-request', about: 'the input was flagged' },

  // Free models of the account, paid ones go on: only this model rests. Resets at 00:00 UTC.
  {
    status: 429,
    message: /free-models-per-day/i,
    class: 'quota-window',
    scope: 'model',
    until: (answer) => windowReset(answer) ?? calendarWindow('day', 'UTC', answer.now).end,
    about: 'free models of a day, until its reset or 00:00 UTC',
  },
  {
    status: 429,
    message: /free-models-per-min/i,
    class: 'rate-short',
    until: windowReset,
    about: 'free models of a minute',
  },
  // The service behind the model is at its limit, not this account.
  {
    status: 429,
    message: /provider returned error/i,
    class: 'overloaded',
    about: 'the service behind the model is at its limit',
  },
  {
    status: 429,
    when: (answer) => 'provider_name' in metadata(answer),
    class: 'overloaded',
    about: 'the same, told by `provider_name`',
  },
  { status: 429, class: 'rate-short', until: windowReset, about: 'too many requests' },

  {
    status: 404,
    message: /\bendpoints?\b|\bmodels?\b/i,
    class: 'model-unavailable',
    about: 'nobody serves the model, under the data policy of the account',
  },
  {
    status: 400,
    message: /is not a valid model/i,
    class: 'model-unavailable',
    about: 'there is no such model',
  },
]

function metadata(answer: Pick<FailedAnswer, 'error'>): JsonObject {
  return isObject(answer.error.metadata) ? answer.error.metadata : {}
}

function limitedBy(...sources: string[]): (answer: FailedAnswer) => boolean {
  return (answer) => sources.includes(String(metadata(answer).limit_source))
}

function mentions(word: string): (answer: FailedAnswer) => boolean {
  return (answer) => JSON.stringify(answer.error).includes(word)
}

/** `resets_at`, RFC 3339. */
function budgetReset(answer: FailedAnswer): number | null {
  const at = metadata(answer).resets_at
  return typeof at === 'string' ? parseResetTime(at, answer.now) : null
}

/** `X-RateLimit-Reset` in epoch milliseconds, in the metadata's copy of the headers or in the head. */
function windowReset(answer: FailedAnswer): number | null {
  const headers = metadata(answer).headers
  const copied = isObject(headers) ? headers['X-RateLimit-Reset'] : undefined
  const reset =
    typeof copied === 'string' || typeof copied === 'number' ? copied : answer.header('x-ratelimit-reset')
  return announcedEnd(answer) ?? parseResetTime(reset, answer.now)
}

/**
 * Only a 429 has them, in its head or copied into the metadata, and only its words say of which window: free models of a
 * day (UTC) or of a minute.
 */
const limitHeaders: readonly LimitHeaders[] = [
  {
    metric: 'requests',
    window: OBSERVED,
    scope: 'model',
    limit: 'x-ratelimit-limit',
    remaining: 'x-ratelimit-remaining',
    reset: 'x-ratelimit-reset',
  },
]

function limitsFrom(header: HeaderLookup, now: number, body?: unknown): LearnedLimit[] {
  const { error, message } = readError({ status: 429, header, body, text: '', now })
  const window = /free-models-per-day/i.test(message)
    ? 'day'
    : /free-models-per-min/i.test(message)
      ? 'minute'
      : OBSERVED
  return limitsInHeaders(limitHeaders, copied(metadata({ error }).headers) ?? header, now).map((limit) => ({
    ...limit,
    window,
  }))
}

/** The metadata's copy of the headers, whose names keep their capitals. */
function copied(headers: unknown): HeaderLookup | null {
  if (!isObject(headers)) return null
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return (name) => {
    const value = byName.get(name)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
}

/** Its models are written `maker/model`; a maker's bare name is not one of them. */
function serves(model: string): boolean | null {
  if (model.startsWith('accounts/')) return false
  const [maker, name] = model.split('/')
  if (name === undefined) return familyOf(model) === null ? null : false
  return maker === 'openrouter' || name.includes(':free') || familyOf(name) !== null ? true : null
}

/** One account for many makers' models. Free models: 20/minute, and 50 or 1000 a day by credits bought; per account. */
export const openrouter = defineProvider({
  id: 'openrouter',
  label: 'OpenRouter',
  keysUrl: 'https://openrouter.ai/settings/keys',
  keyVariables: ['OPENROUTER_API_KEY'],
  keyPattern: /^sk-or-[\w-]{16,}$/,
  endpoints: [{ id: 'global', label: 'OpenRouter', openai: 'https://openrouter.ai/api/v1' }],
  outcomes: openrouterOutcomes,
  usage: readUsageWithCost,
  routes: { 'chat/completions': true, completions: true, responses: true },
  limitHeaders: namesIn(limitHeaders),
  limitsFrom,
  countsTogether: 'all keys of one account',
  serves,
  // `/models` answers without a key; `/key` does not.
  check: { dialect: 'openai', path: '/key' },
  terms:
    'Limits hold per account: further keys or accounts do not raise them. Spread free use over models instead of keys.',
})
