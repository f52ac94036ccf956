import { isRecord } from '../../../base/is-record.ts'
import { calendarWindow } from '../../../quota/zone.ts'
import { announcedEnd, type FailedAnswer } from '../outcome-row.ts'
import { parseResetTime } from '../../limits/reset-time.ts'
import type { ServiceFailures } from '../failure-row.ts'
import { DOCS, readRouterMetadata, openrouterUpstreamRows, said } from './openrouter-upstream.ts'

const LIMITS = 'openrouter.ai/docs/api-reference/limits (2026-11)'

function limitedBy(...sources: string[]): (answer: FailedAnswer) => boolean {
  return (answer) => sources.includes(String(readRouterMetadata(answer).limit_source))
}

function mentions(word: string): (answer: FailedAnswer) => boolean {
  return (answer) => JSON.stringify(answer.error).includes(word)
}

/** `resets_at`, RFC 3339. */
function budgetReset(answer: FailedAnswer): number | null {
  const at = readRouterMetadata(answer).resets_at
  return typeof at === 'string' ? parseResetTime(at, answer.now) : null
}

/** `X-RateLimit-Reset` in epoch milliseconds, in the metadata's copy of the headers or in the head. */
function windowReset(answer: FailedAnswer): number | null {
  const headers = readRouterMetadata(answer).headers
  const copied = isRecord(headers) ? headers['X-RateLimit-Reset'] : undefined
  const reset =
    typeof copied === 'string' || typeof copied === 'number' ? copied : answer.header('x-ratelimit-reset')
  return announcedEnd(answer) ?? parseResetTime(reset, answer.now)
}

/** "Key limit exceeded (daily limit)": its windows are those of the calendar, UTC. */
function keyLimitReset(answer: FailedAnswer): number | null {
  const unit = /\((daily|weekly|monthly) limit\)/i.exec(answer.message)?.[1]?.toLowerCase()
  const window = unit === 'daily' ? 'day' : unit === 'weekly' ? 'week' : 'month'
  return budgetReset(answer) ?? calendarWindow(window, 'UTC', answer.now).end
}

const budget = { scope: 'key', limit_usd: 5, spend_usd: 5, resets_at: '2026-11-26T00:00:00Z' }

/** The code repeats the status; the metadata gives the reason. */
export const openrouterFailures: ServiceFailures = {
  id: 'openrouter',
  label: 'OpenRouter',
  providers: ['openrouter'],
  rows: [
    {
      id: 'openrouter-too-dear',
      status: 402,
      when: mentions('weight_exceeds_budget'),
      class: 'request-declined',
      about: '`weight_exceeds_budget`: this one request costs more than is left',
      source: DOCS,
      examples: [
        {
          status: 402,
          body: said(402, 'Too dear.', {
            limit_source: 'openrouter_credits',
            reason: 'weight_exceeds_budget',
          }),
        },
      ],
    },
    {
      id: 'openrouter-in-flight',
      status: 402,
      when: limitedBy('openrouter_in_flight_budget'),
      class: 'rate-short',
      scope: 'account',
      about: '`openrouter_in_flight_budget`: too much under way at once',
      source: DOCS,
      examples: [
        {
          status: 402,
          headers: { 'retry-after': '5' },
          body: said(402, 'Wait.', { limit_source: 'openrouter_in_flight_budget' }),
          ends: '2026-11-25T10:00:05.000Z',
        },
      ],
    },
    {
      id: 'openrouter-credits',
      status: 402,
      when: limitedBy('openrouter_credits'),
      class: 'quota-hard',
      about: '`openrouter_credits`: no credit',
      source: DOCS,
      examples: [{ status: 402, body: said(402, 'No.', { limit_source: 'openrouter_credits' }) }],
    },
    {
      id: 'openrouter-key-limit-open',
      // Documented under 402 first and under 403 later.
      status: [402, 403],
      when: (answer) => limitedBy('openrouter_key_limit')(answer) && budgetReset(answer) === null,
      class: 'quota-hard',
      about: '`openrouter_key_limit` without a reset: a person has to raise it',
      source: DOCS,
      examples: [{ status: 403, body: said(403, 'No.', { limit_source: 'openrouter_key_limit' }) }],
    },
    {
      id: 'openrouter-budget',
      status: [402, 403],
      when: limitedBy('openrouter_key_limit', 'openrouter_guardrail_budget', 'openrouter_workspace_budget'),
      class: 'quota-window',
      until: budgetReset,
      about: 'a budget of the key, a guardrail or the workspace, until its `resets_at`',
      source: DOCS,
      examples: [
        {
          status: 403,
          body: said(403, 'No.', { limit_source: 'openrouter_workspace_budget', ...budget }),
          ends: '2026-11-26T00:00:00.000Z',
        },
      ],
    },
    {
      id: 'openrouter-key-limit-window',
      message: /\bkey limit exceeded \((?:daily|weekly|monthly) limit\)/i,
      class: 'quota-window',
      until: keyLimitReset,
      about: 'the spend limit of one key, until its day, week or month ends (UTC)',
      source: 'github.com/openclaw/openclaw/issues/60191 (2026-11)',
      examples: [
        {
          status: 403,
          body: said(
            403,
            'Key limit exceeded (daily limit). Manage it using https://openrouter.ai/settings/keys',
          ),
          ends: '2026-11-26T00:00:00.000Z',
        },
      ],
    },
    {
      id: 'openrouter-key-limit-total',
      message: /\bkey limit exceeded \(total limit\)/i,
      class: 'quota-hard',
      about: 'the spend limit of one key, which has no window',
      source: 'github.com/RooCodeInc/Roo-Code/issues/515 (2026-11)',
      examples: [
        {
          status: 403,
          body: said(
            403,
            'Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys',
          ),
        },
      ],
    },
    {
      id: 'openrouter-flagged',
      status: 403,
      when: (answer) =>
        'reasons' in readRouterMetadata(answer) || 'flagged_input' in readRouterMetadata(answer),
      class: 'bad-request',
      about: 'the input was flagged, and would be with every account',
      source: DOCS,
      examples: [
        {
          status: 403,
          body: said(403, 'openai/gpt-5 requires moderation on OpenAI. Your input was flagged.', {
            reasons: ['violence'],
            flagged_input: 'x',
            provider_name: 'OpenAI',
          }),
        },
      ],
    },
    {
      id: 'openrouter-free-day',
      status: 429,
      message: /free-models-per-day/i,
      class: 'quota-window',
      scope: 'model',
      until: (answer) => windowReset(answer) ?? calendarWindow('day', 'UTC', answer.now).end,
      about: 'free models of a day, until its reset or 00:00 UTC; paid ones continue',
      source: LIMITS,
      examples: [
        {
          status: 429,
          body: said(
            429,
            'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
            {
              headers: {
                'X-RateLimit-Limit': '50',
                'X-RateLimit-Remaining': '0',
                'X-RateLimit-Reset': '1795651200000',
              },
            },
          ),
          ends: '2026-11-26T00:00:00.000Z',
        },
      ],
    },
    {
      id: 'openrouter-free-minute',
      status: 429,
      message: /free-models-per-min/i,
      class: 'rate-short',
      until: windowReset,
      about: 'free models of a minute',
      source: LIMITS,
      examples: [{ status: 429, body: said(429, 'Rate limit exceeded: free-models-per-min') }],
    },
    ...openrouterUpstreamRows,
    {
      id: 'openrouter-429',
      status: 429,
      isOwn: 'later',
      isWeak: true,
      class: 'rate-short',
      until: windowReset,
      about: 'too many requests',
      source: LIMITS,
      examples: [{ status: 429, body: said(429, 'slow') }],
    },
  ],
  bodies: [
    { status: 401, body: said(401, 'No cookie auth credentials found'), class: 'auth-dead', source: DOCS },
    { status: 401, body: said(401, 'User not found.'), class: 'auth-dead', source: DOCS },
    {
      status: 402,
      body: said(402, 'Insufficient credits. Add more using https://openrouter.ai/settings/credits'),
      class: 'quota-hard',
      source: DOCS,
    },
    {
      status: 402,
      body: said(
        402,
        'This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 30104.',
        { provider_name: null },
      ),
      class: 'request-declined',
      source: 'github.com/can1357/oh-my-pi/issues/9569 (2026-08)',
    },
    {
      status: 404,
      body: said(404, 'No allowed providers are available for the selected model.'),
      class: 'model-unavailable',
      source: DOCS,
    },
    {
      status: 503,
      body: said(503, 'There is no available model provider that meets your routing requirements'),
      class: 'model-unavailable',
      source: DOCS,
    },
    {
      status: 200,
      body: {
        id: 'gen-1',
        error: { code: 502, message: 'Provider disconnected' },
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
      },
      class: 'overloaded',
      source: DOCS,
    },
  ],
}
