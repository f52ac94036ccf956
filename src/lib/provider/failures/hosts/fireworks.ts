import type { ServiceFailures } from '../failure-row.ts'

const FIREWORKS = 'docs.fireworks.ai/serverless/rate-limits (2026-11)'
const fireworks = (message: string, code: string, type = 'error') => ({
  error: { message, param: null, code, type },
  request_id: 'r1',
})

/** Limits adapt to use, and no answer says when they end. */
export const fireworksFailures: ServiceFailures = {
  id: 'fireworks',
  label: 'Fireworks AI',
  providers: ['fireworks'],
  rows: [
    {
      id: 'fireworks-suspended',
      message: /\baccount \S+ is suspended\b/i,
      class: 'quota-hard',
      about: 'suspended: the spending limit of the month, or unpaid invoices',
      source: 'github.com/pollinations/pollinations/issues/12136 (2026-07)',
      examples: [
        {
          status: 412,
          body: fireworks(
            'Account me is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices. Please go to https://fireworks.ai/account/billing for more information.',
            'PRECONDITION_FAILED',
          ),
        },
      ],
    },
    {
      id: 'fireworks-suspended-412',
      status: 412,
      message: /^account suspended\b/i,
      class: 'quota-hard',
      about: 'suspended: the spending limit of the month, or unpaid invoices',
      source: 'docs.fireworks.ai/guides/inference-error-codes (2026-11)',
      examples: [{ status: 412, body: fireworks('Account suspended', 'PRECONDITION_FAILED') }],
    },
    {
      id: 'fireworks-412',
      status: 412,
      isOwn: 'later',
      isWeak: true,
      class: 'quota-hard',
      about: 'the account is suspended',
      source: 'github.com/amd/gaia/issues/3766 (2026-09)',
      examples: [{ status: 412, body: fireworks('No.', 'PRECONDITION_FAILED') }],
    },
    {
      id: 'fireworks-429',
      status: 429,
      isOwn: 'later',
      isWeak: true,
      class: 'rate-short',
      about: 'above the limits of the moment, which adapt',
      source: FIREWORKS,
      examples: [{ status: 429, body: fireworks('No.', 'RESOURCE') }],
    },
  ],
  bodies: [
    {
      status: 404,
      body: fireworks('Model not found, inaccessible, and/or not deployed', 'NOT_FOUND'),
      class: 'model-unavailable',
      source: 'docs.fireworks.ai/guides/inference-error-codes (2026-11)',
    },
    {
      status: 401,
      body: fireworks('The API key you provided is invalid.', 'UNAUTHORIZED'),
      class: 'auth-dead',
      source: 'docs.fireworks.ai/guides/inference-error-codes (2026-11)',
    },
    {
      status: 400,
      body: fireworks(
        'The prompt is too long: 140000, model maximum context length: 131071',
        'invalid_request_error',
        'invalid_request_error',
      ),
      class: 'bad-request',
      source: 'docs.fireworks.ai/guides/inference-error-codes (2026-11)',
    },
  ],
}
