import { calendarWindow } from '../../quota/zone.ts'
import { defineProvider } from '../define-provider.ts'
import { servesFamilies } from '../model-families.ts'
import { OBSERVED, type LearnedLimit } from '../learned-limit.ts'
import { announcedEnd, type FailedAnswer, type OutcomeRow } from '../outcome-table.ts'
import type { HeaderLookup } from '../provider.ts'
import { isObject, readError, type JsonObject } from '../read-error.ts'
import { parseResetTime } from '../reset-time.ts'

/** https://ai.google.dev/gemini-api/docs/rate-limits. Limits are per project; days end at midnight in California. */
export const geminiOutcomes: readonly OutcomeRow[] = [
  {
    when: (answer) => reasons(answer).includes('API_KEY_INVALID'),
    class: 'auth-dead',
    about: 'reason `API_KEY_INVALID`',
  },
  {
    status: 400,
    message: /api key not valid|api key expired/i,
    class: 'auth-dead',
    about: 'the key is refused',
  },
  { status: [402, 429], message: /prepa(id|yment)/i, class: 'quota-hard', about: 'the prepayment is spent' },
  // A retryDelay stands beside the day's violation too, and misleads.
  {
    when: (answer) => quotaIds(answer).some((id) => id.includes('PerDay')),
    class: 'quota-window',
    scope: 'model',
    until: (answer) => calendarWindow('day', 'America/Los_Angeles', answer.now).end,
    about: 'a quota of a day, until midnight in California',
  },
  {
    status: 429,
    class: 'rate-short',
    until: (answer) => retryDelay(answer) ?? announcedEnd(answer),
    about: 'a quota of a minute, until its `retryDelay`',
  },
  {
    code: 'RESOURCE_EXHAUSTED',
    class: 'rate-short',
    until: (answer) => retryDelay(answer) ?? announcedEnd(answer),
    about: 'the same',
  },
  {
    code: ['UNAVAILABLE', 'INTERNAL', 'DEADLINE_EXCEEDED'],
    class: 'overloaded',
    about: 'too much load at the service',
  },
]

/** `google.rpc` messages beside the error: QuotaFailure, RetryInfo, ErrorInfo. */
function details(answer: Pick<FailedAnswer, 'error'>): JsonObject[] {
  const list = answer.error.details
  return Array.isArray(list) ? list.filter(isObject) : []
}

function violations(answer: Pick<FailedAnswer, 'error'>): JsonObject[] {
  return details(answer)
    .flatMap((entry) => (Array.isArray(entry.violations) ? (entry.violations as unknown[]) : []))
    .filter(isObject)
}

function quotaIds(answer: FailedAnswer): string[] {
  return violations(answer).map((violation) => String(violation.quotaId))
}

function reasons(answer: FailedAnswer): string[] {
  return details(answer).map((entry) => String(entry.reason))
}

/** A protobuf duration, `38.2s`. */
function retryDelay(answer: Pick<FailedAnswer, 'error' | 'now'>): number | null {
  const delay = details(answer).find((entry) => typeof entry.retryDelay === 'string')?.retryDelay
  return typeof delay === 'string' ? parseResetTime(delay, answer.now) : null
}

/** No header tells of limits; the details of an exhausted quota do, with the quota's size in `quotaValue`. */
function limitsFrom(_header: HeaderLookup, now: number, error?: unknown): LearnedLimit[] {
  if (error === undefined) return []
  const { error: said } = readError({ status: 429, header: () => undefined, body: error, text: '', now })
  return violations({ error: said }).map((violation) =>
    quotaLimit(violation, retryDelay({ error: said, now }), now),
  )
}

function quotaLimit(violation: JsonObject, retryAt: number | null, now: number): LearnedLimit {
  const id = String(violation.quotaId)
  const isOfDay = id.includes('PerDay')
  const value = Number(violation.quotaValue ?? Number.NaN)
  return {
    metric: /InputToken/i.test(id) ? 'input-tokens' : /Requests/i.test(id) ? 'requests' : null,
    window: isOfDay ? 'day@America/Los_Angeles' : id.includes('PerMinute') ? 'minute' : OBSERVED,
    max: Number.isSafeInteger(value) && value >= 0 ? value : null,
    remaining: 0,
    resetsAt: isOfDay ? calendarWindow('day', 'America/Los_Angeles', now).end : retryAt,
    scope: id.includes('PerModel') ? 'model' : 'account',
    from: 'quotaValue of an error',
  }
}

export const gemini = defineProvider({
  id: 'gemini',
  label: 'Google Gemini',
  keysUrl: 'https://aistudio.google.com/apikey',
  keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  endpoints: [
    { id: 'global', label: 'Gemini', openai: 'https://generativelanguage.googleapis.com/v1beta/openai' },
  ],
  outcomes: geminiOutcomes,
  routes: { 'chat/completions': true, embeddings: true, 'images/generations': true },
  limitHeaders: [],
  limitsFrom,
  countsTogether: 'all keys of one project',
  serves: servesFamilies(['gemini']),
})
