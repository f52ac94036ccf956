import { defineProvider } from '../../define-provider.ts'
import { cerebrasFailures } from '../../failures/hosts/cerebras.ts'
import { OBSERVED } from '../../limits/learned-limit.ts'
import { limitsInHeaders, namesIn, type LimitHeaders } from '../../limits/limit-headers.ts'

/** Requests of a day and tokens of a minute, with seconds until the reset (inference-docs.cerebras.ai, 2026-11-30). */
const limitHeaders: readonly LimitHeaders[] = (
  [
    ['requests', 'day', 'requests-day'],
    ['tokens', 'minute', 'tokens-minute'],
  ] as const
).map(([metric, window, name]) => ({
  metric,
  window: metric === 'tokens' ? window : OBSERVED,
  scope: 'model' as const,
  limit: `x-ratelimit-limit-${name}`,
  remaining: `x-ratelimit-remaining-${name}`,
  reset: `x-ratelimit-reset-${name}`,
}))

/** Limits hold for one organisation and model (inference-docs.cerebras.ai/support/rate-limits, read 2026-11-30). */
export const cerebras = defineProvider({
  id: 'cerebras',
  label: 'Cerebras',
  keysUrl: 'https://cloud.cerebras.ai/platform',
  keyVariables: ['CEREBRAS_API_KEY'],
  keyPattern: /^csk-\w{16,}$/,
  endpoints: [{ id: 'global', label: 'Cerebras', openai: 'https://api.cerebras.ai/v1' }],
  outcomes: cerebrasFailures.rows,
  routes: { 'chat/completions': true, completions: true, embeddings: false },
  limitHeaders: namesIn(limitHeaders),
  limitsFrom: (header, now) => limitsInHeaders(limitHeaders, header, now),
  countsTogether: 'all keys of one organisation',
})
