// Token counts. Chat completions include cached tokens in `prompt_tokens`; Messages count them beside
// `input_tokens`. Both include thinking in the output.

import { isObject, type Json } from './json-fields.ts'

export interface Tokens {
  /** Without tokens that a cache read or wrote. */
  input: number
  cacheRead: number
  cacheWrite: number
  output: number
  /** A part of the output; null: unknown. */
  thinking: number | null
}

export const noTokens: Readonly<Tokens> = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, thinking: null }

/**
 * Reads the usage of a chat completion or of one chunk. Missing values are 0, because Messages require a number.
 */
export function readChatTokens(usage: Json): Tokens {
  const prompt = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {}
  const completion = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {}
  // DeepSeek reports its cache reads at the top level.
  const cacheRead =
    count(prompt.cached_tokens) ??
    count(usage.prompt_cache_hit_tokens) ??
    count(usage.cached_tokens) ?? // Moonshot
    count(usage.cache_read_input_tokens) ?? // routers, in Anthropic's words
    0
  const cacheWrite = count(prompt.cache_write_tokens) ?? count(usage.cache_creation_input_tokens) ?? 0
  return {
    input: Math.max(0, (count(usage.prompt_tokens) ?? 0) - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: count(usage.completion_tokens) ?? 0,
    thinking: count(completion.reasoning_tokens),
  }
}

/**
 * Reads the usage of a message or of one event. Counts in a stream only grow, and later events may leave some out.
 */
export function readMessageTokens(usage: Json, before: Readonly<Tokens> = noTokens): Tokens {
  const details = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {}
  return {
    input: Math.max(count(usage.input_tokens) ?? 0, before.input),
    cacheRead: Math.max(count(usage.cache_read_input_tokens) ?? 0, before.cacheRead),
    cacheWrite: Math.max(count(usage.cache_creation_input_tokens) ?? 0, before.cacheWrite),
    output: Math.max(count(usage.output_tokens) ?? 0, before.output),
    thinking: count(details.thinking_tokens) ?? before.thinking,
  }
}

/** Reads the usage of a response: cached tokens are a part of its input. */
export function readResponseTokens(usage: Json): Tokens {
  const input = isObject(usage.input_tokens_details) ? usage.input_tokens_details : {}
  const output = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {}
  const cacheRead = count(input.cached_tokens) ?? 0
  const cacheWrite = count(input.cache_write_tokens) ?? 0
  return {
    input: Math.max(0, (count(usage.input_tokens) ?? 0) - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: count(usage.output_tokens) ?? 0,
    thinking: count(output.reasoning_tokens),
  }
}

/** Reads the usage of a Gemini answer: thinking is counted beside the rest of the output. */
export function readGeminiTokens(usage: Json): Tokens {
  const cacheRead = count(usage.cachedContentTokenCount) ?? 0
  const thinking = count(usage.thoughtsTokenCount)
  const prompt = (count(usage.promptTokenCount) ?? 0) + (count(usage.toolUsePromptTokenCount) ?? 0)
  return {
    input: Math.max(0, prompt - cacheRead),
    cacheRead,
    cacheWrite: 0,
    output: (count(usage.candidatesTokenCount) ?? 0) + (thinking ?? 0),
    thinking,
  }
}

export function chatUsage(tokens: Readonly<Tokens>): Json {
  const prompt_tokens = tokens.input + tokens.cacheRead + tokens.cacheWrite
  return {
    prompt_tokens,
    completion_tokens: tokens.output,
    total_tokens: prompt_tokens + tokens.output,
    prompt_tokens_details: { cached_tokens: tokens.cacheRead, cache_write_tokens: tokens.cacheWrite },
    ...(tokens.thinking === null ? {} : { completion_tokens_details: { reasoning_tokens: tokens.thinking } }),
  }
}

export function messageUsage(tokens: Readonly<Tokens>): Json {
  return {
    input_tokens: tokens.input,
    cache_creation_input_tokens: tokens.cacheWrite,
    cache_read_input_tokens: tokens.cacheRead,
    output_tokens: tokens.output,
    output_tokens_details: tokens.thinking === null ? null : { thinking_tokens: tokens.thinking },
    server_tool_use: null,
  }
}

/** The usage of a response: cached tokens are a part of its input. */
export function responseUsage(tokens: Readonly<Tokens>): Json {
  const input_tokens = tokens.input + tokens.cacheRead + tokens.cacheWrite
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: tokens.cacheRead, cache_write_tokens: tokens.cacheWrite },
    output_tokens: tokens.output,
    output_tokens_details: { reasoning_tokens: tokens.thinking ?? 0 },
    total_tokens: input_tokens + tokens.output,
  }
}

/** The usage of a Gemini answer: thinking is counted beside the rest of the output. */
export function geminiUsage(tokens: Readonly<Tokens>): Json {
  const promptTokenCount = tokens.input + tokens.cacheRead + tokens.cacheWrite
  const thoughts = Math.min(tokens.thinking ?? 0, tokens.output)
  return {
    promptTokenCount,
    candidatesTokenCount: tokens.output - thoughts,
    totalTokenCount: promptTokenCount + tokens.output,
    ...(tokens.cacheRead === 0 ? {} : { cachedContentTokenCount: tokens.cacheRead }),
    ...(thoughts === 0 ? {} : { thoughtsTokenCount: thoughts }),
  }
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
