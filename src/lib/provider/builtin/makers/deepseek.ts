import { deepseekFailures } from '../../failures/makers/deepseek.ts'
import { defineProvider } from '../../define-provider.ts'
import { deepseekPlan } from '../../plans/balances.ts'
import { servesFamilies } from '../../model-families.ts'

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
  outcomes: deepseekFailures.rows,
  plan: deepseekPlan,
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
