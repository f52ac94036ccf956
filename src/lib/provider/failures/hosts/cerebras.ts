import type { ServiceFailures } from '../failure-row.ts'

const CEREBRAS = 'inference-docs.cerebras.ai/support/error (2026-11)'
const cerebras = (message: string, type: string, code: string, param: string | null = null) => ({
  message,
  type,
  param,
  code,
})

export const cerebrasFailures: ServiceFailures = {
  id: 'cerebras',
  label: 'Cerebras',
  providers: ['cerebras'],
  rows: [
    {
      id: 'cerebras-busy',
      code: 'queue_exceeded',
      class: 'overloaded',
      about: 'too much traffic at the service, not at this account',
      source: CEREBRAS,
      examples: [
        {
          status: 429,
          body: cerebras(
            "We're experiencing high traffic right now! Please try again soon.",
            'too_many_requests_error',
            'queue_exceeded',
            'queue',
          ),
        },
      ],
    },
    {
      id: 'cerebras-minute',
      code: ['request_quota_exceeded', 'token_quota_exceeded'],
      message: /\bper (?:minute|second)\b/i,
      class: 'rate-short',
      about: 'requests or tokens of a minute',
      source: 'github.com/nminaya/grammar-nazi-bot/issues/958 (2026-08)',
      examples: [
        {
          status: 429,
          body: cerebras(
            'Tokens per minute limit exceeded - too many tokens processed.',
            'too_many_tokens_error',
            'token_quota_exceeded',
            'quota',
          ),
        },
      ],
    },
  ],
  bodies: [
    {
      status: 429,
      headers: { 'x-ratelimit-remaining-requests-day': '0', 'x-ratelimit-reset-requests-day': '50400.5' },
      body: cerebras(
        'Requests per day limit exceeded - too many requests sent.',
        'too_many_requests_error',
        'request_quota_exceeded',
        'quota',
      ),
      ends: '2026-11-26T00:00:00.500Z',
      class: 'quota-window',
      scope: 'model',
      source: 'inference-docs.cerebras.ai/support/rate-limits (2026-11)',
    },
    {
      status: 401,
      body: cerebras('Wrong API Key', 'invalid_request_error', 'wrong_api_key', 'api_key'),
      class: 'auth-dead',
      source: CEREBRAS,
    },
    {
      status: 404,
      body: cerebras(
        'Model llama9 does not exist or you do not have access to it.',
        'not_found_error',
        'model_not_found',
        'model',
      ),
      class: 'model-unavailable',
      source: CEREBRAS,
    },
    {
      status: 400,
      body: cerebras(
        'Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192',
        'invalid_request_error',
        'context_length_exceeded',
        'messages',
      ),
      class: 'bad-request',
      source: CEREBRAS,
    },
    {
      status: 402,
      body: cerebras(
        'Payment required to continue using this service.',
        'payment_required_error',
        'payment_required',
      ),
      class: 'quota-hard',
      source: CEREBRAS,
    },
  ],
}
