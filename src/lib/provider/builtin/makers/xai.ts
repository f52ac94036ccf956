import { defineProvider } from '../../define-provider.ts'
import { xaiFailures } from '../../failures/makers/xai.ts'
import { servesFamilies } from '../../model-families.ts'

/** The price of every answer is in its usage. Sources, read 2026-11-30: docs.x.ai/docs/api-reference, /cost-tracking. */
export const xai = defineProvider({
  id: 'xai',
  label: 'xAI',
  keysUrl: 'https://console.x.ai',
  keyVariables: ['XAI_API_KEY', 'GROK_API_KEY'],
  keyPattern: /^xai-\w{16,}$/,
  endpoints: [
    { id: 'global', label: 'xAI', openai: 'https://api.x.ai/v1', anthropic: 'https://api.x.ai/v1' },
  ],
  outcomes: xaiFailures.rows,
  reportsCost: true,
  routes: { 'chat/completions': true, responses: true, 'images/generations': true },
  countsTogether: 'all keys of one team',
  serves: servesFamilies(['grok']),
})
