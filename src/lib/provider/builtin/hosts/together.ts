import { defineProvider } from '../../define-provider.ts'
import { togetherFailures } from '../../failures/hosts/together.ts'

/** Limits adapt to each account and model (docs.together.ai/docs/rate-limits, read 2026-11-30). */
export const together = defineProvider({
  id: 'together',
  label: 'Together AI',
  keysUrl: 'https://api.together.ai/settings/api-keys',
  keyVariables: ['TOGETHER_API_KEY', 'TOGETHERAI_API_KEY'],
  endpoints: [{ id: 'global', label: 'Together AI', openai: 'https://api.together.xyz/v1' }],
  outcomes: togetherFailures.rows,
  routes: {
    'chat/completions': true,
    completions: true,
    embeddings: true,
    rerank: true,
    'images/generations': true,
  },
  countsTogether: 'all keys of one organisation',
})
