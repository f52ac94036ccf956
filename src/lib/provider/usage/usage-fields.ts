// The fields of the member `usage`, in the spellings of all services that share its name.

import { isRecord } from '../../base/is-record.ts'
import type { JsonObject } from '../failures/read-error.ts'
import type { Usage } from '../provider.ts'
import { lookUp } from '../../base/text/look-up.ts'

/**
 * Reads a `usage` object; null: it names no count. Sources, read 2026-11-30:
 * - OpenAI: `prompt_tokens` and `input_tokens` include the cache, outputs include reasoning
 *   (platform.openai.com/docs/api-reference/chat/object).
 * - Anthropic: cache reads and writes are beside `input_tokens`, writes by age in `cache_creation`; `iterations` has
 *   the compaction that the top leaves out (platform.claude.com/docs/en/build-with-claude/compaction).
 * - xAI, Gemini's OpenAI base: reasoning is outside of `completion_tokens` and inside of `total_tokens`; xAI names
 *   its price in `cost_in_usd_ticks`, 10^10 a dollar (docs.x.ai/developers/cost-tracking).
 * - DeepSeek: `prompt_cache_hit_tokens` and `prompt_cache_miss_tokens` (api-docs.deepseek.com/guides/kv_cache).
 * - Moonshot: `cached_tokens` at the top. MiniMax, embeddings and rerankers: only `total_tokens`.
 * - DashScope: `prompt_tokens_details.cache_creation_input_tokens` (help.aliyun.com/zh/model-studio/context-cache).
 * - new-api: `claude_cache_creation_5_m_tokens`, and the other dialect's names as 0 (QuantumNous/new-api dto).
 * - Perplexity's research: `citation_tokens` cost as input does, `reasoning_tokens` are outside of the completion
 *   (openrouter.ai/perplexity/sonar-deep-research, github.com/braintrustdata/braintrust-proxy/issues/673).
 * - Cohere: `tokens` and `billed_units` (docs.cohere.com/reference/chat).
 * - Amazon Bedrock: camel case (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage).
 * - Realtime and transcriptions of OpenAI: `input_token_details` (platform.openai.com/docs/api-reference/realtime).
 */
export function readUsageFields(usage: JsonObject): Usage | null {
  const input = inputTokens(usage)
  const output = outputTokens(usage, input)
  const costUsd = ticksCost(usage)
  if (input === null && output === null && costUsd === null) return nested(usage) ?? renamed(usage)
  const found: Usage = { inputTokens: input, outputTokens: output, costUsd }
  if (isBareTotal(usage, found)) found.isTotal = true
  addResearch(found, usage)
  addParts(found, usage)
  return Array.isArray(usage.iterations) ? withIterations(found, usage.iterations) : found
}

/**
 * The cost in US dollars: `cost` (OpenRouter), or `cost.total_cost` (Perplexity). If the user has an own key at the
 * upstream service, OpenRouter's `cost` is only its fee (openrouter.ai/docs/use-cases/usage-accounting, 2026-11-30).
 */
export function readCost(usage: JsonObject): number | null {
  const { cost, cost_details: details } = usage
  const said = amount(isRecord(cost) ? cost.total_cost : cost)
  if (said === null || usage.is_byok !== true || !isRecord(details)) return said
  return said + (amount(details.upstream_inference_cost) ?? 0)
}

function inputTokens(usage: JsonObject): number | null {
  const whole = count(usage.prompt_tokens)
  const said = count(usage.input_tokens)
  const created = count(usage.cache_creation_input_tokens)
  const read = count(usage.cache_read_input_tokens)
  // A service that echoes Anthropic's names next to `prompt_tokens` has already included the cache.
  if (whole !== null && whole > 0) return withCacheBeside(whole, usage)
  if (said !== null || created !== null || read !== null) {
    const cached = (created ?? 0) + (read ?? 0)
    return Math.max(whole ?? 0, said !== null && isInside(cached, said, usage) ? said : (said ?? 0) + cached)
  }
  return whole ?? sum(count(usage.prompt_cache_hit_tokens), count(usage.prompt_cache_miss_tokens))
}

/** The total is that of input and output alone: this service includes the cache in its input. */
function isInside(cached: number, input: number, usage: JsonObject): boolean {
  const output = count(usage.output_tokens)
  return output !== null && cached <= input && count(usage.total_tokens) === input + output
}

/** More cached tokens than input tokens: this service counts the two separately. */
function withCacheBeside(whole: number, usage: JsonObject): number {
  const details = usage.prompt_tokens_details
  const cached = isRecord(details) ? count(details.cached_tokens) : null
  return cached !== null && cached > whole ? whole + cached : whole
}

function outputTokens(usage: JsonObject, input: number | null): number | null {
  const said = largest(count(usage.completion_tokens), count(usage.output_tokens))
  const total = count(usage.total_tokens)
  if (total === null) return withReasoning(said, usage)
  // Only a total: the parts are unknown, and `price-book.ts` takes the higher price.
  if (input === null) return largest(said, total)
  const rest = total - input
  return rest > (said ?? 0) ? rest : said
}

/** Tokens of sources and of reasoning, unless the total shows that the other counts include them. */
function addResearch(found: Usage, usage: JsonObject): void {
  const cited = count(usage.citation_tokens)
  if (cited === null) return
  const said = sum(count(usage.prompt_tokens), count(usage.completion_tokens))
  const total = count(usage.total_tokens)
  if (total !== null && total > (said ?? 0)) return
  found.inputTokens = sum(found.inputTokens, cited)
  found.outputTokens = sum(found.outputTokens, count(usage.reasoning_tokens))
}

function isBareTotal(usage: JsonObject, { inputTokens: input, outputTokens: output }: Usage): boolean {
  const said = largest(count(usage.completion_tokens), count(usage.output_tokens))
  return input === null && said === null && output !== null
}

/** Without a total, more reasoning than output shows that the output leaves it out. */
function withReasoning(said: number | null, usage: JsonObject): number | null {
  const details = usage.completion_tokens_details ?? usage.output_tokens_details
  if (said === null || !isRecord(details)) return said
  const reasoning = count(details.reasoning_tokens) ?? 0
  return reasoning > said ? said + reasoning : said
}

/** `tokens: {input_tokens, output_tokens}` inside (Cohere), or `billed_units`. */
function nested(usage: JsonObject): Usage | null {
  for (const inner of [usage.tokens, usage.billed_units]) {
    if (!isRecord(inner)) continue
    const found = readUsageFields(inner)
    if (found !== null) return found
  }
  return null
}

/** Other names of the same counts, in the spelling of `renamed`. */
const SYNONYMS: Readonly<Record<string, string>> = {
  cache_read_input_token_count: 'cache_read_input_tokens',
  cache_write_input_tokens: 'cache_creation_input_tokens',
  cache_write_input_token_count: 'cache_creation_input_tokens',
  input_token_count: 'input_tokens',
  output_token_count: 'output_tokens',
  generated_token_count: 'output_tokens',
  generated_tokens: 'output_tokens',
}

/** Names in camel case (Amazon Bedrock) or Pascal case (Tencent Cloud), and other names; null: no known one. */
function renamed(usage: JsonObject): Usage | null {
  const names = Object.entries(usage).map(([name, value]) => {
    const snake = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
    return [lookUp(SYNONYMS, snake) ?? snake, value] as const
  })
  return names.every(([name]) => Object.hasOwn(usage, name))
    ? null
    : readUsageFields(Object.fromEntries(names))
}

function addParts(found: Usage, usage: JsonObject): void {
  const prompt =
    usage.prompt_tokens_details ??
    usage.input_tokens_details ??
    usage.input_token_details ??
    usage.prompt_token_details
  const completion =
    usage.completion_tokens_details ?? usage.output_tokens_details ?? usage.output_token_details
  const inner = isRecord(prompt) ? prompt : NOTHING
  const read =
    count(usage.cache_read_input_tokens) ??
    count(inner.cached_tokens) ??
    count(usage.prompt_cache_hit_tokens) ??
    count(usage.cached_tokens)
  if (read !== null && read > 0) found.cacheReadTokens = read
  addWrites(found, usage, inner)
  addSounds(found, inner, isRecord(completion) ? completion : NOTHING)
  const searches = isRecord(usage.server_tool_use) ? count(usage.server_tool_use.web_search_requests) : null
  if (searches !== null && searches > 0) found.webSearches = searches
}

function addSounds(found: Usage, prompt: JsonObject, completion: JsonObject): void {
  const heard = count(prompt.audio_tokens)
  if (heard !== null && heard > 0) found.audioInputTokens = heard
  const spoken = count(completion.audio_tokens)
  if (spoken !== null && spoken > 0) found.audioOutputTokens = spoken
}

const NOTHING: JsonObject = {}

/** Cache writes by age. Without an age they are of five minutes, the default of the services. */
function addWrites(found: Usage, usage: JsonObject, prompt: JsonObject): void {
  const all =
    largest(
      count(usage.cache_creation_input_tokens),
      largest(count(prompt.cache_creation_input_tokens), count(prompt.cache_write_tokens)),
    ) ?? 0
  const byAge = isRecord(usage.cache_creation) ? usage.cache_creation : prompt.cache_creation
  const ages = isRecord(byAge) ? byAge : NOTHING
  const short = count(ages.ephemeral_5m_input_tokens) ?? count(usage.claude_cache_creation_5_m_tokens) ?? 0
  const hour = count(ages.ephemeral_1h_input_tokens) ?? count(usage.claude_cache_creation_1_h_tokens) ?? 0
  const rest = Math.max(short, all - hour)
  if (rest > 0) found.cacheWriteTokens = rest
  if (hour > 0) found.cacheWriteHourTokens = hour
}

/** The sum over all iterations, where it is more than the top says. */
function withIterations(found: Usage, iterations: unknown[]): Usage {
  const whole: Usage = { ...found }
  let input = 0
  let output = 0
  const parts = { cacheReadTokens: 0, cacheWriteTokens: 0, cacheWriteHourTokens: 0 }
  for (const iteration of iterations) {
    const one = isRecord(iteration) ? readUsageFields({ ...iteration, iterations: null }) : null
    input += one?.inputTokens ?? 0
    output += one?.outputTokens ?? 0
    for (const part of Object.keys(parts) as (keyof typeof parts)[]) parts[part] += one?.[part] ?? 0
  }
  if (input + output <= (found.inputTokens ?? 0) + (found.outputTokens ?? 0)) return found
  whole.inputTokens = input
  whole.outputTokens = output
  for (const part of Object.keys(parts) as (keyof typeof parts)[])
    if (parts[part] > 0) whole[part] = parts[part]
  return whole
}

const TICKS_PER_USD = 1e10

function ticksCost(usage: JsonObject): number | null {
  const ticks = amount(usage.cost_in_usd_ticks)
  return ticks === null ? null : ticks / TICKS_PER_USD
}

function amount(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}

/** A count, also as text: gateways write it so. */
export function count(value: unknown): number | null {
  if (typeof value === 'string') return /^\d{1,15}$/.test(value) ? Number(value) : null
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** Null when no part is known. */
export function sum(...parts: (number | null)[]): number | null {
  let all: number | null = null
  for (const part of parts) if (part !== null) all = (all ?? 0) + part
  return all
}

function largest(a: number | null, b: number | null): number | null {
  if (a === null) return b
  return b === null ? a : Math.max(a, b)
}
