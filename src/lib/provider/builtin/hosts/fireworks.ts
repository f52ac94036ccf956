import { fireworksFailures } from '../../failures/hosts/fireworks.ts'
import { defineProvider } from '../../define-provider.ts'
import { findFamily } from '../../model-families.ts'
import { OBSERVED } from '../../limits/learned-limit.ts'
import { limitsInHeaders, namesIn, type LimitHeaders } from '../../limits/limit-headers.ts'

/**
 * Requests are older. The service reports tokens per second and enforces them by the minute. Their limits are soft,
 * and grow with use. A request above them is often served (`x-ratelimit-over-limit: yes`), and staying below would
 * keep them small.
 */
const limitHeaders: readonly LimitHeaders[] = [
  {
    metric: 'requests',
    window: 'minute',
    scope: 'model',
    limit: 'x-ratelimit-limit-requests',
    remaining: 'x-ratelimit-remaining-requests',
  },
  ...(['tokens-prompt', 'tokens-generated'] as const).map((name) => ({
    metric: name === 'tokens-prompt' ? ('input-tokens' as const) : ('output-tokens' as const),
    window: OBSERVED,
    scope: 'model' as const,
    limit: `x-ratelimit-limit-${name}`,
    remaining: `x-ratelimit-remaining-${name}`,
  })),
]

/** Models have the form `accounts/fireworks/models/NAME`. */
function serves(model: string): boolean | null {
  if (model.startsWith('accounts/')) return true
  return findFamily(model) === null ? null : false
}

export const fireworks = defineProvider({
  id: 'fireworks',
  label: 'Fireworks AI',
  keysUrl: 'https://app.fireworks.ai/settings/users/api-keys',
  keyVariables: ['FIREWORKS_API_KEY'],
  keyPattern: /^fw_\w{8,}$/,
  endpoints: [{ id: 'global', label: 'Fireworks AI', openai: 'https://api.fireworks.ai/inference/v1' }],
  outcomes: fireworksFailures.rows,
  routes: {
    'chat/completions': true,
    completions: true,
    embeddings: true,
    responses: true,
  },
  limitHeaders: namesIn(limitHeaders),
  limitsFrom: (header, now) => limitsInHeaders(limitHeaders, header, now),
  countsTogether: 'all keys of one account',
  serves,
})
