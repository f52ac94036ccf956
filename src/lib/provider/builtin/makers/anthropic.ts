import { anthropicUsage } from '../../plans/admin-usage.ts'
import { anthropicFailures } from '../../failures/makers/anthropic.ts'
import { blocking, isModelWeek, UNIFIED } from '../../failures/makers/anthropic-plans.ts'
import { defineProvider } from '../../define-provider.ts'
import { messagesBase } from '../../endpoints.ts'
import { servesFamilies } from '../../model-families.ts'
import { OBSERVED, type LearnedLimit } from '../../limits/learned-limit.ts'
import { limitsInHeaders, namesIn, type LimitHeaders } from '../../limits/limit-headers.ts'
import { limitInWords } from '../../limits/limit-words.ts'
import type { HeaderLookup } from '../../provider.ts'
import { parseResetTime } from '../../limits/reset-time.ts'

const perMinute = (metric: 'requests' | 'input-tokens' | 'output-tokens' | 'tokens', window: string) => ({
  metric,
  window,
  scope: 'model' as const,
  limit: `anthropic-ratelimit-${metric}-limit`,
  remaining: `anthropic-ratelimit-${metric}-remaining`,
  reset: `anthropic-ratelimit-${metric}-reset`,
  refillsGradually: true as const,
})

/**
 * https://platform.claude.com/docs/en/api/rate-limits: per minute and class of models. Input tokens from a cache do
 * not count there but count here, and `tokens` repeats the tightest limit. For both, only the reset is useful.
 */
const limitHeaders: readonly LimitHeaders[] = [
  perMinute('requests', 'minute'),
  perMinute('output-tokens', 'minute'),
  perMinute('input-tokens', OBSERVED),
  perMinute('tokens', OBSERVED),
]

const planWindows = ['', '-5h', '-7d'].map((window) => `${UNIFIED}${window}`)

function limitsFrom(header: HeaderLookup, now: number, error?: unknown): LearnedLimit[] {
  const found = limitsInHeaders(limitHeaders, header, now)
  for (const window of planWindows) {
    const resetsAt = parseResetTime(header(`${window}-reset`), now)
    if (resetsAt === null || !blocking.has(header(`${window}-status`)?.trim() ?? '')) continue
    const from = `${window}-status`
    const scope = window === UNIFIED && isModelWeek({ header }) ? 'model' : 'account'
    found.push({ metric: null, window: OBSERVED, max: null, remaining: 0, resetsAt, scope, from })
  }
  const said = error === undefined ? null : limitInWords(error, now, ['input-tokens', 'tokens'])
  return said === null ? found : [...found, said]
}

/**
 * The Messages API with API keys. Clients send `anthropic-version`, and it passes through. Only a check of a
 * credential, without a client, adds one. The OpenAI-compatible endpoint is left out in this release.
 */
export const anthropic = defineProvider({
  id: 'anthropic',
  label: 'Anthropic',
  keysUrl: 'https://platform.claude.com/settings/keys',
  keyVariables: ['ANTHROPIC_API_KEY'],
  keyPattern: /^sk-ant-api[\w-]{16,}$/,
  endpoints: [{ id: 'global', label: 'Anthropic', anthropic: 'https://api.anthropic.com/v1' }],
  bases: (baseUrl) => ({ openai: null, anthropic: messagesBase(baseUrl ?? 'https://api.anthropic.com') }),
  plan: anthropicUsage,
  outcomes: anthropicFailures.rows,
  // `tokens` repeats another of them, and the status of a plan is that of its windows.
  limitHeaders: [...namesIn(limitHeaders.slice(0, 3)), `${UNIFIED}-status`],
  limitsFrom,
  countsTogether: 'all keys of one organisation, by workspace where limits are set for one',
  serves: servesFamilies(['claude']),
  check: { dialect: 'anthropic', path: '/models?limit=1000', headers: { 'anthropic-version': '2023-06-01' } },
  terms:
    'Use an API key: logins of Claude plans (Pro, Max) may not be used through other products, so qwenctl takes none.',
})
