import { defineProvider } from '../define-provider.ts'
import { novitaPlan } from '../plans/balances.ts'

/**
 * Any service with the OpenAI dialect at a base URL that the account names. Where the base URL ends in
 * `/anthropic`, the dialect is the Messages API. The service is unknown, so the generic outcome rows decide alone,
 * and it may have any model.
 */
export const custom = defineProvider({
  id: 'custom',
  label: 'OpenAI-compatible service',
  keyIsOptional: true,
  needsBaseUrl: true,
  endpoints: [],
  plan: novitaPlan,
})
