import { defineProvider } from '../../define-provider.ts'
import { siliconflowFailures } from '../../failures/hosts/siliconflow.ts'
import { siliconflowPlan } from '../../plans/balances.ts'

/** A region has one base for both dialects (docs.siliconflow.com/en/api-reference, read 2026-11-30). */
export const siliconflow = defineProvider({
  id: 'siliconflow',
  label: 'SiliconFlow',
  keysUrl: 'https://cloud.siliconflow.com/account/ak',
  keyVariables: ['SILICONFLOW_API_KEY'],
  keyPattern: /^sk-\w{16,}$/,
  endpoints: [
    {
      id: 'intl',
      label: 'SiliconFlow, international',
      openai: 'https://api.siliconflow.com/v1',
      anthropic: 'https://api.siliconflow.com/v1',
    },
    {
      id: 'cn',
      label: 'SiliconFlow, China',
      openai: 'https://api.siliconflow.cn/v1',
      anthropic: 'https://api.siliconflow.cn/v1',
    },
  ],
  outcomes: siliconflowFailures.rows,
  routes: { 'chat/completions': true, embeddings: true, rerank: true, 'images/generations': true },
  plan: siliconflowPlan,
  countsTogether: 'all keys of one account',
})
