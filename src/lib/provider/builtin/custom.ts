import { defineProvider } from '../define-provider.ts'

/**
 * Any service that speaks the OpenAI dialect (or, where the base URL ends in `/anthropic`, the Messages API) at a base
 * URL the account names. Nothing is known of it, so the generic outcome rows decide alone, and any model may be there.
 */
export const custom = defineProvider({
  id: 'custom',
  label: 'OpenAI-compatible service',
  needsBaseUrl: true,
  endpoints: [],
})
