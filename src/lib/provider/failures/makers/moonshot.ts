import type { ServiceFailures } from '../failure-row.ts'

const CODES = 'platform.kimi.com/docs/api/errors (2026-11)'
const PLAN = 'www.kimi.com/code/docs/en/kimi-code/error-reference.html (2026-11)'

const said = (type: string, message: string) => ({ error: { message, type } })

export const moonshotFailures: ServiceFailures = {
  id: 'moonshot',
  label: 'Moonshot and Kimi Code',
  providers: ['moonshot'],
  rows: [
    {
      id: 'kimi-plan-window',
      message: /\byou['’]ve reached your\b[^.]{0,40}\busage limit\b/i,
      class: 'quota-window',
      about: 'the 5 hours, the week or the month of a plan are used up',
      source: `${PLAN}; github.com/openclaw/openclaw/pull/142656 (2026-09)`,
      examples: [
        {
          status: 403,
          body: said(
            'access_terminated_error',
            "You've reached your weekly (7-day) usage limit. Your quota will reset when the current 7-day window ends. To continue now, purchase extra usage or upgrade your plan: https://www.kimi.com/membership/subscription?tab=quota",
          ),
        },
        {
          status: 403,
          body: {
            type: 'error',
            error: {
              type: 'permission_error',
              message:
                "You've reached your usage limit for this billing cycle. Your quota will be refreshed in the next cycle. To continue now, purchase extra usage or upgrade your plan: https://www.kimi.com/code/#pricing",
            },
          },
        },
      ],
    },
    {
      id: 'kimi-only-agents',
      message: /\bonly available for coding agents\b/i,
      class: 'auth-dead',
      about: 'the plan refuses this client',
      source: PLAN,
      examples: [
        {
          status: 403,
          body: said(
            'access_terminated_error',
            'Kimi For Coding is currently only available for Coding Agents such as Kimi CLI, Claude Code, Roo Code, Kilo Code, etc.',
          ),
        },
      ],
    },
    {
      id: 'kimi-membership',
      message: /\bverify your membership benefits\b/i,
      class: 'quota-hard',
      about: 'no membership that pays for this',
      source: PLAN,
      examples: [
        {
          status: 402,
          body: said(
            'invalid_request_error',
            "We're unable to verify your membership benefits at this time. Please ensure your membership is active.",
          ),
        },
      ],
    },
    {
      id: 'moonshot-terminated',
      type: 'access_terminated_error',
      class: 'auth-dead',
      about: 'access is terminated',
      source: PLAN,
      examples: [{ status: 403, body: said('access_terminated_error', 'Access terminated.') }],
    },
    {
      id: 'moonshot-no-money',
      type: 'exceeded_current_quota_error',
      class: 'quota-hard',
      about: 'no balance; a retry never succeeds',
      source: 'github.com/MoonshotAI/kimi-code/issues/1857 (2026-11)',
      examples: [
        {
          status: 429,
          body: said(
            'exceeded_current_quota_error',
            'Your account org-abc <ak-abc> is suspended due to insufficient balance, please recharge your account or check your plan and billing details',
          ),
        },
        {
          status: 403,
          body: said(
            'exceeded_current_quota_error',
            'You exceeded your current token quota: 0, please check your account balance',
          ),
        },
      ],
    },
    {
      id: 'moonshot-day',
      type: 'rate_limit_reached_error',
      message: /\bTPD\b|\bper day\b/i,
      class: 'quota-window',
      scope: 'account',
      about: 'tokens of a day',
      source: CODES,
      examples: [
        {
          status: 429,
          body: said(
            'rate_limit_reached_error',
            'Your account org-abc request reached TPD rate limit, current: 1500001, limit: 1500000',
          ),
        },
      ],
    },
    {
      id: 'moonshot-rate',
      type: 'rate_limit_reached_error',
      class: 'rate-short',
      scope: 'account',
      about: 'requests, tokens or concurrency of the organisation',
      source: CODES,
      examples: [
        {
          status: 429,
          body: said(
            'rate_limit_reached_error',
            'Your account org-abc <ak-abc> request reached organization max RPM: 3, please try again after 1 seconds',
          ),
          ends: '2026-11-25T10:00:01.000Z',
        },
        {
          status: 429,
          body: said(
            'rate_limit_reached_error',
            "We're receiving too many requests at the moment. Please wait a moment and try again.",
          ),
        },
      ],
    },
    {
      id: 'moonshot-busy',
      type: 'engine_overloaded_error',
      class: 'overloaded',
      about: 'too much load at the service',
      source: CODES,
      examples: [
        {
          status: 429,
          body: said('engine_overloaded_error', 'The engine is currently overloaded, please try again later'),
        },
      ],
    },
    {
      id: 'moonshot-key',
      type: ['invalid_authentication_error', 'incorrect_api_key_error'],
      class: 'auth-dead',
      about: 'the key is refused, or is of the other site (.cn and .ai)',
      source: CODES,
      examples: [
        { status: 401, body: said('invalid_authentication_error', 'Invalid Authentication') },
        { status: 401, body: said('incorrect_api_key_error', 'Incorrect API key provided') },
      ],
    },
    {
      id: 'moonshot-content',
      type: 'content_filter',
      class: 'bad-request',
      about: 'the content was refused',
      source: CODES,
      examples: [
        {
          status: 400,
          body: said('content_filter', 'The request was rejected because it was considered high risk'),
        },
      ],
    },
    {
      id: 'moonshot-no-resource',
      type: 'resource_not_found_error',
      class: 'model-unavailable',
      about: 'no such model, or no right to it',
      source: CODES,
      examples: [
        {
          status: 404,
          body: said('resource_not_found_error', 'Not found the model kimi-k9 or Permission denied'),
        },
      ],
    },
  ],
  bodies: [
    {
      status: 400,
      body: said(
        'invalid_request_error',
        'Invalid request: Your request exceeded model token limit: 262144 (requested: 269030)',
      ),
      class: 'bad-request',
      source: 'github.com/MoonshotAI/kimi-cli/issues/2011 (2026-04)',
    },
    {
      status: 400,
      body: said('invalid_request_error', 'Invalid request: tool_call_id functions.x:0 is not found'),
      class: 'bad-request',
      source: CODES,
    },
  ],
}
