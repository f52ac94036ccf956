import type { ServiceFailures } from '../failure-row.ts'

const ZEN = 'github.com/anomalyco/opencode, packages/console/app/src/routes/zen (2026-11)'
const zen = (type: string, message: string) => ({ type: 'error', error: { type, message } })

/** Types decide: most failures come under 401, and limits of a plan under 200 too. */
export const opencodeFailures: ServiceFailures = {
  id: 'opencode',
  label: 'OpenCode Zen and Go',
  providers: [],
  rows: [
    {
      id: 'opencode-no-money',
      type: ['CreditsError', 'MonthlyLimitError', 'UserLimitError'],
      class: 'quota-hard',
      about: 'no balance, no payment method, or a spend limit that a person set',
      source: ZEN,
      examples: [
        {
          status: 401,
          body: zen('CreditsError', 'Insufficient balance. Manage your billing in the console.'),
        },
        {
          status: 401,
          body: zen('MonthlyLimitError', 'Your workspace has reached its monthly limit of $20.'),
        },
      ],
    },
    {
      id: 'opencode-window',
      type: ['GoUsageLimitError', 'SubscriptionUsageLimitError', 'FreeUsageLimitError'],
      class: 'quota-window',
      about: 'a window of a plan or of the free models',
      source: ZEN,
      examples: [
        {
          status: 429,
          body: zen('GoUsageLimitError', '5-hour usage limit reached. Resets in 3hr 12min.'),
          ends: '2026-11-25T13:12:00.000Z',
        },
        {
          status: 429,
          headers: { 'retry-after': '50531' },
          body: zen('FreeUsageLimitError', 'Rate limit exceeded. Please try again later.'),
          ends: '2026-11-26T00:02:11.000Z',
        },
        { status: 200, body: zen('GoUsageLimitError', 'Go plan limit reached') },
      ],
    },
    {
      id: 'opencode-no-model',
      type: 'ModelError',
      class: 'model-unavailable',
      about: 'the model does not exist, or the workspace has disabled it',
      source: ZEN,
      examples: [{ status: 401, body: zen('ModelError', 'Model x is not supported') }],
    },
    {
      id: 'opencode-key',
      type: 'AuthError',
      class: 'auth-dead',
      about: 'the key is missing or refused',
      source: ZEN,
      examples: [{ status: 401, body: zen('AuthError', 'Missing API key.') }],
    },
  ],
  bodies: [],
}
