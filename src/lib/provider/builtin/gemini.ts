import { calendarWindow } from '../../quota/zone.ts'
import { defineProvider } from '../define-provider.ts'
import { servesFamilies } from '../model-families.ts'
import { announcedEnd, type FailedAnswer, type OutcomeRow } from '../outcome-table.ts'
import { isObject, type JsonObject } from '../read-error.ts'
import { parseResetTime } from '../reset-time.ts'

/** https://ai.google.dev/gemini-api/docs/rate-limits. Limits are per project; days end at midnight in California. */
export const geminiOutcomes: readonly OutcomeRow[] = [
  { when: (answer) => reasons(answer).includes('API_KEY_INVALID'), class: 'auth-dead' },
  { status: 400, message: /api key not valid|api key expired/i, class: 'auth-dead' },
  { status: [402, 429], message: /prepa(id|yment)/i, class: 'quota-hard' },
  // A retryDelay stands beside the day's violation too, and misleads.
  {
    when: (answer) => quotaIds(answer).some((id) => id.includes('PerDay')),
    class: 'quota-window',
    scope: 'model',
    until: (answer) => calendarWindow('day', 'America/Los_Angeles', answer.now).end,
  },
  { status: 429, class: 'rate-short', until: (answer) => retryDelay(answer) ?? announcedEnd(answer) },
  {
    code: 'RESOURCE_EXHAUSTED',
    class: 'rate-short',
    until: (answer) => retryDelay(answer) ?? announcedEnd(answer),
  },
  { code: ['UNAVAILABLE', 'INTERNAL', 'DEADLINE_EXCEEDED'], class: 'overloaded' },
]

/** `google.rpc` messages beside the error: QuotaFailure, RetryInfo, ErrorInfo. */
function details(answer: FailedAnswer): JsonObject[] {
  const list = answer.error.details
  return Array.isArray(list) ? list.filter(isObject) : []
}

function quotaIds(answer: FailedAnswer): string[] {
  return details(answer)
    .flatMap((entry) => (Array.isArray(entry.violations) ? (entry.violations as unknown[]) : []))
    .filter(isObject)
    .map((violation) => String(violation.quotaId))
}

function reasons(answer: FailedAnswer): string[] {
  return details(answer).map((entry) => String(entry.reason))
}

/** A protobuf duration, `38.2s`. */
function retryDelay(answer: FailedAnswer): number | null {
  const delay = details(answer).find((entry) => typeof entry.retryDelay === 'string')?.retryDelay
  return typeof delay === 'string' ? parseResetTime(delay, answer.now) : null
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
  serves: servesFamilies(['gemini']),
})
