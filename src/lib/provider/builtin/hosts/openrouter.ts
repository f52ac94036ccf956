import { isRecord } from '../../../base/is-record.ts'
import { openrouterFailures } from '../../failures/hosts/openrouter.ts'
import { readRouterMetadata } from '../../failures/hosts/openrouter-upstream.ts'
import { countsFailures, defineProvider } from '../../define-provider.ts'
import { findFamily } from '../../model-families.ts'
import { OBSERVED, type LearnedLimit } from '../../limits/learned-limit.ts'
import { limitsInHeaders, namesIn, type LimitHeaders } from '../../limits/limit-headers.ts'
import type { HeaderLookup } from '../../provider.ts'
import { openrouterPlan } from '../../plans/balances.ts'
import { readError } from '../../failures/read-error.ts'
import { readUsageWithCost } from '../../usage/usage.ts'

/**
 * Only a 429 has these headers, in its head or copied into the metadata. Only its message names the window: free
 * models of a day (UTC) or of a minute.
 */
const limitHeaders: readonly LimitHeaders[] = [
  {
    metric: 'requests',
    window: OBSERVED,
    scope: 'model',
    limit: 'x-ratelimit-limit',
    remaining: 'x-ratelimit-remaining',
    reset: 'x-ratelimit-reset',
  },
]

function limitsFrom(header: HeaderLookup, now: number, body?: unknown): LearnedLimit[] {
  const { error, message } = readError({ status: 429, header, body, text: '', now })
  const window = /free-models-per-day/i.test(message)
    ? 'day'
    : /free-models-per-min/i.test(message)
      ? 'minute'
      : OBSERVED
  return limitsInHeaders(limitHeaders, copied(readRouterMetadata({ error }).headers) ?? header, now).map(
    (limit) => ({
      ...limit,
      window,
    }),
  )
}

/** The metadata's copy of the headers, with capitals in their names. */
function copied(headers: unknown): HeaderLookup | null {
  if (!isRecord(headers)) return null
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return (name) => {
    const value = byName.get(name)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
}

/** OpenRouter's models are named `maker/model`; a maker's bare name is not one of them. */
function serves(model: string): boolean | null {
  if (model.startsWith('accounts/')) return false
  const [maker, name] = model.split('/')
  if (name === undefined) return findFamily(model) === null ? null : false
  return maker === 'openrouter' || name.includes(':free') || findFamily(name) !== null ? true : null
}

/**
 * A single account for models of many makers. Free models: 20/minute, and 50 or 1000 a day by credits bought; per
 * account.
 */
export const openrouter = defineProvider({
  id: 'openrouter',
  label: 'OpenRouter',
  keysUrl: 'https://openrouter.ai/settings/keys',
  keyVariables: ['OPENROUTER_API_KEY'],
  keyPattern: /^sk-or-[\w-]{16,}$/,
  endpoints: [{ id: 'global', label: 'OpenRouter', openai: 'https://openrouter.ai/api/v1' }],
  outcomes: openrouterFailures.rows,
  // Failed attempts with free models count toward the daily quota (openrouter.ai/docs/faq and
  // /docs/api/reference/limits, as quoted in 2026-06; looked up 2026-11-29).
  counts: countsFailures,
  usage: readUsageWithCost,
  reportsCost: true,
  plan: openrouterPlan,
  routes: { 'chat/completions': true, completions: true, responses: true },
  limitHeaders: namesIn(limitHeaders),
  limitsFrom,
  countsTogether: 'all keys of one account',
  serves,
  // `/models` answers without a key; `/key` does not.
  check: { dialect: 'openai', path: '/key' },
  terms:
    'Limits hold per account: further keys or accounts do not raise them. Spread free use over models instead of keys.',
})
