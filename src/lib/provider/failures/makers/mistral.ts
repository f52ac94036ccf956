import type { ServiceFailures } from '../failure-row.ts'

const MISTRAL = 'docs.mistral.ai/resources/error-glossary (2026-11)'
const mistral = (message: string, type: string, code: string | null) => ({
  object: 'error',
  message,
  type,
  param: null,
  code,
})

/** The errors are flat (`{message, type, code}` or `{detail}`) and the statuses plain. */
export const mistralFailures: ServiceFailures = {
  id: 'mistral',
  label: 'Mistral AI',
  providers: ['mistral'],
  rows: [
    {
      id: 'mistral-tier',
      status: 429,
      message: /service tier capacity exceeded/i,
      class: 'rate-short',
      about: 'the capacity of the tier for this model is used up; an account of another tier may be served',
      source: 'github.com/continuedev/continue/issues/6185 (2025-06)',
      examples: [
        {
          status: 429,
          body: mistral(
            'Service tier capacity exceeded for this model.',
            'service_tier_capacity_exceeded',
            '3505',
          ),
        },
      ],
    },
    {
      id: 'mistral-tier-503',
      message: /service tier capacity exceeded/i,
      class: 'overloaded',
      about: 'the same under 503: the service is at its capacity',
      source: 'github.com/BerriAI/litellm/pull/25078 (2026-04)',
      examples: [
        {
          status: 503,
          body: mistral('Service tier capacity exceeded for this model.', 'invalid_request_error', null),
        },
      ],
    },
    {
      id: 'mistral-rate',
      type: 'rate_limited',
      // GitHub Copilot has the same type for the limit of a week.
      when: ({ words }) => !/\b(?:hourly|daily|weekly|monthly)\b/i.test(words),
      class: 'rate-short',
      about: 'requests or tokens of a minute',
      source: 'github.com/cline/cline/issues/9085 (2026-02)',
      examples: [
        {
          status: 429,
          body: { ...mistral('Rate limit exceeded', 'rate_limited', '1300'), raw_status_code: 429 },
        },
      ],
    },
    {
      id: 'mistral-inactive',
      message: /\binactive subscription\b/i,
      class: 'quota-hard',
      about: 'no active subscription, or its limit is reached',
      source: MISTRAL,
      examples: [{ status: 401, body: { message: 'Inactive subscription or usage limit reached' } }],
    },
  ],
  bodies: [
    {
      status: 429,
      body: { message: 'Requests rate limit exceeded' },
      class: 'rate-short',
      source: 'github.com/pydantic/pydantic-ai/issues/1885 (2025-06)',
    },
    { status: 401, body: { detail: 'Unauthorized' }, class: 'auth-dead', source: MISTRAL },
    {
      status: 400,
      body: mistral('Invalid model: mistral-x', 'invalid_model', '1500'),
      class: 'model-unavailable',
      source: MISTRAL,
    },
    {
      status: 400,
      body: mistral(
        'Prompt contains 140000 tokens and 0 draft tokens, too large for model with 131072 maximum context length',
        'invalid_request_prompt',
        '3051',
      ),
      class: 'bad-request',
      source: MISTRAL,
    },
    {
      status: 400,
      body: mistral(
        'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
        'invalid_request_message_order',
        '3230',
      ),
      class: 'bad-request',
      source: MISTRAL,
    },
    {
      status: 422,
      body: {
        object: 'error',
        message: {
          detail: [
            {
              type: 'extra_forbidden',
              loc: ['body', 'stream_options'],
              msg: 'Extra inputs are not permitted',
              input: {},
            },
          ],
        },
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
      class: 'bad-request',
      source: MISTRAL,
    },
  ],
}
