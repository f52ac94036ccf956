import { announcedEnd, type FailedAnswer } from '../outcome-row.ts'
import { parseResetTime } from '../../limits/reset-time.ts'
import type { ServiceFailures } from '../failure-row.ts'

const GUIDE = 'platform.openai.com/docs/guides/error-codes (2026-11)'

/** `resets_at` in epoch seconds, `resets_in_seconds` beside it. */
function planReset(answer: FailedAnswer): number | null {
  const { resets_at: at, resets_in_seconds: seconds } = answer.error
  if (typeof at === 'number') return parseResetTime(at, answer.now)
  if (typeof seconds === 'number') return parseResetTime(seconds, answer.now)
  return announcedEnd(answer)
}

/** When no wait is named: the reset of the used-up window. The header of a window with room left says nothing. */
function windowReset(answer: FailedAnswer): number | null {
  const announced = announcedEnd(answer)
  if (announced !== null) return announced
  const resets = ['requests', 'tokens']
    .filter((unit) => answer.header(`x-ratelimit-remaining-${unit}`)?.trim() === '0')
    .map((unit) => parseResetTime(answer.header(`x-ratelimit-reset-${unit}`), answer.now))
    .filter((at) => at !== null)
  return resets.length === 0 ? null : Math.max(...resets)
}

const usageLimit = {
  message: 'The usage limit has been reached',
  plan_type: 'plus',
  resets_in_seconds: 13872,
}

/** The code decides: the type is `insufficient_quota` for every reason to do with money. */
export const openaiFailures: ServiceFailures = {
  id: 'openai',
  label: 'OpenAI',
  providers: ['openai'],
  rows: [
    {
      id: 'openai-no-money',
      code: [
        'insufficient_quota',
        'credit_balance_exhausted',
        'organization_usage_limit_exceeded',
        'organization_spend_limit_exceeded',
        'project_spend_limit_exceeded',
        'billing_hard_limit_reached',
        'billing_not_active',
      ],
      // DashScope says `insufficient_quota` of tokens per minute.
      isOwn: 'later',
      class: 'quota-hard',
      about: 'no money, or a budget that is spent',
      source: GUIDE,
      examples: [
        {
          status: 429,
          body: {
            error: {
              message: 'You exceeded your current quota, please check your plan and billing details.',
              type: 'insufficient_quota',
              param: null,
              code: 'insufficient_quota',
            },
          },
        },
        {
          status: 429,
          body: {
            error: {
              message: 'Your project has reached its monthly spend limit.',
              type: 'insufficient_quota',
              param: null,
              code: 'project_spend_limit_exceeded',
            },
          },
        },
        {
          status: 429,
          body: {
            error: {
              message: 'Your account is not active, please check your billing details on our website.',
              type: 'billing_not_active',
              param: null,
              code: 'billing_not_active',
            },
          },
        },
      ],
    },
    {
      id: 'openai-no-money-type',
      type: 'insufficient_quota',
      isOwn: 'later',
      class: 'quota-hard',
      about: 'the same, said by the type',
      source: GUIDE,
      examples: [
        { status: 429, body: { error: { message: 'No.', type: 'insufficient_quota', code: null } } },
      ],
    },
    {
      id: 'openai-plan-window',
      code: 'usage_limit_reached',
      class: 'quota-window',
      until: planReset,
      about: 'a window of a plan is used up (ChatGPT and Codex tokens)',
      source: 'github.com/earendil-works/pi/issues/4172 (2026-05)',
      examples: [
        {
          status: 429,
          body: { error: { code: 'usage_limit_reached', ...usageLimit } },
          ends: '2026-11-25T13:51:12.000Z',
        },
      ],
    },
    {
      id: 'openai-plan-window-type',
      type: 'usage_limit_reached',
      class: 'quota-window',
      until: planReset,
      about: 'the same, said by the type',
      source: 'github.com/earendil-works/pi/issues/4172 (2026-05)',
      examples: [
        {
          status: 429,
          body: { error: { type: 'usage_limit_reached', ...usageLimit } },
          ends: '2026-11-25T13:51:12.000Z',
        },
      ],
    },
    {
      id: 'openai-login-ended',
      code: /^refresh_token_(expired|reused|invalidated)$/,
      class: 'auth-dead',
      about: 'the login has ended',
      source: 'github.com/openai/codex/issues/10332 (2026-11)',
      examples: [
        {
          status: 401,
          body: { error: { message: 'Your refresh token was already used.', code: 'refresh_token_reused' } },
        },
      ],
    },
    {
      id: 'openai-rate',
      code: ['rate_limit_exceeded', 'slow_down'],
      isOwn: 'later',
      class: 'rate-short',
      until: windowReset,
      about: 'requests or tokens per minute or day',
      source: 'platform.openai.com/docs/guides/rate-limits (2026-11)',
      examples: [
        {
          status: 429,
          body: {
            error: {
              message:
                'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.',
              type: 'tokens',
              param: null,
              code: 'rate_limit_exceeded',
            },
          },
          ends: '2026-11-25T10:00:02.000Z',
        },
        {
          status: 429,
          headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' },
          body: { error: { message: 'Slow down.', code: 'slow_down' } },
          ends: '2026-11-25T10:06:00.000Z',
        },
      ],
    },
    {
      id: 'openai-429',
      status: 429,
      isOwn: 'later',
      isWeak: true,
      class: 'rate-short',
      until: windowReset,
      about: 'the same',
      source: 'platform.openai.com/docs/guides/rate-limits (2026-11)',
      examples: [{ status: 429, body: { error: { message: 'Hold on.' } } }],
    },
  ],
  bodies: [
    {
      status: 401,
      body: {
        error: {
          message:
            'Incorrect API key provided: sk-ab***yz. You can find your API key at https://platform.openai.com/account/api-keys.',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      },
      class: 'auth-dead',
      source: GUIDE,
    },
    {
      status: 401,
      body: {
        error: {
          message:
            'You must be a member of an organization to use the API. Please contact us at help.openai.com.',
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      },
      class: 'auth-dead',
      source: GUIDE,
    },
    {
      status: 403,
      body: {
        error: {
          message: 'Project `proj_1` does not have access to model `gpt-5`',
          type: 'invalid_request_error',
          param: null,
          code: 'model_not_found',
        },
      },
      class: 'model-unavailable',
      source: GUIDE,
    },
    {
      status: 503,
      body: {
        error: {
          message: 'The engine is currently overloaded, please try again later.',
          type: 'server_error',
          param: null,
          code: 'server_is_overloaded',
        },
      },
      class: 'overloaded',
      source: GUIDE,
    },
    {
      status: 500,
      body: {
        error: {
          message: 'The server had an error while processing your request. Sorry about that!',
          type: 'server_error',
          param: null,
          code: null,
        },
      },
      class: 'overloaded',
      source: GUIDE,
    },
    {
      status: 400,
      body: {
        error: {
          message:
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.",
          type: 'invalid_request_error',
          param: 'max_output_tokens',
          code: 'integer_below_min_value',
        },
      },
      class: 'bad-request',
      source: GUIDE,
    },
    {
      status: 400,
      body: {
        error: {
          message:
            'max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.',
          type: 'invalid_request_error',
          param: 'max_tokens',
          code: null,
        },
      },
      class: 'bad-request',
      source: GUIDE,
    },
    {
      status: 404,
      body: {
        error: {
          message: "No file found with id 'file-1'.",
          type: 'invalid_request_error',
          param: 'file_id',
          code: null,
        },
      },
      class: 'bad-request',
      source: GUIDE,
    },
    {
      status: 400,
      body: {
        error: {
          message: "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.",
          type: 'invalid_request_error',
          param: 'input',
          code: null,
        },
      },
      class: 'bad-request',
      source: GUIDE,
    },
    {
      status: 400,
      body: {
        error: {
          message:
            'Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_prompt',
        },
      },
      class: 'bad-request',
      source: GUIDE,
    },
    {
      status: 429,
      body: { detail: "You've reached your usage limit. Try again at 3:00 PM UTC." },
      ends: '2026-11-25T15:00:00.000Z',
      class: 'quota-window',
      source: 'github.com/openai/codex/issues/46142 (2026-09)',
    },
  ],
}
