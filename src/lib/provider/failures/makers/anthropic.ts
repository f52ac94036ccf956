import { isRecord } from '../../../base/is-record.ts'
import { calendarWindow } from '../../../quota/zone.ts'
import { announcedEnd, noEnd, type FailedAnswer } from '../outcome-row.ts'
import { parseResetTime } from '../../limits/reset-time.ts'
import type { ServiceFailures } from '../failure-row.ts'

export const UNIFIED = 'anthropic-ratelimit-unified'
export const blocking: ReadonlySet<string> = new Set([
  'rejected',
  'rate_limited',
  'blocked',
  'queueing_hard',
  'payment_required',
])

const ERRORS = 'docs.anthropic.com/en/api/errors (2026-11)'
const PLANS =
  'github.com/Wei-Shaw/sub2api/issues/3695, github.com/anthropics/claude-code/issues/12686 (2026-11)'
const API_USAGE_LIMIT = /^You have reached your specified (workspace )?API usage limits/i

function isPlanBlocked({ header }: FailedAnswer): boolean {
  return blocking.has(header(`${UNIFIED}-status`)?.trim() ?? '')
}

function isOutOfOverage({ header }: FailedAnswer): boolean {
  return header(`${UNIFIED}-overage-disabled-reason`)?.trim() === 'out_of_credits'
}

/**
 * The plan refuses while its windows of 5 hours and 7 days have room, or the claim names a model: the week of a
 * model.
 */
export function isModelWeek({ header }: Pick<FailedAnswer, 'header'>): boolean {
  const claim = header(`${UNIFIED}-representative-claim`)?.trim() ?? ''
  if (/^seven_day_(?!oauth|overage)\w+/.test(claim)) return true
  const windows = ['5h', '7d'].map((window) => header(`${UNIFIED}-${window}-status`)?.trim())
  return windows.every((status) => status !== undefined && !blocking.has(status))
}

/** Epoch seconds. */
function planReset(answer: FailedAnswer): number | null {
  return announcedEnd(answer) ?? parseResetTime(answer.header(`${UNIFIED}-reset`), answer.now)
}

/** Without `retry-after`: the reset of the windows that are used up (RFC 3339). */
function windowReset(answer: FailedAnswer): number | null {
  const announced = announcedEnd(answer)
  if (announced !== null) return announced
  const resets = ['requests', 'tokens', 'input-tokens', 'output-tokens']
    .filter((unit) => answer.header(`anthropic-ratelimit-${unit}-remaining`)?.trim() === '0')
    .map((unit) => parseResetTime(answer.header(`anthropic-ratelimit-${unit}-reset`), answer.now))
    .filter((at) => at !== null)
  return resets.length === 0 ? null : Math.max(...resets)
}

const error = (type: string, message: string, more: object = {}) => ({
  type: 'error',
  error: { type, message, ...more },
  request_id: 'req_1',
})
const EXCEEDED = "This request would exceed your account's rate limit. Please try again later."
const FIVE_HOURS = {
  [`${UNIFIED}-status`]: 'rejected',
  [`${UNIFIED}-reset`]: '1795611600',
  [`${UNIFIED}-5h-status`]: 'rejected',
  [`${UNIFIED}-7d-status`]: 'allowed',
  [`${UNIFIED}-representative-claim`]: 'five_hour',
}

/** A type may come as an `error` event after 200, so rows go by type. */
export const anthropicFailures: ServiceFailures = {
  id: 'anthropic',
  label: 'Anthropic',
  providers: ['anthropic'],
  rows: [
    {
      id: 'anthropic-spend-limit',
      type: 'rate_limit_error',
      when: (answer) =>
        isRecord(answer.error.details) && answer.error.details.error_code === 'enforced_spend_limit_reached',
      class: 'quota-window',
      until: (answer) => calendarWindow('month', 'UTC', answer.now).end,
      about: 'looks like a rate and is a budget: an enforced spend limit, until the month ends (UTC)',
      source: ERRORS,
      examples: [
        {
          status: 429,
          body: error('rate_limit_error', 'Spend limit reached.', {
            details: { error_code: 'enforced_spend_limit_reached' },
          }),
          ends: '2026-12-01T00:00:00.000Z',
        },
      ],
    },
    {
      id: 'anthropic-usage-limit',
      type: 'invalid_request_error',
      message: API_USAGE_LIMIT,
      when: (answer) => announcedEnd(answer) !== null,
      class: 'quota-window',
      about:
        'looks like a bad request: the usage limit of the organisation or workspace, until access returns',
      source: ERRORS,
      examples: [
        {
          status: 400,
          body: error(
            'invalid_request_error',
            'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
          ),
          ends: '2026-12-01T00:00:00.000Z',
        },
      ],
    },
    {
      id: 'anthropic-usage-limit-open',
      type: 'invalid_request_error',
      message: API_USAGE_LIMIT,
      class: 'quota-hard',
      about: 'the same, where no time is named',
      source: ERRORS,
      examples: [
        {
          status: 400,
          body: error('invalid_request_error', 'You have reached your specified workspace API usage limits.'),
        },
      ],
    },
    {
      id: 'anthropic-no-credit',
      type: 'invalid_request_error',
      message: /credit balance is too low|spend limit|\bextra usage\b|\busage credits\b/i,
      class: 'quota-hard',
      about: 'no credit, or a spend limit that a person set',
      source: ERRORS,
      examples: [
        {
          status: 400,
          body: error(
            'invalid_request_error',
            'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
          ),
        },
      ],
    },
    {
      id: 'anthropic-no-overage',
      type: 'rate_limit_error',
      when: (answer) => isPlanBlocked(answer) && isOutOfOverage(answer),
      class: 'quota-window',
      scope: 'model',
      until: planReset,
      about: 'no credit beyond the plan for this model; the account continues with others',
      source: 'github.com/tombii/better-ccflare (2026-11)',
      examples: [
        {
          status: 429,
          headers: { ...FIVE_HOURS, [`${UNIFIED}-overage-disabled-reason`]: 'out_of_credits' },
          body: error('rate_limit_error', EXCEEDED),
          ends: '2026-11-25T13:00:00.000Z',
        },
      ],
    },
    {
      id: 'anthropic-model-week',
      type: 'rate_limit_error',
      when: (answer) => isPlanBlocked(answer) && isModelWeek(answer),
      class: 'quota-window',
      scope: 'model',
      until: planReset,
      about: 'the week of one model is used up; the account continues with others',
      source: PLANS,
      examples: [
        {
          status: 429,
          headers: {
            [`${UNIFIED}-status`]: 'rejected',
            [`${UNIFIED}-reset`]: '1795687200',
            [`${UNIFIED}-5h-status`]: 'allowed',
            [`${UNIFIED}-7d-status`]: 'allowed',
            [`${UNIFIED}-representative-claim`]: 'seven_day_opus',
          },
          body: error('rate_limit_error', EXCEEDED),
          ends: '2026-11-26T10:00:00.000Z',
        },
      ],
    },
    {
      id: 'anthropic-plan-window',
      type: 'rate_limit_error',
      when: isPlanBlocked,
      class: 'quota-window',
      until: planReset,
      about: 'a window of a plan is used up: 5 hours, or the week',
      source: PLANS,
      examples: [
        {
          status: 429,
          headers: FIVE_HOURS,
          body: error('rate_limit_error', EXCEEDED),
          ends: '2026-11-25T13:00:00.000Z',
        },
        {
          status: 429,
          headers: { ...FIVE_HOURS, 'retry-after': '124633' },
          body: error('rate_limit_error', EXCEEDED),
          ends: '2026-11-26T20:37:13.000Z',
        },
      ],
    },
    {
      id: 'anthropic-rate',
      type: 'rate_limit_error',
      isOwn: 'later',
      class: 'rate-short',
      until: windowReset,
      about: 'requests or tokens per minute',
      source: 'docs.anthropic.com/en/api/rate-limits (2026-11)',
      examples: [
        {
          status: 429,
          headers: {
            'anthropic-ratelimit-requests-remaining': '0',
            'anthropic-ratelimit-requests-reset': '2026-11-25T10:00:30Z',
          },
          body: error('rate_limit_error', 'Number of requests has been reached.'),
          ends: '2026-11-25T10:00:30.000Z',
        },
      ],
    },
    {
      id: 'anthropic-overloaded',
      type: 'overloaded_error',
      class: 'overloaded',
      until: noEnd,
      about: 'too much load; a reset beside it is about a plan, not about the load',
      source: 'github.com/tombii/better-ccflare (2026-11)',
      examples: [
        { status: 529, headers: { 'retry-after': '7200' }, body: error('overloaded_error', 'Overloaded') },
      ],
    },
    {
      id: 'anthropic-529',
      status: 529,
      class: 'overloaded',
      until: noEnd,
      about: 'the same',
      source: ERRORS,
      examples: [{ status: 529, body: '' }],
    },
    {
      id: 'anthropic-plan-credential',
      message:
        /\bonly authorized for use with claude code\b|\bdoes not have access to claude\b|\boauth authentication is (?:currently )?not (?:supported|allowed)/i,
      class: 'auth-dead',
      about: 'a login of a plan that may not be used here, or an organisation without access',
      source: 'github.com/anthropics/claude-code/issues/54311 (2026-11)',
      examples: [
        {
          status: 400,
          body: error(
            'invalid_request_error',
            'This credential is only authorized for use with Claude Code and cannot be used for other API requests.',
          ),
        },
        {
          status: 403,
          body: error(
            'permission_error',
            'Your organization does not have access to Claude. Please login again or contact your administrator.',
          ),
        },
      ],
    },
  ],
  bodies: [
    {
      status: 401,
      body: error('authentication_error', 'invalid x-api-key'),
      class: 'auth-dead',
      source: ERRORS,
    },
    {
      status: 403,
      body: error('permission_error', 'OAuth token has been revoked. Please obtain a new token.'),
      class: 'auth-dead',
      source: 'github.com/anthropics/claude-code/issues/72457 (2026-11)',
    },
    {
      status: 400,
      body: error('invalid_request_error', 'This organization has been disabled.'),
      class: 'auth-dead',
      source: 'github.com/Wei-Shaw/sub2api/issues/328 (2026-11)',
    },
    {
      status: 404,
      body: error('not_found_error', 'model: claude-opus-9'),
      class: 'model-unavailable',
      source: ERRORS,
    },
    {
      status: 429,
      body: error('rate_limit_error', EXCEEDED),
      class: 'rate-short',
      source: 'github.com/anthropics/claude-code/issues/45257 (2026-04)',
    },
    {
      status: 429,
      headers: { 'retry-after': '21' },
      body: error(
        'rate_limit_error',
        'This request would exceed the rate limit for your organization of 30,000 input tokens per minute.',
      ),
      ends: '2026-11-25T10:00:21.000Z',
      class: 'rate-short',
      source: 'docs.anthropic.com/en/api/rate-limits (2026-11)',
    },
    { status: 500, body: error('api_error', 'Internal server error'), class: 'overloaded', source: ERRORS },
    {
      status: 413,
      body: error('request_too_large', 'Request exceeds the maximum allowed number of bytes.'),
      class: 'bad-request',
      source: ERRORS,
    },
    {
      status: 400,
      body: error(
        'invalid_request_error',
        'messages.3.content.0.image.source.base64.data: image exceeds 5 MB maximum: 7340032 bytes > 5242880 bytes',
      ),
      class: 'bad-request',
      source: ERRORS,
    },
    {
      status: 400,
      body: error(
        'invalid_request_error',
        'max_tokens: 128001 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5',
      ),
      class: 'bad-request',
      source: ERRORS,
    },
    {
      status: 400,
      body: error(
        'invalid_request_error',
        'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1.',
      ),
      class: 'bad-request',
      source: ERRORS,
    },
    {
      status: 400,
      body: error(
        'invalid_request_error',
        'tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12.',
      ),
      class: 'bad-request',
      source: ERRORS,
    },
  ],
}
