import { groqFailures } from '../../failures/hosts/groq.ts'
import { defineProvider } from '../../define-provider.ts'
import { findFamily } from '../../model-families.ts'
import { OBSERVED, type LearnedLimit } from '../../limits/learned-limit.ts'
import { limitsInHeaders, namesIn, type LimitHeaders } from '../../limits/limit-headers.ts'
import { limitInWords } from '../../limits/limit-words.ts'
import type { HeaderLookup } from '../../provider.ts'

/**
 * Requests count per day, tokens per minute; no header reports other windows. Both return gradually: the documented
 * example resets 30 used of 14,400 in three minutes. Tokens from a cache do not count there.
 */
const limitHeaders: readonly LimitHeaders[] = [
  {
    metric: 'requests',
    window: 'day@refill',
    scope: 'model',
    limit: 'x-ratelimit-limit-requests',
    remaining: 'x-ratelimit-remaining-requests',
    reset: 'x-ratelimit-reset-requests',
    refillsGradually: true,
    refillsIn: ['day', 'minute'],
  },
  {
    metric: 'tokens',
    window: OBSERVED,
    scope: 'model',
    limit: 'x-ratelimit-limit-tokens',
    remaining: 'x-ratelimit-remaining-tokens',
    reset: 'x-ratelimit-reset-tokens',
    refillsGradually: true,
  },
]

function limitsFrom(header: HeaderLookup, now: number, error?: unknown): LearnedLimit[] {
  const found = limitsInHeaders(limitHeaders, header, now)
  const said = error === undefined ? null : limitInWords(error, now, ['tokens', 'input-tokens'])
  return said === null ? found : [...found, said]
}

/** Open weights, mostly named `maker/model`; never the closed families. */
function serves(model: string): boolean | null {
  if (model.startsWith('groq/')) return true
  const family = findFamily(model)
  const closed = family !== null && ['gpt', 'claude', 'gemini', 'grok', 'sandbox'].includes(family)
  // The one exception has its maker's plain name.
  return closed && !model.startsWith('whisper-') ? false : null
}

export const groq = defineProvider({
  id: 'groq',
  label: 'Groq',
  keysUrl: 'https://console.groq.com/keys',
  keyVariables: ['GROQ_API_KEY'],
  keyPattern: /^gsk_\w{16,}$/,
  endpoints: [{ id: 'global', label: 'Groq', openai: 'https://api.groq.com/openai/v1' }],
  outcomes: groqFailures.rows,
  routes: {
    'chat/completions': true,
    responses: true,
    'audio/transcriptions': true,
    'audio/translations': true,
    completions: false,
    embeddings: false,
    'images/*': false,
  },
  limitHeaders: namesIn(limitHeaders),
  limitsFrom,
  countsTogether: 'all keys of one organisation',
  serves,
})
