import { openaiUsage } from '../../plans/admin-usage.ts'
import { openaiFailures } from '../../failures/makers/openai.ts'
import { defineProvider } from '../../define-provider.ts'
import { servesFamilies } from '../../model-families.ts'

export const openai = defineProvider({
  id: 'openai',
  label: 'OpenAI',
  keysUrl: 'https://platform.openai.com/api-keys',
  keyVariables: ['OPENAI_API_KEY'],
  keyPattern: /^sk-(?!sp-|or-|ant-)[\w-]{16,}$/,
  endpoints: [{ id: 'global', label: 'OpenAI', openai: 'https://api.openai.com/v1' }],
  plan: openaiUsage,
  outcomes: openaiFailures.rows,
  routes: {
    'chat/completions': true,
    completions: true,
    embeddings: true,
    responses: true,
    'images/*': true,
    'audio/*': true,
  },
  countsTogether: 'all keys of one organisation; spend limits also by project',
  serves: servesFamilies(['gpt']),
})
