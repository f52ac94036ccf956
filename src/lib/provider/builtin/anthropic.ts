import { calendarWindow } from '../../quota/zone.ts'
import { defineProvider } from '../define-provider.ts'
import { messagesBase } from '../endpoints.ts'
import { servesFamilies } from '../model-families.ts'
import { announcedEnd, noEnd, type FailedAnswer, type OutcomeRow } from '../outcome-table.ts'
import { isObject } from '../read-error.ts'
import { parseResetTime } from '../reset-time.ts'

const API_USAGE_LIMIT = /^You have reached your specified (workspace )?API usage limits/i

/** https://docs.anthropic.com/en/api/errors. A type may come as an `error` event after 200, so rows go by type. */
export const anthropicOutcomes: readonly OutcomeRow[] = [
  // Looks like a rate limit and is a budget: it returns with the month.
  {
    type: 'rate_limit_error',
    when: (answer) =>
      isObject(answer.error.details) && answer.error.details.error_code === 'enforced_spend_limit_reached',
    class: 'quota-window',
    until: (answer) => calendarWindow('month', 'UTC', answer.now).end,
  },
  // Look like bad requests and are about money; the words usually say when access returns.
  {
    type: 'invalid_request_error',
    message: API_USAGE_LIMIT,
    when: (answer) => announcedEnd(answer) !== null,
    class: 'quota-window',
  },
  { type: 'invalid_request_error', message: API_USAGE_LIMIT, class: 'quota-hard' },
  {
    type: 'invalid_request_error',
    message: /credit balance is too low|spend limit|\bextra usage\b/i,
    class: 'quota-hard',
  },
  { type: 'rate_limit_error', class: 'rate-short', until: windowReset },
  // It can carry a reset hours away that has nothing to do with its load.
  { type: 'overloaded_error', class: 'overloaded', until: noEnd },
  { status: 529, class: 'overloaded', until: noEnd },
]

/** Without `retry-after`: the reset of the windows that are used up (RFC 3339). */
function windowReset(answer: FailedAnswer): number | null {
  const announced = announcedEnd(answer)
  if (announced !== null) return announced
  const resets = ['requests', 'tokens', 'input-tokens', 'output-tokens']
    .filter((unit) => answer.header(`anthropic-ratelimit-${unit}-remaining`)?.trim() === '0')
    .map((unit) => parseResetTime(answer.header(`anthropic-ratelimit-${unit}-reset`), answer.now))
    .filter((at) => at !== null)
  return resets.length === 0 ? null : Math.max(...resets)
}

/**
 * The Messages API with API keys. `anthropic-version` is the client's to send and passes through; only the check of a
 * credential, which has no client behind it, brings one. The OpenAI-compatible endpoint is left out in this release.
 */
export const anthropic = defineProvider({
  id: 'anthropic',
  label: 'Anthropic',
  keysUrl: 'https://platform.claude.com/settings/keys',
  keyVariables: ['ANTHROPIC_API_KEY'],
  keyPattern: /^sk-ant-api[\w-]{16,}$/,
  endpoints: [{ id: 'global', label: 'Anthropic', anthropic: 'https://api.anthropic.com/v1' }],
  bases: (baseUrl) => ({ openai: null, anthropic: messagesBase(baseUrl ?? 'https://api.anthropic.com') }),
  outcomes: anthropicOutcomes,
  serves: servesFamilies(['claude']),
  check: { dialect: 'anthropic', path: '/models', headers: { 'anthropic-version': '2023-06-01' } },
  terms:
    'Use an API key: logins of Claude plans (Pro, Max) may not be used through other products, so qwenctl takes none.',
})
