import type { ServiceFailures } from '../failure-row.ts'

const TOGETHER = 'docs.together.ai/docs/error-codes (2026-11)'
const together = (message: string, type: string, code: string | null = null) => ({
  id: 'o3',
  error: { message, type, param: null, code },
})

export const togetherFailures: ServiceFailures = {
  id: 'together',
  label: 'Together AI',
  providers: ['together'],
  rows: [
    // The type is `credit_limit` for a rate too.
    {
      id: 'together-rate',
      message:
        /\bhave been rate limited\b|\breached the rate limit specific to this model\b|\bdynamic (?:request|token) limit/i,
      class: 'rate-short',
      about: 'queries or tokens of a minute',
      source: 'github.com/togethercomputer/MoA/issues/27 (2024-06)',
      examples: [
        {
          status: 429,
          body: together(
            'You have been rate limited. Your rate limit is 60 queries per minute. Please navigate to https://api.together.xyz/settings/billing to upgrade to a paid plan.',
            'credit_limit',
          ),
        },
        {
          status: 429,
          body: together(
            'You have reached the rate limit specific to this model black-forest-labs/FLUX.1. The maximum rate limit for this model is 9.0 queries per minute.',
            'rate_limit',
            'rate_limit',
          ),
        },
      ],
    },
    {
      id: 'together-credit',
      type: 'credit_limit',
      class: 'quota-hard',
      about: 'no credit',
      source: 'github.com/expectedparrot/edsl/issues/2098 (2025-07)',
      examples: [
        {
          status: 402,
          body: together(
            'Credit limit exceeded. Please navigate to https://api.together.xyz/settings/billing to add credit or upgrade your plan.',
            'credit_limit',
          ),
        },
      ],
    },
    {
      id: 'together-dedicated',
      code: 'model_not_available',
      class: 'model-unavailable',
      about: 'the model runs on a dedicated endpoint only',
      source: TOGETHER,
      examples: [
        {
          status: 400,
          body: together(
            'Unable to access non-serverless model maker/x. Please create and start a new dedicated endpoint for the model.',
            'invalid_request_error',
            'model_not_available',
          ),
        },
      ],
    },
  ],
  bodies: [
    {
      status: 401,
      body: together(
        'Invalid API key provided. You can find your API key at https://api.together.xyz/settings/api-keys.',
        'invalid_request_error',
        'invalid_api_key',
      ),
      class: 'auth-dead',
      source: TOGETHER,
    },
    {
      status: 422,
      body: together(
        'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 32769. Given: 32000 `inputs` tokens and 4096 `max_new_tokens`',
        'invalid_request_error',
      ),
      class: 'bad-request',
      source: TOGETHER,
    },
    {
      status: 503,
      body: together('The server is overloaded or not ready yet.', 'server_error'),
      class: 'overloaded',
      source: TOGETHER,
    },
  ],
}
