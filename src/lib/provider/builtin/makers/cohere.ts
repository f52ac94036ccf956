import { defineProvider } from '../../define-provider.ts'
import { cohereFailures } from '../../failures/makers/cohere.ts'

/**
 * The compatibility base. Limits of a trial key are defaults that the user may replace. Sources, read 2026-11-30:
 * docs.cohere.com/docs/compatibility-api, docs.cohere.com/docs/rate-limits.
 */
export const cohere = defineProvider({
  id: 'cohere',
  label: 'Cohere',
  keysUrl: 'https://dashboard.cohere.com/api-keys',
  keyVariables: ['COHERE_API_KEY', 'CO_API_KEY'],
  endpoints: [
    {
      id: 'trial',
      label: 'Cohere, trial key',
      openai: 'https://api.cohere.ai/compatibility/v1',
      limits: ['20/minute', '1000/month'],
      terms: 'A trial key is for evaluation, not for production, and has 1,000 calls a month.',
    },
    { id: 'production', label: 'Cohere, production key', openai: 'https://api.cohere.com/compatibility/v1' },
  ],
  outcomes: cohereFailures.rows,
  rejectsStreamOptions: false,
  routes: { 'chat/completions': true, embeddings: true },
  countsTogether: 'all trial keys of one account',
  serves: (model) => (/^(command|c4ai-|embed-|rerank-)/.test(model) ? true : null),
})
