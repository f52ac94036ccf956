import type { ServiceFailures } from '../failure-row.ts'

const MODELS = 'docs.github.com/en/github-models/use-github-models/prototyping-with-ai-models (2026-11)'

/** GitHub Models and Copilot, which count days per user and model. */
export const githubFailures: ServiceFailures = {
  id: 'github-models',
  label: 'GitHub Models and Copilot',
  providers: ['github-models'],
  rows: [
    {
      id: 'github-day',
      code: 'RateLimitReached',
      message: /\bper 86400 ?s\b|\bByDay\b/i,
      class: 'quota-window',
      scope: 'model',
      about: 'requests of a day for this model are used up',
      source: MODELS,
      examples: [
        {
          status: 429,
          body: {
            error: {
              code: 'RateLimitReached',
              message:
                'Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 7200 seconds before retrying.',
              details:
                'Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 7200 seconds before retrying.',
            },
          },
          ends: '2026-11-25T12:00:00.000Z',
        },
      ],
    },
    {
      id: 'github-no-permission',
      message: /\bmodels. permission is required\b/i,
      class: 'auth-dead',
      about: 'the token lacks the permission for models',
      source: MODELS,
      examples: [
        {
          status: 401,
          body: {
            error: {
              code: 'unauthorized',
              message: 'The `models` permission is required to access this endpoint',
              details: 'The `models` permission is required to access this endpoint',
            },
          },
        },
      ],
    },
  ],
  bodies: [
    {
      status: 429,
      body: {
        error: {
          code: 'RateLimitReached',
          message:
            'Rate limit of 15 per 60s exceeded for UserByModelByMinute. Please wait 12 seconds before retrying.',
        },
      },
      ends: '2026-11-25T10:00:12.000Z',
      class: 'rate-short',
      source: MODELS,
    },
    {
      status: 400,
      body: {
        error: {
          code: 'unavailable_model',
          message: 'Unavailable model: gpt-9',
          details: 'Unavailable model: gpt-9',
        },
      },
      class: 'model-unavailable',
      source: MODELS,
    },
    {
      status: 404,
      body: {
        error: { code: 'unknown_model', message: 'Unknown model: gpt-9', details: 'Unknown model: gpt-9' },
      },
      class: 'model-unavailable',
      source: MODELS,
    },
    {
      status: 413,
      body: {
        error: {
          code: 'tokens_limit_reached',
          message: 'Request body too large for gpt-4o model. Max size: 8000 tokens.',
        },
      },
      class: 'request-declined',
      source: MODELS,
    },
    {
      status: 429,
      body: {
        error: {
          code: 'rate_limited',
          message: 'Sorry, you have been rate-limited. Please wait 10 hours 58 minutes before trying again.',
        },
      },
      ends: '2026-11-25T20:58:00.000Z',
      class: 'quota-window',
      scope: 'model',
      source: 'github.com/microsoft/vscode-copilot-release/issues/3519 (2026-11)',
    },
    {
      status: 402,
      body: {
        error: {
          code: 'quota_exceeded',
          message:
            'You have no remaining premium requests left. Your allowance will reset on December 1 at 12:00 AM UTC.',
        },
      },
      ends: '2026-12-01T00:00:00.000Z',
      class: 'quota-window',
      source: 'github.com/microsoft/vscode-copilot-release/issues/5795 (2025-12)',
    },
    {
      status: 400,
      body: {
        error: {
          message: 'prompt token count of 74490 exceeds the limit of 72000',
          code: 'model_max_prompt_tokens_exceeded',
        },
      },
      class: 'bad-request',
      source: 'github.com/ericc-ch/copilot-api/issues/210 (2026-11)',
    },
  ],
}
