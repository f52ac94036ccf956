import { defineProvider } from '../define-provider.ts'
import { OBSERVED } from '../learned-limit.ts'
import { limitsInHeaders, namesIn, type LimitHeaders } from '../limit-headers.ts'
import { servesFamilies } from '../model-families.ts'
import type { OutcomeRow } from '../outcome-table.ts'

/**
 * https://docs.mistral.ai/resources/error-glossary. Its errors are flat (`{message, type, code}` or `{detail}`) and their
 * statuses plain: the generic rows read most of them.
 */
export const mistralOutcomes: readonly OutcomeRow[] = [
  // Capacity that the accounts of one tier share: an account of another tier may well be served.
  {
    message: /service tier capacity exceeded/i,
    class: 'rate-short',
    about: 'the capacity of the tier for this model is used up',
  },
  { type: 'rate_limited', class: 'rate-short', about: 'requests or tokens of a minute' },
]

/** Seen on every answer of chat completions. They differ by model; a month has no reset that is told. */
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
  outcomes: mistralOutcomes,
  // It answers 422 to them, and says its usage unasked.
  rejectsStreamOptions: true,
  routes: {
    'chat/completions': true,
    embeddings: true,
    'audio/transcriptions': true,
    // It completes code below `fim/completions`.
    completions: false,
  },
  limitHeaders: namesIn(limitHeaders),
  limitsFrom: (header, now) => limitsInHeaders(limitHeaders, header, now),
  countsTogether: 'all keys of one organisation',
  serves: servesFamilies(['mistral']),
})
