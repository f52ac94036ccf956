import { defineProvider } from '../define-provider.ts'

/** Any HTTP API: the account names its service, its base URL and the header with its key. */
export const http = defineProvider({
  id: 'http',
  label: 'any HTTP API',
  kind: 'http',
  needsBaseUrl: true,
  endpoints: [],
})
