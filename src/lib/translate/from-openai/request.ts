// Translates a chat completion to a Messages request. Shapes: the API reference of chat completions, and the types
// of OpenAI's SDK.

import {
  checkFields,
  isFalse,
  isObject,
  isText,
  listAt,
  objectAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
  quoted,
} from '../json-fields.ts'
import type { TranslationContext, TranslationPlan } from '../plan.ts'
import { askAnthropicToThink } from '../thinking.ts'
import { cacheMark } from './content.ts'
import { readConversation, buildMessages, type Conversation } from './messages.ts'
import { messageTools } from './tools.ts'

const LEGACY = 'it was replaced by tools in 2023; use tools'
const isZero = (value: unknown) => value === 0

export const requestRules: FieldRules = {
  model: 'taken',
  messages: 'taken',
  max_tokens: 'taken',
  max_completion_tokens: 'taken',
  temperature: 'taken',
  top_p: 'taken',
  top_k: 'taken',
  stop: 'taken',
  stream: 'taken',
  stream_options: 'taken',
  reasoning_effort: 'taken',
  thinking: 'taken',
  response_format: 'taken',
  tools: 'taken',
  tool_choice: 'taken',
  parallel_tool_calls: 'taken',
  user: 'taken',
  safety_identifier: 'taken',
  service_tier: 'taken',
  cache_control: 'taken',
  metadata: 'dropped',
  prediction: 'dropped',
  prompt_cache_key: 'dropped',
  prompt_cache_options: 'dropped',
  prompt_cache_retention: 'dropped',
  n: { refused: 'Anthropic gives one answer to a request', unless: (value) => value === 1 },
  logprobs: { refused: 'Anthropic does not tell them', unless: isFalse },
  top_logprobs: { refused: 'Anthropic does not tell them', unless: isZero },
  logit_bias: {
    refused: 'Anthropic has no such bias',
    unless: (value) => isObject(value) && Object.keys(value).length === 0,
  },
  frequency_penalty: { refused: 'Anthropic has no such penalty', unless: isZero },
  presence_penalty: { refused: 'Anthropic has no such penalty', unless: isZero },
  seed: { refused: 'Anthropic does not repeat answers by a seed' },
  verbosity: { refused: 'Anthropic has no such setting', unless: (value) => value === 'medium' },
  store: { refused: 'Anthropic stores no completions', unless: isFalse },
  modalities: {
    refused: 'Anthropic answers in text alone',
    unless: (value) => Array.isArray(value) && value.every((one) => one === 'text'),
  },
  audio: { refused: 'Anthropic has no audio' },
  moderation: { refused: 'Anthropic gives no such scores' },
  web_search_options: { refused: 'the search is done by OpenAI itself' },
  functions: { refused: LEGACY },
  function_call: { refused: LEGACY },
}

export const streamOptionRules: FieldRules = { include_usage: 'taken', include_obfuscation: 'dropped' }
export const jsonSchemaRules: FieldRules = {
  schema: 'taken',
  description: 'taken',
  name: 'dropped',
  strict: 'dropped',
}

/**
 * All Claude models from 4 on accept this number. Anthropic requires one, and a chat completion without it means
 * the model's maximum.
 */
const DEFAULT_MAX_TOKENS = 32_000
/** The maximum that all earlier models accept. */
const DEFAULT_MAX_TOKENS_CLAUDE_3 = 4096

export function messagesRequest(
  input: unknown,
  context: TranslationContext,
): { body: Json; plan: TranslationPlan } {
  const body = objectAt(input, 'the body')
  checkFields(body, requestRules)
  const model = textAt(body.model, 'model')
  const conversation = readConversation(body.messages)
  const max_tokens = chooseMaxTokens(body, model)
  const stops = readStops(body.stop)
  const isStream = body.stream === true
  return {
    body: {
      model,
      max_tokens,
      ...buildSystem(conversation),
      messages: buildMessages(conversation),
      ...checkTemperature(body.temperature),
      ...given('top_p', body.top_p),
      ...given('top_k', body.top_k),
      ...(stops.length === 0 ? {} : { stop_sequences: stops }),
      ...buildOutput(body, { model, max_tokens, conversation }),
      ...messageTools(body),
      ...translateUser(body),
      ...translateTier(body.service_tier),
      ...cacheMark(body),
      ...(isStream ? { stream: true } : {}),
    },
    plan: {
      from: 'openai',
      to: 'anthropic',
      model,
      isStream,
      wantsUsage: isStream && wantsUsage(body.stream_options),
      showsThinking: true,
      stops,
      requestId: context.requestId,
      createdAt: Math.floor(context.now / 1000),
    },
  }
}

function given(name: string, value: unknown): Json {
  return value === undefined || value === null ? {} : { [name]: value }
}

function chooseMaxTokens(body: Json, model: string): number {
  const name = (body.max_completion_tokens ?? null) === null ? 'max_tokens' : 'max_completion_tokens'
  const value = body[name] ?? null
  if (value === null)
    return /claude-(?:[0-3]\b|instant)/.test(model) ? DEFAULT_MAX_TOKENS_CLAUDE_3 : DEFAULT_MAX_TOKENS
  return typeof value === 'number' ? value : refuse(name, 'it is not a number')
}

function buildSystem({ system }: Conversation): Json {
  if (system.length === 0) return {}
  return { system: system.length === 1 && system[0]!.cache_control === undefined ? system[0]!.text : system }
}

function checkTemperature(value: unknown): Json {
  if (typeof value === 'number' && value > 1) refuse('temperature', 'Anthropic takes 0 to 1')
  return given('temperature', value)
}

function readStops(value: unknown): string[] {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return [value]
  return listAt(value, 'stop').map((stop, index) => textAt(stop, `stop[${index}]`))
}

interface OutputContext {
  model: string
  max_tokens: number
  conversation: Conversation
}

function buildOutput(body: Json, { model, max_tokens, conversation }: OutputContext): Json {
  const effort = body.reasoning_effort ?? null
  const own = body.thinking ?? null
  if (effort !== null && own !== null)
    refuse('reasoning_effort', '"thinking" says already how much the model thinks')
  const ask =
    effort === null
      ? given('thinking', own)
      : askAnthropicToThink(textAt(effort, 'reasoning_effort'), model, max_tokens)
  if (isObject(ask.thinking) && ask.thinking.type === 'enabled' && !canThinkOn(conversation))
    delete ask.thinking
  const format = translateFormat(body.response_format)
  const config = { ...(isObject(ask.output_config) ? ask.output_config : {}), ...format }
  delete ask.output_config
  return Object.keys(config).length === 0 ? ask : { ...ask, output_config: config }
}

/**
 * During tool calls, Anthropic thinks with a budget only if its signed thinking came back. Most clients of chat
 * completions do not send it, so Anthropic would refuse the request.
 */
function canThinkOn({ turns }: Conversation): boolean {
  const [before, last] = turns.slice(-2)
  if (last === undefined || !last.content.some(({ type }) => type === 'tool_result')) return true
  const first = before?.content[0]?.type
  return first === 'thinking' || first === 'redacted_thinking'
}

function translateFormat(value: unknown): Json {
  if (value === undefined || value === null) return {}
  const format = objectAt(value, 'response_format')
  if (format.type === 'text') return {}
  if (format.type === 'json_object')
    refuse('response_format', 'Anthropic promises JSON only for a schema; use json_schema')
  if (format.type !== 'json_schema') refuse('response_format.type', 'it is none of text, json_schema')
  const at = 'response_format.json_schema'
  const named = objectAt(format.json_schema, at)
  checkFields(named, jsonSchemaRules, at)
  const schema = objectAt(named.schema, `${at}.schema`)
  const isDescribed = isText(named.description) && schema.description === undefined
  return {
    format: {
      type: 'json_schema',
      schema: isDescribed ? { ...schema, description: named.description } : schema,
    },
  }
}

function translateUser(body: Json): Json {
  const user = body.safety_identifier ?? body.user
  return isText(user) ? { metadata: { user_id: user } } : {}
}

function translateTier(tier: unknown): Json {
  if (tier === undefined || tier === null || tier === 'auto') return {}
  if (tier === 'default') return { service_tier: 'standard_only' }
  return refuse('service_tier', `Anthropic has no tier ${quoted(tier)}`)
}

function wantsUsage(options: unknown): boolean {
  if (options === undefined || options === null) return false
  const object = objectAt(options, 'stream_options')
  checkFields(object, streamOptionRules, 'stream_options')
  return object.include_usage === true
}
