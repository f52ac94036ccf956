/** US dollars per million tokens. */
export interface Price {
  input: number
  output: number
  /** A request with more input tokens has no known price. */
  mostInputTokens?: number
}

export interface PriceRow extends Price {
  provider: string
  /** Model names as requests spell them; other names have no known price. */
  models: readonly string[]
  /** When the source listed the price, `YYYY-MM-DD`. */
  asOf: string
  source: string
}

const OPENAI = 'https://developers.openai.com/api/docs/pricing'
const ANTHROPIC = 'https://platform.claude.com/docs/en/about-claude/pricing'
const GEMINI = 'https://ai.google.dev/gemini-api/docs/pricing'
const GROQ = 'https://groq.com/pricing'

/** When most prices were last compared. */
const AS_OF = '2025-12-15'
/** Above this many input tokens another price may apply, so the price is unknown. */
const SHORT_PROMPTS = 200_000

/**
 * List prices in US dollars per million tokens, at the providers' own addresses. Prices by hour,
 * region or plan are left out: a request does not show these. An unknown price is better than a wrong one.
 */
export const priceTable: readonly PriceRow[] = [
  openai(['gpt-5.2', 'gpt-5.2-2025-12-11'], 1.75, 14),
  openai(['gpt-5.1', 'gpt-5.1-2025-11-13', 'gpt-5.1-codex'], 1.25, 10),
  openai(['gpt-5', 'gpt-5-2025-08-07', 'gpt-5-codex'], 1.25, 10),
  openai(['gpt-5-mini', 'gpt-5-mini-2025-08-07', 'gpt-5.1-codex-mini'], 0.25, 2),
  openai(['gpt-5-nano', 'gpt-5-nano-2025-08-07'], 0.05, 0.4),
  openai(['gpt-4.1', 'gpt-4.1-2025-04-14'], 2, 8),
  openai(['gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14'], 0.4, 1.6),
  openai(['gpt-4.1-nano', 'gpt-4.1-nano-2025-04-14'], 0.1, 0.4),
  openai(['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'], 2.5, 10),
  openai(['gpt-4o-2024-05-13'], 5, 15),
  openai(['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'], 0.15, 0.6),
  openai(['o3', 'o3-2025-04-16'], 2, 8),
  openai(['o4-mini', 'o4-mini-2025-04-16', 'o3-mini', 'o3-mini-2025-01-31'], 1.1, 4.4),
  openai(['gpt-3.5-turbo'], 0.5, 1.5),
  openai(['text-embedding-3-small'], 0.02, 0),
  openai(['text-embedding-3-large'], 0.13, 0),
  anthropic(['claude-opus-4-6'], 5, 25, '2026-09-01'),
  anthropic(['claude-opus-4-5', 'claude-opus-4-5-20251101'], 5, 25),
  anthropic(['claude-opus-4-1', 'claude-opus-4-1-20250805'], 15, 75),
  anthropic(['claude-opus-4-0', 'claude-opus-4-20250514'], 15, 75),
  anthropic(['claude-sonnet-4-6'], 3, 15, '2026-09-01'),
  anthropic(['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'], 3, 15),
  anthropic(['claude-sonnet-4-0', 'claude-sonnet-4-20250514', 'claude-3-7-sonnet-20250219'], 3, 15),
  anthropic(['claude-haiku-4-5', 'claude-haiku-4-5-20251001'], 1, 5),
  anthropic(['claude-3-5-haiku-latest', 'claude-3-5-haiku-20241022'], 0.8, 4),
  anthropic(['claude-3-haiku-20240307'], 0.25, 1.25),
  of('gemini', ['gemini-2.5-pro'], { input: 1.25, output: 10, mostInputTokens: SHORT_PROMPTS }, GEMINI),
  of('gemini', ['gemini-2.5-flash'], { input: 0.3, output: 2.5 }, GEMINI),
  of('gemini', ['gemini-2.5-flash-lite'], { input: 0.1, output: 0.4 }, GEMINI),
  of('groq', ['llama-3.3-70b-versatile'], { input: 0.59, output: 0.79 }, GROQ),
  of('groq', ['llama-3.1-8b-instant'], { input: 0.05, output: 0.08 }, GROQ),
]

function openai(models: readonly string[], input: number, output: number): PriceRow {
  return of('openai', models, { input, output }, OPENAI)
}

function anthropic(models: readonly string[], input: number, output: number, asOf = AS_OF): PriceRow {
  return { ...of('anthropic', models, { input, output, mostInputTokens: SHORT_PROMPTS }, ANTHROPIC), asOf }
}

function of(provider: string, models: readonly string[], price: Price, source: string): PriceRow {
  return { provider, models, ...price, asOf: AS_OF, source }
}
