import { defineProvider } from '../define-provider.ts'
import { servesFamilies } from '../model-families.ts'

/** Its errors are flat (`{message, code}` or `{detail}`) and their statuses plain: the generic rows read them. */
export const mistral = defineProvider({
  id: 'mistral',
  label: 'Mistral AI',
  keysUrl: 'https://console.mistral.ai/api-keys',
  keyVariables: ['MISTRAL_API_KEY'],
  endpoints: [{ id: 'global', label: 'Mistral AI', openai: 'https://api.mistral.ai/v1' }],
  serves: servesFamilies(['mistral']),
})
