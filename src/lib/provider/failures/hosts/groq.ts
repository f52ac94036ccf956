import type { ServiceFailures } from '../failure-row.ts'

const ERRORS = 'console.groq.com/docs/errors (2026-11)'
const LIMITS = 'console.groq.com/docs/rate-limits (2026-11)'
const said = (message: string, more: object = {}) => ({
  error: { message, type: 'invalid_request_error', ...more },
})
const rate = (window: string, wait: string) =>
  said(
    `Rate limit reached for model \`llama-3.3-70b-versatile\` in organization \`org_1\` service tier \`on_demand\` on ${window}: Limit 100000, Used 99336, Requested 5000. Please try again in ${wait}. Need more tokens? Upgrade to Dev Tier today`,
    { type: 'tokens', code: 'rate_limit_exceeded' },
  )

/**
 * Limits apply per organisation and model. Only the message names the window, because some windows are in no
 * header.
 */
export const groqFailures: ServiceFailures = {
  id: 'groq',
  label: 'Groq',
  providers: ['groq'],
  rows: [
    {
      id: 'groq-413',
      status: 413,
      isOwn: 'later',
      isWeak: true,
      class: 'bad-request',
      about: 'one request larger than the service takes',
      source: ERRORS,
      examples: [{ status: 413, body: said('No.') }],
    },
    {
      id: 'groq-day',
      status: 429,
      message: /\((TPD|RPD)\)|\bper day\b/i,
      isOwn: 'later',
      class: 'quota-window',
      scope: 'model',
      about: 'requests or tokens of a day',
      source: LIMITS,
      examples: [
        { status: 429, body: rate('tokens per day (TPD)', '1h2m26.4s'), ends: '2026-11-25T11:02:26.400Z' },
      ],
    },
    {
      id: 'groq-429',
      status: 429,
      isOwn: 'later',
      isWeak: true,
      class: 'rate-short',
      about: 'requests or tokens of a minute',
      source: LIMITS,
      examples: [
        {
          status: 429,
          headers: { 'retry-after': '7' },
          body: said('Wait.'),
          ends: '2026-11-25T10:00:07.000Z',
        },
      ],
    },
    {
      id: 'groq-flex',
      status: 498,
      message: /\bcapacity\b/i,
      class: 'overloaded',
      about: 'no flex capacity left',
      source: ERRORS,
      examples: [{ status: 498, body: said('Flex tier capacity exceeded', { code: 'capacity_exceeded' }) }],
    },
    {
      id: 'groq-498',
      status: 498,
      isOwn: 'later',
      isWeak: true,
      class: 'overloaded',
      about: 'the same, where only the status says it',
      source: ERRORS,
      examples: [{ status: 498, body: said('No.') }],
    },
    {
      id: 'groq-spend',
      // The documented code, and the codes that came in its place in 2026-07.
      code: /^blocked_api_access$|^spend_/,
      class: 'quota-hard',
      about: 'the organisation has reached its spend limit',
      source: 'console.groq.com/docs/spend-limits (2026-11)',
      examples: [
        {
          status: 400,
          body: said('API access is blocked because a spend alert limit was reached.', {
            code: 'blocked_api_access',
          }),
        },
      ],
    },
    {
      id: 'groq-restricted',
      code: ['organization_restricted', 'project_restricted'],
      class: 'auth-dead',
      about: 'the organisation is restricted',
      source: 'github.com/songquanpeng/one-api/issues/1764 (2026-11)',
      examples: [
        {
          status: 400,
          body: said(
            'Organization has been restricted. Please reach out to support if you believe this was in error.',
            { code: 'organization_restricted' },
          ),
        },
      ],
    },
    {
      id: 'groq-model-blocked',
      code: /^(?:model_permission_blocked_(?:org|project)|model_terms_required|model_not_active|model_decommissioned)$/,
      class: 'model-unavailable',
      about: 'the model is gone, blocked, or its terms are not accepted',
      source: ERRORS,
      examples: [
        {
          status: 403,
          body: said(
            'The model `x` is blocked at the organization level. Please have the org admin enable this model.',
            { type: 'permissions_error', code: 'model_permission_blocked_org' },
          ),
        },
        {
          status: 400,
          body: said('The model `llama3-70b-8192` has been decommissioned and is no longer supported.', {
            code: 'model_decommissioned',
          }),
        },
      ],
    },
  ],
  bodies: [
    {
      status: 429,
      body: rate('tokens per minute (TPM)', '1m26.4s'),
      ends: '2026-11-25T10:01:26.400Z',
      class: 'rate-short',
      source: LIMITS,
    },
    {
      status: 401,
      body: said('Invalid API Key', { code: 'invalid_api_key' }),
      class: 'auth-dead',
      source: ERRORS,
    },
    {
      status: 400,
      body: said(
        "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
        { code: 'tool_use_failed', failed_generation: '<function>' },
      ),
      class: 'bad-request',
      source: ERRORS,
    },
    {
      status: 400,
      body: said(
        "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
        { code: 'json_validate_failed' },
      ),
      class: 'bad-request',
      source: ERRORS,
    },
    {
      status: 400,
      body: said('Please reduce the length of the messages or completion.', {
        param: 'messages',
        code: 'context_length_exceeded',
      }),
      class: 'bad-request',
      source: ERRORS,
    },
    {
      status: 503,
      body: said(
        'llama-3.3-70b-versatile is currently over capacity. Please try again and back off exponentially.',
        { type: 'internal_server_error', code: 'over_capacity' },
      ),
      class: 'overloaded',
      source: ERRORS,
    },
    {
      status: 404,
      body: said('Unknown request URL: POST /openai/v1/embedding. Please check the URL for typos.', {
        code: 'unknown_url',
      }),
      class: 'route-missing',
      source: ERRORS,
    },
  ],
}
