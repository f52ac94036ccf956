import type { ServiceFailures } from '../failure-row.ts'

const XAI = 'docs.x.ai/docs/key-information/debugging (2026-11)'

/** Flat: a sentence as `code`, another as `error`. */
export const xaiFailures: ServiceFailures = {
  id: 'xai',
  label: 'xAI',
  providers: ['xai'],
  rows: [
    {
      id: 'xai-spent',
      message:
        /\bused all available credits or reached its monthly spending limit\b|\bout of credits or need a grok subscription\b|\bdoesn't have any credits\b/i,
      class: 'quota-hard',
      about: 'no credits, or the spending limit of the month',
      source: 'github.com/continuedev/continue/issues/10373 (2026-02), issues/12670 (2026-06)',
      examples: [
        {
          status: 429,
          body: {
            code: 'Some resource has been exhausted',
            error:
              'Your team 16f2 has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.',
          },
        },
        {
          status: 403,
          body: {
            code: 'The caller does not have permission to execute the specified operation',
            error:
              "Your newly created team doesn't have any credits or licenses yet. You can purchase those on https://console.x.ai/team/481c.",
          },
        },
        {
          status: 403,
          body: {
            code: 'personal-team-blocked:spending-limit',
            error:
              'You have run out of credits or need a Grok subscription. Add credits at https://grok.com/?_s=usage',
          },
        },
      ],
    },
    {
      id: 'xai-rate',
      code: 'Some resource has been exhausted',
      class: 'rate-short',
      about: 'requests or tokens of the team',
      source: XAI,
      examples: [
        {
          status: 429,
          body: {
            code: 'Some resource has been exhausted',
            error:
              "Too many requests for team 16f2 and model grok-4. Your team's rate limit is (Requests per Second): 8. Please try again in 1s.",
          },
          ends: '2026-11-25T10:00:01.000Z',
        },
      ],
    },
  ],
  bodies: [
    {
      status: 400,
      body: {
        code: 'Client specified an invalid argument',
        error: 'Incorrect API key provided: ab***yz. You can obtain an API key from https://console.x.ai.',
      },
      class: 'auth-dead',
      source: 'github.com/continuedev/continue/issues/10778 (2026-11)',
    },
    {
      status: 404,
      body: {
        code: 'Some requested entity was not found',
        error: 'The model grok-9 does not exist or your team 16f2 does not have access to it.',
      },
      class: 'model-unavailable',
      source: XAI,
    },
    {
      status: 400,
      body: {
        code: 'Client specified an invalid argument',
        error: 'Argument not supported on this model: presencePenalty',
      },
      class: 'bad-request',
      source: XAI,
    },
    {
      status: 400,
      body: {
        code: 'Client specified an invalid argument',
        error: "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
      },
      class: 'bad-request',
      source: XAI,
    },
    {
      status: 403,
      body: {
        code: 'The caller does not have permission to execute the specified operation',
        error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO',
      },
      class: 'bad-request',
      source: XAI,
    },
    {
      status: 503,
      body: {
        code: 'The service is currently unavailable',
        error:
          'Service temporarily unavailable. The model is at capacity and currently cannot serve this request.',
      },
      class: 'overloaded',
      source: XAI,
    },
  ],
}
