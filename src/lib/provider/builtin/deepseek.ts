import { defineProvider } from '../define-provider.ts'
import { servesFamilies } from '../model-families.ts'
import type { OutcomeRow } from '../outcome-table.ts'

/** https://api-docs.deepseek.com/quick_start/error_codes. No rate headers; 429 is concurrency. */
export const deepseekOutcomes: readonly OutcomeRow[] = [
  { message: /insufficient balance/i, class: 'quota-hard', about: 'no credit' },
  { status: 429, class: 'rate-short', scope: 'account', about: 'too many requests at once' },
]

export const deepseek = defineProvider({
  id: 'deepseek',
  label: 'DeepSeek',
  keysUrl: 'https://platform.deepseek.com/api_keys',
  keyVariables: ['DEEPSEEK_API_KEY'],
  keyPattern: /^sk-[\w-]{16,}$/,
  endpoints: [
    {
      id: 'global',
      label: 'DeepSeek',
      openai: 'https://api.deepseek.com/v1',
      anthropic: 'https://api.deepseek.com/anthropic/v1',
    },
  ],
  outcomes: deepseekOutcomes,
  // Completions (fill in the middle) are below `/beta` alone.
  routes: {
    'chat/completions': true,
    completions: false,
    embeddings: false,
    'images/*': false,
    'audio/*': false,
  },
  countsTogether: 'all keys of one account',
  serves: servesFamilies(['deepseek']),
})
