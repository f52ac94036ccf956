import { QwenctlError } from '../../base/errors.ts'
import { isRecord } from '../../base/is-record.ts'
import { tryParseJson } from '../../base/text/try-parse-json.ts'
import type { Price, PriceRow } from '../../quota/prices/price-row.ts'
import type { PriceTable } from '../../quota/prices/price-table.ts'
import { lookUp } from '../../base/text/look-up.ts'

/** The providers of LiteLLM's price list, by its names. */
const LITELLM_PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'gemini',
  groq: 'groq',
  mistral: 'mistral',
  deepseek: 'deepseek',
  xai: 'xai',
  cerebras: 'cerebras',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  moonshot: 'moonshot',
  minimax: 'minimax',
  cohere_chat: 'cohere',
  azure: 'azure',
  zai: 'zai',
  dashscope: 'qwen',
}

/**
 * Reads the text of a price file: a table as `prices show --json` prints it, or the list of LiteLLM
 * (`model_prices_and_context_window.json`). Throws `invalid_value` for any other text.
 */
export function parsePriceFile(text: string, { day, name }: { day: string; name: string }): PriceTable {
  const data = tryParseJson(text.replace(/^\uFEFF/, ''))
  if (!isRecord(data)) throw refused(name, 'is not a JSON object')
  const rows = Array.isArray(data.prices) ? tableRows(data.prices, name) : litellmRows(data)
  if (rows.length === 0) throw refused(name, 'names no price that qwenctl knows')
  return {
    asOf: typeof data.asOf === 'string' ? data.asOf : day,
    source: typeof data.source === 'string' ? data.source : name,
    rows,
  }
}

function tableRows(prices: readonly unknown[], name: string): PriceRow[] {
  return prices.map((row, index) => {
    if (!isRecord(row) || typeof row.provider !== 'string' || !isNames(row.models))
      throw refused(name, `has no provider and models at prices[${index}]`)
    const price = readPrice(row)
    if (price === null) throw refused(name, `has no price at prices[${index}]`)
    const prefixes = isNames(row.prefixes) && row.prefixes.length > 0 ? { prefixes: row.prefixes } : {}
    return { provider: row.provider, models: row.models, ...prefixes, ...price }
  })
}

const parts = ['cacheRead', 'cacheWrite', 'cacheWriteHour', 'audioInput', 'audioOutput', 'webSearch'] as const

/** Null: it is not a price. */
function readPrice(row: Record<string, unknown>): Price | null {
  const { input, output, long } = row
  if (!isAmount(input) || !isAmount(output)) return null
  const price: Price = { input, output }
  for (const part of parts) if (isAmount(row[part])) price[part] = row[part]
  if (!isRecord(long) || !isAmount(long.above)) return price
  const longPrice = readPrice({ ...long, long: undefined })
  return longPrice === null ? price : { ...price, long: { above: long.above, ...longPrice } }
}

/** Prices there are for one token. */
function litellmRows(data: Record<string, unknown>): PriceRow[] {
  return Object.entries(data).flatMap(([name, row]) => {
    if (!isRecord(row) || typeof row.litellm_provider !== 'string') return []
    const provider = lookUp(LITELLM_PROVIDERS, row.litellm_provider)
    const input = perMillion(row.input_cost_per_token)
    const output = perMillion(row.output_cost_per_token)
    if (provider === undefined || input === null || output === null) return []
    const price: Price = { input, output }
    const cacheRead = perMillion(row.cache_read_input_token_cost)
    if (cacheRead !== null) price.cacheRead = cacheRead
    const cacheWrite = perMillion(row.cache_creation_input_token_cost)
    if (cacheWrite !== null) price.cacheWrite = cacheWrite
    const cacheWriteHour = perMillion(row.cache_creation_input_token_cost_above_1hr)
    if (cacheWriteHour !== null) price.cacheWriteHour = cacheWriteHour
    const model = name.startsWith(`${row.litellm_provider}/`)
      ? name.slice(row.litellm_provider.length + 1)
      : name
    return [{ provider, models: [model], ...price }]
  })
}

function perMillion(value: unknown): number | null {
  return isAmount(value) ? Number((value * 1e6).toPrecision(12)) : null
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 1e6
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

function refused(name: string, what: string): QwenctlError {
  return new QwenctlError('invalid_value', `${name} ${what}`, {
    hint: 'give the output of qwenctl prices show --json, or model_prices_and_context_window.json of LiteLLM',
  })
}
