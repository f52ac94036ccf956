import { mistralFailures } from '../../failures/makers/mistral.ts'
import { defineProvider } from '../../define-provider.ts'
import { OBSERVED } from '../../limits/learned-limit.ts'
import { limitsInHeaders, namesIn, type LimitHeaders } from '../../limits/limit-headers.ts'
import { servesFamilies } from '../../model-families.ts'

/** Present on every answer of chat completions. The limits differ by model; the month has no reported reset. */
const limitHeaders: readonly LimitHeaders[] = (['minute', 'month'] as const).flatMap((unit) =>
  (['req', 'tokens'] as const).map((name) => ({
    metric: name === 'req' ? ('requests' as const) : ('tokens' as const),
    window: unit === 'minute' ? 'minute' : OBSERVED,
    scope: 'model' as const,
    limit: `x-ratelimit-limit-${name}-${unit}`,
    remaining: `x-ratelimit-remaining-${name}-${unit}`,
    reset: `x-ratelimit-reset-${name}-${unit}`,
  })),
)

export const mistral = defineProvider({
  id: 'mistral',
  label: 'Mistral AI',
  keysUrl: 'https://console.mistral.ai/api-keys',
  keyVariables: ['MISTRAL_API_KEY'],
  endpoints: [{ id: 'global', label: 'Mistral AI', openai: 'https://api.mistral.ai/v1' }],
  outcomes: mistralFailures.rows,
  // Mistral answers 422 to them, and includes the usage without a request.
  rejectsStreamOptions: true,
  routes: {
    'chat/completions': true,
    embeddings: true,
    'audio/transcriptions': true,
    // Mistral completes code below `fim/completions`.
    completions: false,
  },
  limitHeaders: namesIn(limitHeaders),
  limitsFrom: (header, now) => limitsInHeaders(limitHeaders, header, now),
  countsTogether: 'all keys of one organisation',
  serves: servesFamilies(['mistral']),
})
