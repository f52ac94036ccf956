// Errors of Anthropic about plans: windows of 5 hours and a week, models and contexts beyond a plan.
import type { FailureRow } from '../failure-row.ts'
import { announcedEnd, type FailedAnswer } from '../outcome-row.ts'
import { parseResetTime } from '../../limits/reset-time.ts'

export const UNIFIED = 'anthropic-ratelimit-unified'
export const blocking: ReadonlySet<string> = new Set([
  'rejected',
  'rate_limited',
  'blocked',
  'queueing_hard',
  'payment_required',
])

const PLANS =
  'github.com/Wei-Shaw/sub2api/issues/3695, github.com/anthropics/claude-code/issues/12686 (2026-11)'
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

export const anthropicError = (type: string, message: string, more: object = {}) => ({
  type: 'error',
  error: { type, message, ...more },
  request_id: 'req_1',
})
export const EXCEEDED = "This request would exceed your account's rate limit. Please try again later."
export const FIVE_HOURS = {
  [`${UNIFIED}-status`]: 'rejected',
  [`${UNIFIED}-reset`]: '1795611600',
  [`${UNIFIED}-5h-status`]: 'rejected',
  [`${UNIFIED}-7d-status`]: 'allowed',
  [`${UNIFIED}-representative-claim`]: 'five_hour',
}

const error = anthropicError

export const anthropicPlanRows: readonly FailureRow[] = [
  {
    id: 'anthropic-long-context',
    message:
      /\bextra usage is required for (?:long context|1m context)|\blong context beta is not yet available\b/i,
    class: 'request-declined',
    about: 'the plan does not pay for a long context; the account continues with shorter requests',
    source:
      'github.com/Wei-Shaw/sub2api/issues/572 (2026-02), github.com/anthropics/claude-code/issues/42616 (2026-04)',
    examples: [
      {
        status: 429,
        body: error('rate_limit_error', 'Extra usage is required for long context requests.'),
      },
      {
        status: 400,
        body: error(
          'invalid_request_error',
          'The long context beta is not yet available for this subscription.',
        ),
      },
    ],
  },
  {
    id: 'anthropic-model-credits',
    message: /\bcredits are required for this model\b/i,
    class: 'model-unavailable',
    about: 'the plan does not include the model, and no credits pay for it',
    source: 'github.com/Wei-Shaw/sub2api, backend/internal/service (2026-07)',
    examples: [
      { status: 429, body: error('rate_limit_error', 'Usage credits are required for this model.') },
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
]
