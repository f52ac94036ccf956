import { geminiFailures, retryDelay, listViolations } from '../../failures/makers/gemini.ts'
import { calendarWindow } from '../../../quota/zone.ts'
import { countsByDefault, countsFailures, defineProvider } from '../../define-provider.ts'
import { servesFamilies } from '../../model-families.ts'
import { OBSERVED, type LearnedLimit } from '../../limits/learned-limit.ts'
import type { HeaderLookup } from '../../provider.ts'
import { readError, type JsonObject } from '../../failures/read-error.ts'

/** No header reports limits; the details of an exhausted quota do, with the quota's size in `quotaValue`. */
function limitsFrom(_header: HeaderLookup, now: number, error?: unknown): LearnedLimit[] {
  if (error === undefined) return []
  const { error: said } = readError({ status: 429, header: () => undefined, body: error, text: '', now })
  return listViolations({ error: said }).map((violation) =>
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
    {
      id: 'global',
      label: 'Gemini',
      openai: 'https://generativelanguage.googleapis.com/v1beta/openai',
      gemini: 'https://generativelanguage.googleapis.com/v1beta',
    },
  ],
  outcomes: geminiFailures.rows,
  // A request that fails with 400 or 500 counts against the quota (ai.google.dev/gemini-api/docs/billing, page of
  // 2026-09-20). Of a 429 that page says nothing.
  counts: (outcome) => (outcome === 'overloaded' ? countsFailures(outcome) : countsByDefault(outcome)),
  routes: { 'chat/completions': true, embeddings: true, 'images/generations': true },
  limitHeaders: [],
  limitsFrom,
  countsTogether: 'all keys of one project',
  serves: servesFamilies(['gemini']),
})
