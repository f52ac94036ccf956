import { openaiUsage } from '../../plans/admin-usage.ts'
import { openaiFailures } from '../../failures/makers/openai.ts'
import { defineProvider } from '../../define-provider.ts'
import type { LearnedLimit } from '../../limits/learned-limit.ts'
import {
  limitsInHeaders,
  namesIn,
  openaiLimitHeaders,
  type LimitHeaders,
} from '../../limits/limit-headers.ts'
import { limitInWords } from '../../limits/limit-words.ts'
import type { HeaderLookup } from '../../provider.ts'
import { servesFamilies } from '../../model-families.ts'

/** Requests of a minute or a day. Tokens count there by an estimate of the answer: those are only observed. */
const limitHeaders: readonly LimitHeaders[] = openaiLimitHeaders.map((row) =>
  row.metric === 'requests' ? { ...row, refillsIn: ['minute', 'day'] } : row,
)

function limitsFrom(header: HeaderLookup, now: number, error?: unknown): LearnedLimit[] {
  const found = limitsInHeaders(limitHeaders, header, now)
  const said = error === undefined ? null : limitInWords(error, now)
  return said === null ? found : [...found, said]
}

export const openai = defineProvider({
  id: 'openai',
  label: 'OpenAI',
  keysUrl: 'https://platform.openai.com/api-keys',
  keyVariables: ['OPENAI_API_KEY'],
  keyPattern: /^sk-(?!sp-|or-|ant-)[\w-]{16,}$/,
  endpoints: [{ id: 'global', label: 'OpenAI', openai: 'https://api.openai.com/v1' }],
  plan: openaiUsage,
  outcomes: openaiFailures.rows,
  routes: {
    'chat/completions': true,
    completions: true,
    embeddings: true,
    responses: true,
    'images/*': true,
    'audio/*': true,
  },
  limitHeaders: namesIn(limitHeaders),
  limitsFrom,
  countsTogether: 'all keys of one organisation; spend limits also by project',
  serves: servesFamilies(['gpt']),
})
