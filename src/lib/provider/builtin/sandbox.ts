import { defineProvider } from '../define-provider.ts'

/**
 * The apparent destination of sandbox accounts: the proxy substitutes its simulated upstream. Never resolves (RFC
 * 6761).
 */
export const SANDBOX_BASE_URL = 'http://sandbox.invalid/v1'

const MODELS = ['sandbox-small', 'sandbox-large']

/** A simulated service inside qwenctl, for trials and tests without a key. Every screen marks it as simulated. */
export const sandbox = defineProvider({
  id: 'sandbox',
  label: 'Sandbox (simulated inside qwenctl)',
  needsCredential: false,
  endpoints: [{ id: 'sandbox', label: 'Sandbox', openai: SANDBOX_BASE_URL, anthropic: SANDBOX_BASE_URL }],
  defaultLimits: ['50/day'],
  limitHeaders: [],
  limitsFrom: () => [],
  serves: (model) => MODELS.includes(model),
  routes: {
    'chat/completions': true,
    responses: true,
    embeddings: true,
    messages: true,
    'messages/count_tokens': true,
    'responses/compact': false,
    'responses/input_tokens': false,
    completions: false,
    moderations: false,
    rerank: false,
    'images/*': false,
    'audio/*': false,
  },
  models: MODELS,
  check: null,
  simulated: true,
})
