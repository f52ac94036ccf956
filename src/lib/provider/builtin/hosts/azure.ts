import { defineProvider } from '../../define-provider.ts'
import { messagesBase, normalizeBaseUrl } from '../../endpoints.ts'
import { azureFailures } from '../../failures/makers/azure.ts'
import { markOwn } from '../../plugins/own-functions.ts'
import type { Bases } from '../../provider.ts'

/** The v1 base of a resource, from whatever people copy: the resource, its deployment or the base itself. */
function azureBases(baseUrl: string | null): Bases {
  if (baseUrl === null) return { openai: null, anthropic: null }
  const url = normalizeBaseUrl(baseUrl)
  if (/\/anthropic(\/v1)?$/.test(url)) return { openai: null, anthropic: messagesBase(url) }
  const { origin } = new URL(url)
  return { openai: /\/openai\/v1$/.test(url) ? url : `${origin}/openai/v1`, anthropic: null }
}

/**
 * Azure OpenAI with the v1 API, which needs no `api-version`. Models are names of deployments. Source, read
 * 2026-11-30: learn.microsoft.com/azure/foundry/openai/api-version-lifecycle.
 */
export const azure = defineProvider({
  id: 'azure',
  label: 'Azure OpenAI',
  keysUrl: 'https://portal.azure.com',
  keyVariables: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
  needsBaseUrl: true,
  endpoints: [],
  bases: markOwn(azureBases),
  authHeaders: (secret, dialect): Record<string, string> =>
    dialect === 'anthropic' ? { 'x-api-key': secret } : { 'api-key': secret },
  outcomes: azureFailures.rows,
  countsTogether: 'all deployments of a model in one region and subscription',
})
