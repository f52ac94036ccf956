import { defineProvider } from '../define-provider.ts'

/** Where sandbox accounts seem to send: the proxy puts its simulated upstream in its place. Never resolves (RFC 6761). */
export const SANDBOX_BASE_URL = 'http://sandbox.invalid/v1'

/** A simulated service inside qwenctl, for trying and testing without a key. Whoever shows it says that it is simulated. */
export const sandbox = defineProvider({
  id: 'sandbox',
  label: 'Sandbox (simulated inside qwenctl)',
  needsCredential: false,
  endpoints: [{ id: 'sandbox', label: 'Sandbox', openai: SANDBOX_BASE_URL, anthropic: SANDBOX_BASE_URL }],
  defaultLimits: ['50/day'],
  limitHeaders: [],
  limitsFrom: () => [],
  serves: (model) => (model.startsWith('sandbox-') ? true : null),
  routes: {
    'chat/completions': true,
    responses: true,
    embeddings: true,
    messages: true,
    'messages/count_tokens': true,
    completions: false,
    'images/*': false,
    'audio/*': false,
  },
  models: ['sandbox-small', 'sandbox-large'],
  check: null,
  simulated: true,
})
