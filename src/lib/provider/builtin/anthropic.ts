import { calendarWindow } from '../../quota/zone.ts'
import { defineProvider } from '../define-provider.ts'
import { messagesBase } from '../endpoints.ts'
import { servesFamilies } from '../model-families.ts'
import { OBSERVED, type LearnedLimit } from '../learned-limit.ts'
import { limitsInHeaders, namesIn, type LimitHeaders } from '../limit-headers.ts'
import { limitInWords } from '../limit-words.ts'
import { announcedEnd, noEnd, type FailedAnswer, type OutcomeRow } from '../outcome-table.ts'
import type { HeaderLookup } from '../provider.ts'
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
    about: 'an enforced spend limit, until the month ends (UTC)',
  },
  // Look like bad requests and are about money; the words usually say when access returns.
  {
    type: 'invalid_request_error',
    message: API_USAGE_LIMIT,
    when: (answer) => announcedEnd(answer) !== null,
    class: 'quota-window',
    about: 'the usage limit of the organisation or workspace, until access returns',
  },
  {
    type: 'invalid_request_error',
    message: API_USAGE_LIMIT,
    class: 'quota-hard',
    about: 'the same, where no time is named',
  },
  {
    type: 'invalid_request_error',
    message: /credit balance is too low|spend limit|\bextra usage\b/i,
    class: 'quota-hard',
    about: 'no credit, or a spend limit that somebody set',
  },
  // Plans say so in headers of their own. Without overage credit one model of them is out, not the account.
  {
    type: 'rate_limit_error',
    when: (answer) => isPlanBlocked(answer) && isOutOfOverage(answer),
    class: 'quota-window',
    scope: 'model',
    until: planReset,
    about: 'no credit beyond the plan for this model',
  },
  {
    type: 'rate_limit_error',
    when: isPlanBlocked,
    class: 'quota-window',
    until: planReset,
    about: 'a window of a plan is used up',
  },
  {
    type: 'rate_limit_error',
    class: 'rate-short',
    until: windowReset,
    about: 'requests or tokens per minute',
  },
  // It can carry a reset hours away that has nothing to do with its load.
  { type: 'overloaded_error', class: 'overloaded', until: noEnd, about: 'too much load at the service' },
  { status: 529, class: 'overloaded', until: noEnd, about: 'the same' },
]

const UNIFIED = 'anthropic-ratelimit-unified'
const blocking = new Set(['rejected', 'rate_limited', 'blocked', 'queueing_hard', 'payment_required'])

function isPlanBlocked({ header }: FailedAnswer): boolean {
  return blocking.has(header(`${UNIFIED}-status`)?.trim() ?? '')
}

function isOutOfOverage({ header }: FailedAnswer): boolean {
  return header(`${UNIFIED}-overage-disabled-reason`)?.trim() === 'out_of_credits'
}

/** Epoch seconds. */
function planReset(answer: FailedAnswer): number | null {
  return announcedEnd(answer) ?? parseResetTime(answer.header(`${UNIFIED}-reset`), answer.now)
}

const minuteOf = (metric: 'requests' | 'input-tokens' | 'output-tokens' | 'tokens', window: string) => ({
  metric,
  window,
  scope: 'model' as const,
  limit: `anthropic-ratelimit-${metric}-limit`,
  remaining: `anthropic-ratelimit-${metric}-remaining`,
  reset: `anthropic-ratelimit-${metric}-reset`,
  refillsGradually: true as const,
})

/**
 * https://platform.claude.com/docs/en/api/rate-limits: per minute and class of models. Input tokens that a cache answered are not
 * counted there and are here, and `tokens` is whichever limit is tightest: of both the reset alone is of use.
 */
const limitHeaders: readonly LimitHeaders[] = [
  minuteOf('requests', 'minute'),
  minuteOf('output-tokens', 'minute'),
  minuteOf('input-tokens', OBSERVED),
  minuteOf('tokens', OBSERVED),
]

const planWindows = ['', '-5h', '-7d'].map((window) => `${UNIFIED}${window}`)

function limitsFrom(header: HeaderLookup, now: number, error?: unknown): LearnedLimit[] {
  const found = limitsInHeaders(limitHeaders, header, now)
  for (const window of planWindows) {
    const resetsAt = parseResetTime(header(`${window}-reset`), now)
    if (resetsAt === null || !blocking.has(header(`${window}-status`)?.trim() ?? '')) continue
    const from = `${window}-status`
    found.push({ metric: null, window: OBSERVED, max: null, remaining: 0, resetsAt, scope: 'account', from })
  }
  const said = error === undefined ? null : limitInWords(error, now, ['input-tokens', 'tokens'])
  return said === null ? found : [...found, said]
}

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
  // `tokens` repeats another of them, and the status of a plan is that of its windows.
  limitHeaders: [...namesIn(limitHeaders.slice(0, 3)), `${UNIFIED}-status`],
  limitsFrom,
  countsTogether: 'all keys of one organisation, by workspace where limits are set for one',
  serves: servesFamilies(['claude']),
  check: { dialect: 'anthropic', path: '/models', headers: { 'anthropic-version': '2023-06-01' } },
  terms:
    'Use an API key: logins of Claude plans (Pro, Max) may not be used through other products, so qwenctl takes none.',
})
