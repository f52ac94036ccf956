import { isRecord } from '../../../base/is-record.ts'
import { calendarWindow } from '../../../quota/zone.ts'
import { announcedEnd, noEnd, type FailedAnswer } from '../outcome-row.ts'
import { parseResetTime } from '../../limits/reset-time.ts'
import type { ServiceFailures } from '../failure-row.ts'
import { anthropicError as error, anthropicPlanRows, EXCEEDED } from './anthropic-plans.ts'

const ERRORS = 'docs.anthropic.com/en/api/errors (2026-11)'
const API_USAGE_LIMIT = /^You have reached your specified (workspace )?API usage limits/i

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

/** A type may come as an `error` event after 200, so rows go by type. */
export const anthropicFailures: ServiceFailures = {
  id: 'anthropic',
  label: 'Anthropic',
  providers: ['anthropic'],
  rows: [
    ...anthropicPlanRows,
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
      id: 'anthropic-no-access',
      type: 'permission_error',
      message: /\bdoes not have (?:permission|access) to (?:use )?Claude(?: Code)?\s*[.!]/,
      class: 'auth-dead',
      about: 'an administrator has not given this account access',
      source: 'github.com/anthropics/claude-code/issues/29905 (2026-11)',
      examples: [
        {
          status: 403,
          body: error(
            'permission_error',
            'Your account does not have permission to use Claude. Please contact your administrator.',
          ),
        },
      ],
    },
    {
      id: 'anthropic-day',
      type: 'rate_limit_error',
      message: /\byour daily rate limit\b/i,
      class: 'quota-window',
      scope: 'model',
      about: 'tokens of a day',
      source: 'docs.anthropic.com/en/api/rate-limits (2026-11)',
      examples: [
        {
          status: 429,
          body: error(
            'rate_limit_error',
            'Number of request tokens has exceeded your daily rate limit (https://docs.anthropic.com/en/api/rate-limits); see the response headers for current usage.',
          ),
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
