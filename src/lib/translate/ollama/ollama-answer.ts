// Answers of chat completions and embeddings in the form of Ollama's API, by docs/api.md of
// https://github.com/ollama/ollama (2026-11).

import { formatTime } from '../../base/iso-time.ts'
import { isObject, isText, type Json } from '../json-fields.ts'
import { parseExact } from '../reshape/exact-json.ts'
import type { OllamaPlan } from './ollama-request.ts'

/** The times of a request: epoch milliseconds. */
export interface OllamaTimes {
  beganAt: number
  /** When the first part of the answer came. */
  firstAt: number
  now: number
}

/** Translates a whole answer of status 200. */
export function toOllama(plan: OllamaPlan, answer: unknown, times: OllamaTimes): Json {
  const body = isObject(answer) ? answer : {}
  if (plan.route === 'embed' || plan.route === 'embeddings') return embeddingAnswer(plan, body, times)
  const choice: unknown = Array.isArray(body.choices) ? body.choices[0] : undefined
  const { message, finish_reason, logprobs } = isObject(choice) ? choice : {}
  const said = isObject(message) ? message : {}
  const calls = Array.isArray(said.tool_calls) ? said.tool_calls.filter(isObject).map(toolCall) : []
  const text = readText(said.content) + readText(said.refusal)
  const part = formatPart(plan, { text, thinking: readThinking(said), calls }, times)
  return { ...part, ...readProbabilities(logprobs), ...ending(finish_reason, body.usage, times) }
}

/** The content of a line: a part of the text, of the thinking, or whole calls. */
export interface OllamaPart {
  text: string
  thinking: string
  calls: readonly Json[]
}

/** A line of the stream, without its end. */
export function formatPart(
  { route, model }: OllamaPlan,
  part: OllamaPart,
  { now }: Pick<OllamaTimes, 'now'>,
): Json {
  const created_at = formatTime(now)
  const thinking = part.thinking === '' ? {} : { thinking: part.thinking }
  if (route === 'generate') return { model, created_at, response: part.text, ...thinking, done: false }
  const tools = part.calls.length === 0 ? {} : { tool_calls: part.calls }
  return {
    model,
    created_at,
    message: { role: 'assistant', content: part.text, ...thinking, ...tools },
    done: false,
  }
}

/** The members of the last line. Durations are nanoseconds. */
export function ending(finish: unknown, usage: unknown, { beganAt, firstAt, now }: OllamaTimes): Json {
  const counts = isObject(usage) ? usage : {}
  return {
    done: true,
    done_reason: finish === 'length' || finish === 'load' || finish === 'unload' ? finish : 'stop',
    total_duration: nanoseconds(now - beganAt),
    load_duration: 0,
    prompt_eval_count: readCount(counts.prompt_tokens),
    prompt_eval_duration: nanoseconds(firstAt - beganAt),
    eval_count: readCount(counts.completion_tokens),
    eval_duration: nanoseconds(now - firstAt),
  }
}

/** Arguments are an object here, and text in chat completions. */
export function toolCall({ id, function: made }: Json): Json {
  const { name, arguments: text } = isObject(made) ? made : {}
  const input = typeof text === 'string' && text !== '' ? parseExact(text) : {}
  return { ...(isText(id) ? { id } : {}), function: { name, arguments: isObject(input) ? input : {} } }
}

/** Probabilities of tokens, as a line has them. */
export function readProbabilities(logprobs: unknown): Json {
  return isObject(logprobs) && Array.isArray(logprobs.content) ? { logprobs: logprobs.content } : {}
}

/** Services name the thinking of a message differently. */
export function readThinking({ reasoning_content, reasoning }: Json): string {
  return readText(reasoning_content) || readText(reasoning)
}

export function readText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) => (isObject(part) && typeof part.text === 'string' ? part.text : ''))
    .join('')
}

function embeddingAnswer({ route, model }: OllamaPlan, { data, usage }: Json, times: OllamaTimes): Json {
  const vectors = Array.isArray(data) ? data.filter(isObject).map(({ embedding }) => embedding) : []
  if (route === 'embeddings') return { embedding: vectors[0] ?? [] }
  const counts = isObject(usage) ? usage : {}
  const prompt_eval_count = readCount(counts.prompt_tokens)
  const total_duration = nanoseconds(times.now - times.beganAt)
  return { model, embeddings: vectors, total_duration, load_duration: 0, prompt_eval_count }
}

function readCount(count: unknown): number {
  return typeof count === 'number' ? count : 0
}

function nanoseconds(ms: number): number {
  return Math.max(0, Math.round(ms)) * 1_000_000
}
