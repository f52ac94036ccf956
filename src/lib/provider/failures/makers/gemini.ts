import { isRecord } from '../../../base/is-record.ts'
import { calendarWindow } from '../../../quota/zone.ts'
import { announcedEnd, type FailedAnswer } from '../outcome-row.ts'
import type { JsonObject } from '../read-error.ts'
import { parseResetTime } from '../../limits/reset-time.ts'
import type { ServiceFailures } from '../failure-row.ts'

const LIMITS = 'ai.google.dev/gemini-api/docs/rate-limits (2026-11)'
const TROUBLE = 'ai.google.dev/gemini-api/docs/troubleshooting (2026-11)'
const GOOGLE = 'cloud.google.com/apis/design/errors (2026-11)'

/** `google.rpc` messages beside the error: QuotaFailure, RetryInfo, ErrorInfo. */
function details(answer: Pick<FailedAnswer, 'error'>): JsonObject[] {
  const list = answer.error.details
  return Array.isArray(list) ? list.filter(isRecord) : []
}

export function listViolations(answer: Pick<FailedAnswer, 'error'>): JsonObject[] {
  return details(answer)
    .flatMap((entry) => (Array.isArray(entry.violations) ? (entry.violations as unknown[]) : []))
    .filter(isRecord)
}

const quotaIds = (answer: FailedAnswer): string[] =>
  listViolations(answer).map((violation) => String(violation.quotaId))
const hasReason = (pattern: RegExp) => (answer: FailedAnswer) =>
  details(answer).some((entry) => pattern.test(String(entry.reason)))

/** A protobuf duration, `38.2s`. */
export function retryDelay(answer: Pick<FailedAnswer, 'error' | 'now'>): number | null {
  const delay = details(answer).find((entry) => typeof entry.retryDelay === 'string')?.retryDelay
  return typeof delay === 'string' ? parseResetTime(delay, answer.now) : null
}

const delayed = (answer: FailedAnswer): number | null => retryDelay(answer) ?? announcedEnd(answer)

function refused(code: number, status: string, message: string, more: object[] = []) {
  return [{ error: { code, message, status, ...(more.length === 0 ? {} : { details: more }) } }]
}
const EXCEEDED =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.'
const quota = (quotaId: string, quotaValue = '50') => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaId, quotaValue }],
})
const delay = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '38.2s' }
const info = (reason: string) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
})

/** Limits are per project; days end at midnight in California. */
export const geminiFailures: ServiceFailures = {
  id: 'gemini',
  label: 'Google Gemini',
  providers: ['gemini'],
  rows: [
    {
      id: 'gemini-no-file',
      status: 403,
      message: /\bCachedContent not found\b|\bpermission to access the File\b/i,
      class: 'bad-request',
      about: 'a file or a cache of the request that does not exist for this key',
      source: 'ai.google.dev/api/caching, ai.google.dev/api/files (2026-11)',
      examples: [
        {
          status: 403,
          body: refused(403, 'PERMISSION_DENIED', 'CachedContent not found (or permission denied)'),
        },
      ],
    },
    {
      id: 'gemini-key-reason',
      when: hasReason(/^API_KEY_|^ACCESS_TOKEN_|^CREDENTIALS_MISSING/),
      class: 'auth-dead',
      about: 'reason `API_KEY_INVALID` and its kin: the key is refused, here or from this address',
      source: GOOGLE,
      examples: [
        {
          status: 400,
          body: refused(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
            info('API_KEY_INVALID'),
          ]),
        },
        {
          status: 403,
          body: refused(403, 'PERMISSION_DENIED', 'Requests from this address are blocked.', [
            info('API_KEY_IP_ADDRESS_BLOCKED'),
          ]),
        },
      ],
    },
    {
      id: 'gemini-key-words',
      status: [400, 403],
      message: /api key not valid|api key expired|api key not found|reported as leaked/i,
      class: 'auth-dead',
      about: 'the key is refused',
      source: 'github.com/googleapis/python-genai/issues/1764 (2026-11)',
      examples: [
        { status: 400, body: refused(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.') },
        {
          status: 403,
          body: refused(
            403,
            'PERMISSION_DENIED',
            'Your API key was reported as leaked. Please use another API key.',
          ),
        },
      ],
    },
    {
      id: 'gemini-billing-reason',
      when: hasReason(/^BILLING_|BILLING_DISABLED|BILLING_NOT/),
      class: 'quota-hard',
      about: 'billing is off for the project',
      source: GOOGLE,
      examples: [
        {
          status: 403,
          body: refused(403, 'PERMISSION_DENIED', 'This API method requires billing to be enabled.', [
            info('BILLING_DISABLED'),
          ]),
        },
      ],
    },
    {
      id: 'gemini-project-reason',
      when: hasReason(
        /^(?:SERVICE_DISABLED|CONSUMER_(?:SUSPENDED|INVALID)|USER_PROJECT_DENIED|LOCATION_TAX_POLICY_VIOLATED)$/,
      ),
      class: 'auth-dead',
      about: 'the project is suspended, or has not switched this API on',
      source: GOOGLE,
      examples: [
        {
          status: 403,
          body: refused(
            403,
            'PERMISSION_DENIED',
            'Generative Language API has not been used in project 1 before or it is disabled.',
            [info('SERVICE_DISABLED')],
          ),
        },
        {
          status: 403,
          body: refused(
            403,
            'PERMISSION_DENIED',
            "Permission denied: Consumer 'api_key:AIza' has been suspended.",
            [info('CONSUMER_SUSPENDED')],
          ),
        },
      ],
    },
    {
      id: 'gemini-prepayment',
      status: [402, 429],
      message: /prepa(id|yment)|spend(ing)? cap/i,
      class: 'quota-hard',
      about: 'the prepayment is spent, or a spending cap is reached',
      source: LIMITS,
      examples: [
        {
          status: 429,
          body: refused(
            429,
            'RESOURCE_EXHAUSTED',
            'Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.',
          ),
        },
      ],
    },
    {
      id: 'gemini-not-in-tier',
      status: 429,
      message: /\blimit: 0\b/,
      class: 'model-unavailable',
      about: 'the tier of this project has no requests for the model',
      source: 'github.com/google-gemini/api-examples/issues/98 (2026-03)',
      examples: [
        {
          status: 429,
          body: refused(
            429,
            'RESOURCE_EXHAUSTED',
            `${EXCEEDED}\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: gemini-3-pro`,
            [quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '0'), delay],
          ),
        },
      ],
    },
    {
      id: 'gemini-day',
      when: (answer) =>
        quotaIds(answer).some((id) => id.includes('PerDay')) ||
        /\bquota metric\b.*\bper day\b|\bexhausted your daily quota\b/i.test(answer.message),
      class: 'quota-window',
      scope: 'model',
      // A retryDelay also accompanies the day's violation, and misleads.
      until: (answer) => calendarWindow('day', 'America/Los_Angeles', answer.now).end,
      about: 'a quota of a day, until midnight in California',
      source: LIMITS,
      examples: [
        {
          status: 429,
          body: refused(429, 'RESOURCE_EXHAUSTED', EXCEEDED, [
            quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
            delay,
          ]),
          ends: '2026-11-26T08:00:00.000Z',
        },
      ],
    },
    {
      id: 'gemini-no-capacity',
      code: 'RESOURCE_EXHAUSTED',
      message: /^No capacity available for model\b|\btemporarily out of capacity\b/i,
      class: 'overloaded',
      about: 'the servers of the model are full; no quota of the account is used up',
      source: 'github.com/google-gemini/gemini-cli/issues/26633 (2026-05)',
      examples: [
        { status: 429, body: refused(429, 'RESOURCE_EXHAUSTED', 'No capacity available for model x') },
        {
          status: 429,
          body: refused(
            429,
            'RESOURCE_EXHAUSTED',
            'Unable to submit request because the service is temporarily out of capacity. Try again later.',
          ),
        },
      ],
    },
    {
      id: 'gemini-minute',
      code: 'RESOURCE_EXHAUSTED',
      class: 'rate-short',
      until: delayed,
      about: 'a quota of a minute, until its `retryDelay`',
      source: LIMITS,
      examples: [
        {
          status: 429,
          body: refused(429, 'RESOURCE_EXHAUSTED', EXCEEDED, [
            quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '10'),
            delay,
          ]),
          ends: '2026-11-25T10:00:38.200Z',
        },
        {
          status: 429,
          body: refused(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'),
        },
      ],
    },
    {
      id: 'gemini-429',
      status: 429,
      isOwn: 'later',
      isWeak: true,
      class: 'rate-short',
      until: delayed,
      about: 'the same',
      source: LIMITS,
      examples: [{ status: 429, body: [{ error: { code: 429, message: 'No.' } }] }],
    },
    {
      id: 'gemini-exceeded-words',
      status: 429,
      message: /ai\.google\.dev\/gemini-api\/docs\/rate-limits/,
      class: 'rate-short',
      until: delayed,
      about: 'its words for a rate, which others use for no money',
      source: 'github.com/agent0ai/agent-zero/issues/403 (2025-05)',
      examples: [
        {
          status: 429,
          body: {
            error: { message: `${EXCEEDED} Please retry in 44s.`, type: 'RateLimitError', code: '429' },
          },
          ends: '2026-11-25T10:00:44.000Z',
        },
      ],
    },
    {
      id: 'gemini-busy',
      code: ['UNAVAILABLE', 'INTERNAL', 'DEADLINE_EXCEEDED', 'ABORTED'],
      class: 'overloaded',
      about: 'too much load at the service',
      source: TROUBLE,
      examples: [
        {
          status: 503,
          body: refused(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
        },
        { status: 500, body: refused(500, 'INTERNAL', 'An internal error has occurred.') },
      ],
    },
  ],
  bodies: [
    {
      status: 400,
      body: refused(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
      class: 'auth-dead',
      source: 'github.com/google-gemini/gemini-cli/issues/24641 (2026-11)',
    },
    {
      status: 400,
      body: refused(
        400,
        'FAILED_PRECONDITION',
        'Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio.',
      ),
      class: 'auth-dead',
      source: TROUBLE,
    },
    {
      status: 404,
      body: refused(
        404,
        'NOT_FOUND',
        'models/gemini-1.0-pro is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models.',
      ),
      class: 'model-unavailable',
      source: TROUBLE,
    },
    {
      status: 400,
      body: refused(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      ),
      class: 'bad-request',
      source: TROUBLE,
    },
    {
      status: 400,
      body: refused(
        400,
        'INVALID_ARGUMENT',
        'Invalid JSON payload received. Unknown name "quota" at \'tools[0]\': Cannot find field.',
      ),
      class: 'bad-request',
      source: TROUBLE,
    },
    {
      status: 403,
      body: refused(403, 'PERMISSION_DENIED', 'Your project has been denied access. Please contact support.'),
      class: 'auth-dead',
      source: TROUBLE,
    },
  ],
}
