import { defineProvider } from '../define-provider.ts'
import { servesFamilies } from '../model-families.ts'
import { announcedEnd, type FailedAnswer, type OutcomeRow } from '../outcome-table.ts'
import { parseResetTime } from '../reset-time.ts'

/**
 * https://platform.openai.com/docs/guides/error-codes. The code decides: the type is `insufficient_quota` for every
 * reason to do with money.
 */
export const openaiOutcomes: readonly OutcomeRow[] = [
  // No money, or a budget somebody set: spend limits return monthly, but no answer says when.
  {
    code: [
      'insufficient_quota',
      'credit_balance_exhausted',
      'organization_usage_limit_exceeded',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'billing_hard_limit_reached',
    ],
    class: 'quota-hard',
    about: 'no money, or a budget that is spent',
  },
  { type: 'insufficient_quota', class: 'quota-hard', about: 'the same' },
  // A plan's window (ChatGPT and Codex tokens).
  {
    code: 'usage_limit_reached',
    class: 'quota-window',
    until: planReset,
    about: 'a window of a plan is used up',
  },
  { type: 'usage_limit_reached', class: 'quota-window', until: planReset, about: 'the same' },
  {
    code: /^refresh_token_(expired|reused|invalidated)$/,
    class: 'auth-dead',
    about: 'the login has ended',
  },
  {
    code: ['rate_limit_exceeded', 'slow_down'],
    class: 'rate-short',
    until: windowReset,
    about: 'requests or tokens per minute or day',
  },
  { status: 429, class: 'rate-short', until: windowReset, about: 'the same' },
  { code: 'server_is_overloaded', class: 'overloaded', about: 'too much load at the service' },
]

/** `resets_at` in epoch seconds, `resets_in_seconds` beside it. */
function planReset(answer: FailedAnswer): number | null {
  const { resets_at: at, resets_in_seconds: seconds } = answer.error
  if (typeof at === 'number') return parseResetTime(at, answer.now)
  if (typeof seconds === 'number') return parseResetTime(seconds, answer.now)
  return announcedEnd(answer)
}

/** Where no wait is named: the reset of the window that is used up. The header of a window with room left says nothing. */
function windowReset(answer: FailedAnswer): number | null {
  const announced = announcedEnd(answer)
  if (announced !== null) return announced
  const resets = ['requests', 'tokens']
    .filter((unit) => answer.header(`x-ratelimit-remaining-${unit}`)?.trim() === '0')
    .map((unit) => parseResetTime(answer.header(`x-ratelimit-reset-${unit}`), answer.now))
    .filter((at) => at !== null)
  return resets.length === 0 ? null : Math.max(...resets)
}

export const openai = defineProvider({
  id: 'openai',
  label: 'OpenAI',
  keysUrl: 'https://platform.openai.com/api-keys',
  keyVariables: ['OPENAI_API_KEY'],
  keyPattern: /^sk-(?!sp-|or-|ant-)[\w-]{16,}$/,
  endpoints: [{ id: 'global', label: 'OpenAI', openai: 'https://api.openai.com/v1' }],
  outcomes: openaiOutcomes,
  routes: {
    'chat/completions': true,
    completions: true,
    embeddings: true,
    responses: true,
    'images/*': true,
    'audio/*': true,
  },
  countsTogether: 'all keys of one organisation; spend limits also by project',
  serves: servesFamilies(['gpt']),
})
