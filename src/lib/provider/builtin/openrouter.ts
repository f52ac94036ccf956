import { calendarWindow } from '../../quota/zone.ts'
import { defineProvider } from '../define-provider.ts'
import { familyOf } from '../model-families.ts'
import { announcedEnd, type FailedAnswer, type OutcomeRow } from '../outcome-table.ts'
import { isObject, type JsonObject } from '../read-error.ts'
import { parseResetTime } from '../reset-time.ts'
import { readUsageWithCost } from '../usage.ts'

/** https://openrouter.ai/docs/api-reference/errors-and-debugging: the code is the status, the metadata says why. */
export const openrouterOutcomes: readonly OutcomeRow[] = [
  // This one request costs more than the budget: another account, or fewer max_tokens, but nobody is exhausted.
  { status: 402, when: mentions('weight_exceeds_budget'), class: 'bad-request' },
  { status: 402, when: limitedBy('openrouter_in_flight_budget'), class: 'rate-short', scope: 'account' },
  { status: 402, when: limitedBy('openrouter_credits'), class: 'quota-hard' },
  // Documented under 402 first and under 403 later. Without a reset somebody has to raise the key's limit.
  {
    status: [402, 403],
    when: (answer) => limitedBy('openrouter_key_limit')(answer) && budgetReset(answer) === null,
    class: 'quota-hard',
  },
  {
    status: [402, 403],
    when: limitedBy('openrouter_key_limit', 'openrouter_guardrail_budget', 'openrouter_workspace_budget'),
    class: 'quota-window',
    until: budgetReset,
  },
  // The other 403: the input was flagged, and would be with every account.
  { status: 403, class: 'bad-request' },

  // Free models of the account, paid ones go on: only this model rests. Resets at 00:00 UTC.
  {
    status: 429,
    message: /free-models-per-day/i,
    class: 'quota-window',
    scope: 'model',
    until: (answer) => windowReset(answer) ?? calendarWindow('day', 'UTC', answer.now).end,
  },
  { status: 429, message: /free-models-per-min/i, class: 'rate-short', until: windowReset },
  // The service behind the model is at its limit, not this account.
  { status: 429, message: /provider returned error/i, class: 'overloaded' },
  { status: 429, when: (answer) => 'provider_name' in metadata(answer), class: 'overloaded' },
  { status: 429, class: 'rate-short', until: windowReset },

  { status: 404, message: /\bendpoints?\b|\bmodels?\b/i, class: 'model-unavailable' },
  { status: 400, message: /is not a valid model/i, class: 'model-unavailable' },
]

function metadata(answer: FailedAnswer): JsonObject {
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
  serves,
  // `/models` answers without a key; `/key` does not.
  check: { dialect: 'openai', path: '/key' },
  terms:
    'Limits hold per account: further keys or accounts do not raise them. Spread free use over models instead of keys.',
})
