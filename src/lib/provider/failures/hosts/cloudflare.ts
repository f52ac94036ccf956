import type { ServiceFailures } from '../failure-row.ts'

const DAY_MS = 86_400_000

export const cloudflareFailures: ServiceFailures = {
  id: 'cloudflare',
  label: 'Cloudflare Workers AI',
  providers: [],
  rows: [
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
          body: {
            errors: [
              {
                message:
                  "AiError: AiError: you have used up your daily free allocation of 10,000 neurons, please upgrade to Cloudflare's Workers Paid plan if you would like to continue usage.",
                code: 4006,
              },
            ],
            success: false,
            result: {},
            messages: [],
          },
          ends: '2026-11-26T00:00:00.000Z',
        },
      ],
    },
  ],
  bodies: [],
}
