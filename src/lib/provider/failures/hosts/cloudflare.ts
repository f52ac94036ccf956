import type { ServiceFailures } from '../failure-row.ts'

const DAY_MS = 86_400_000
const ERRORS = 'developers.cloudflare.com/workers-ai/platform/errors (2026-11)'
const said = (code: number, message: string) => ({
  errors: [{ message, code }],
  success: false,
  result: {},
  messages: [],
})

export const cloudflareFailures: ServiceFailures = {
  id: 'cloudflare',
  label: 'Cloudflare Workers AI',
  providers: [],
  rows: [
    {
      id: 'cloudflare-no-gateway',
      code: '2001',
      message: /\bconfigure AI Gateway\b/i,
      class: 'auth-dead',
      about: 'the account has no AI gateway of this name',
      source: 'reported by users of AI Gateway; its manual does not list the code (2026-11)',
      examples: [
        {
          status: 400,
          body: {
            success: false,
            result: [],
            messages: [],
            error: [{ code: 2001, message: 'Please configure AI Gateway in the Cloudflare dashboard' }],
          },
        },
      ],
    },
    {
      id: 'cloudflare-neurons',
      message: /\bdaily free allocation of [\d,]+ neurons\b/i,
      class: 'quota-window',
      scope: 'account',
      until: ({ now }) => (Math.floor(now / DAY_MS) + 1) * DAY_MS,
      about: 'the free neurons of the account are used up until midnight (UTC)',
      source:
        'developers.cloudflare.com/workers-ai/platform/pricing, github.com/diegosouzapw/OmniRoute/issues/6980 (2026-07)',
      examples: [
        {
          status: 429,
          body: said(
            4006,
            "AiError: AiError: you have used up your daily free allocation of 10,000 neurons, please upgrade to Cloudflare's Workers Paid plan if you would like to continue usage.",
          ),
          ends: '2026-11-26T00:00:00.000Z',
        },
      ],
    },
  ],
  bodies: [
    {
      status: 429,
      body: said(3040, 'AiError: Capacity temporarily exceeded, please try again.'),
      class: 'overloaded',
      source: ERRORS,
    },
    {
      status: 400,
      body: said(5007, 'AiError: AiError: No such model @cf/x or task'),
      class: 'model-unavailable',
      source: ERRORS,
    },
    {
      status: 401,
      body: said(10000, 'Authentication error'),
      class: 'auth-dead',
      source: 'github.com/anomalyco/opencode/issues/32051 (2026-06)',
    },
  ],
}
