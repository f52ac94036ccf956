// The places of counts other than a `usage` at the top.

import { isRecord } from '../../base/is-record.ts'
import type { JsonObject } from '../failures/read-error.ts'
import type { Usage } from '../provider.ts'
import { count, readUsageFields, sum } from './usage-fields.ts'

interface UsagePlace {
  /** The service and the place. */
  name: string
  /** The page that documents the place, and the day of reading. */
  source: string
  read(body: JsonObject): Usage | null
}

/** In order: the first place that names a count decides. */
export const usagePlaces: readonly UsagePlace[] = [
  {
    name: 'Anthropic: `message.usage` of message_start',
    source: 'https://platform.claude.com/docs/en/build-with-claude/streaming, 2026-11-30',
    read: (body) => inHolder(body.message),
  },
  {
    name: 'Responses API: `response.usage`',
    source: 'https://platform.openai.com/docs/api-reference/responses-streaming, 2026-11-30',
    read: (body) => inHolder(body.response),
  },
  {
    name: 'Moonshot: `usage` inside of the last choice of a stream',
    source: 'https://github.com/earendil-works/pi/issues/2017, 2026-11-30',
    read: ({ choices }) => (Array.isArray(choices) ? findFirst(choices.map(inHolder)) : null),
  },
  {
    name: 'Groq: `x_groq.usage` of the last chunk',
    source: 'https://console.groq.com/docs/api-reference, 2026-11-30',
    read: (body) => inHolder(body.x_groq),
  },
  {
    name: 'Gemini: `usageMetadata`',
    source: 'https://ai.google.dev/api/generate-content#UsageMetadata, 2026-11-30',
    read: readGemini,
  },
  {
    name: 'Cohere: `delta.usage` of message-end, and `meta` of rerankers and embeddings',
    source: 'https://docs.cohere.com/reference/rerank, 2026-11-30',
    read: (body) =>
      inHolder(body.delta) ?? inMeta(body) ?? (isRecord(body.response) ? inMeta(body.response) : null),
  },
  {
    name: 'Amazon Bedrock: `metadata.usage` of a stream, and `amazon-bedrock-invocationMetrics`',
    source:
      'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html, 2026-11-30',
    read: (body) => inHolder(body.metadata) ?? readFields(body['amazon-bedrock-invocationMetrics']),
  },
  {
    name: 'Tencent Cloud: `Response.Usage`, or `Usage` of a stream',
    source: 'https://cloud.tencent.com/document/product/1729/105701, 2026-11-30',
    read: (body) => readFields((isRecord(body.Response) ? body.Response : body).Usage),
  },
  {
    name: 'watsonx: `results[0]`',
    source: 'https://cloud.ibm.com/apidocs/watsonx-ai#text-generation, 2026-11-30',
    read: ({ results }) => (Array.isArray(results) ? readFields(results[0]) : null),
  },
  {
    name: 'Replicate: `metrics`',
    source: 'https://replicate.com/docs/reference/http#predictions.get, 2026-11-30',
    read: (body) => readFields(body.metrics),
  },
  {
    name: 'Text Generation Inference: `details.generated_tokens`, with `input_length` in streams',
    source: 'https://huggingface.co/docs/text-generation-inference, 2026-11-30',
    read: ({ details }) =>
      isRecord(details) ? counts(count(details.input_length), count(details.generated_tokens)) : null,
  },
  {
    name: 'Vertex AI: `metadata.tokenMetadata` of predictions',
    source: 'https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference, 2026-11-30',
    read: ({ metadata }) => (isRecord(metadata) ? readVertex(metadata.tokenMetadata) : null),
  },
  {
    name: 'Amazon Bedrock: Llama and Titan of InvokeModel',
    source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html, 2026-11-30',
    read: readBedrockModels,
  },
  {
    name: 'LM Studio: `stats` of its own API',
    source: 'https://lmstudio.ai/docs/developer/rest/chat, 2026-11-30',
    read: ({ stats }) =>
      isRecord(stats) ? counts(count(stats.input_tokens), count(stats.total_output_tokens)) : null,
  },
  {
    name: 'Cloudflare Workers AI: `result.usage`',
    source: 'https://developers.cloudflare.com/workers-ai, 2026-11-30',
    read: (body) => inHolder(body.result),
  },
  {
    name: 'Ollama: `prompt_eval_count` and `eval_count`',
    source: 'https://github.com/ollama/ollama/blob/main/docs/api.md, 2026-11-30',
    read: (body) => counts(count(body.prompt_eval_count), count(body.eval_count)),
  },
  {
    name: 'llama.cpp: `timings`, and the counts of `/completion`',
    source: 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md, 2026-11-30',
    read: readLlamaCpp,
  },
]

/** The usage from any other place than a `usage` at the top; a list has one answer in each element (Gemini). */
export function readUsageElsewhere(body: unknown): Usage | null {
  if (Array.isArray(body)) return body.length === 0 ? null : readUsageElsewhere(body.at(-1))
  if (!isRecord(body)) return null
  for (const place of usagePlaces) {
    const found = place.read(body)
    if (found !== null) return found
  }
  return null
}

function readVertex(tokens: unknown): Usage | null {
  if (!isRecord(tokens)) return null
  const total = (holder: unknown) => (isRecord(holder) ? count(holder.totalTokens) : null)
  return counts(total(tokens.inputTokenCount), total(tokens.outputTokenCount))
}

function readBedrockModels(body: JsonObject): Usage | null {
  const { results } = body
  const first: unknown = Array.isArray(results) ? results[0] : undefined
  return counts(
    count(body.prompt_token_count) ?? count(body.inputTextTokenCount),
    count(body.generation_token_count) ?? (isRecord(first) ? count(first.tokenCount) : null),
  )
}

function inHolder(holder: unknown): Usage | null {
  return isRecord(holder) && isRecord(holder.usage) ? readUsageFields(holder.usage) : null
}

function readFields(value: unknown): Usage | null {
  return isRecord(value) ? readUsageFields(value) : null
}

function inMeta(holder: JsonObject): Usage | null {
  return readFields(holder.meta)
}

function findFirst(found: (Usage | null)[]): Usage | null {
  return found.find((usage) => usage !== null) ?? null
}

function counts(inputTokens: number | null, outputTokens: number | null): Usage | null {
  return inputTokens === null && outputTokens === null ? null : { inputTokens, outputTokens, costUsd: null }
}

/** Thoughts are outside of the candidates, prompts of tools outside of the prompt; the cache is inside of it. */
function readGemini(body: JsonObject): Usage | null {
  const holder = isRecord(body.response) ? body.response : body
  const usage = isRecord(holder.usage_metadata) ? inCamelCase(holder.usage_metadata) : holder.usageMetadata
  if (!isRecord(usage)) return null
  const input = sum(count(usage.promptTokenCount), count(usage.toolUsePromptTokenCount))
  const said = sum(
    count(usage.candidatesTokenCount) ?? count(usage.responseTokenCount),
    count(usage.thoughtsTokenCount),
  )
  const rest = (count(usage.totalTokenCount) ?? 0) - (input ?? 0)
  const found = counts(input, rest > (said ?? 0) ? rest : said)
  if (found === null) return null
  const cached = count(usage.cachedContentTokenCount)
  if (cached !== null && cached > 0) found.cacheReadTokens = cached
  const audioIn = audioTokens(usage.promptTokensDetails)
  if (audioIn > 0) found.audioInputTokens = audioIn
  const audioOut = audioTokens(usage.candidatesTokensDetails)
  if (audioOut > 0) found.audioOutputTokens = audioOut
  return found
}

/** Servers in Python write the names of Gemini in snake case. */
function inCamelCase(usage: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(usage).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase()),
      value,
    ]),
  )
}

function audioTokens(details: unknown): number {
  if (!Array.isArray(details)) return 0
  const heard = details.find((row: unknown) => isRecord(row) && row.modality === 'AUDIO') as
    JsonObject | undefined
  return count(heard?.tokenCount) ?? 0
}

function readLlamaCpp(body: JsonObject): Usage | null {
  const { timings } = body
  const found = counts(count(body.tokens_evaluated), count(body.tokens_predicted))
  if (found !== null || !isRecord(timings)) return found
  return counts(sum(count(timings.prompt_n), count(timings.cache_n)), count(timings.predicted_n))
}
