// Reads a chat completion. Shapes: the API reference of chat completions, and the types of OpenAI's SDK (7.59,
// 2026-11).

import {
  isFalse,
  isGiven,
  isText,
  isZero,
  listAt,
  numberAt,
  objectAt,
  rawAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import { FieldCheck } from '../neutral/field-check.ts'
import type { NeutralRequest, OutputForm, Tool } from '../neutral/request.ts'
import { readChatMessages } from './read-messages.ts'
import { readChatThinking } from './read-thinking.ts'
import { readChatChoice, readChatTools } from './read-tools.ts'

const isOne = (value: unknown) => value === 1

export const requestRules: FieldRules = {
  model: 'taken',
  messages: 'taken',
  max_tokens: 'taken',
  max_completion_tokens: 'taken',
  temperature: 'taken',
  top_p: 'taken',
  stop: 'taken',
  stream: 'taken',
  stream_options: 'taken',
  reasoning_effort: 'taken',
  reasoning: 'taken',
  thinking: 'taken',
  enable_thinking: 'taken',
  thinking_budget: 'taken',
  chat_template_kwargs: 'taken',
  response_format: 'taken',
  tools: 'taken',
  tool_choice: 'taken',
  parallel_tool_calls: { only: ['messages', 'responses'] },
  functions: 'taken',
  function_call: 'taken',
  top_k: { setting: 'topK' },
  seed: { setting: 'seed' },
  frequency_penalty: { setting: 'frequencyPenalty', unless: isZero },
  presence_penalty: { setting: 'presencePenalty', unless: isZero },
  verbosity: { setting: 'verbosity', unless: (value) => value === 'medium' },
  user: { setting: 'user' },
  safety_identifier: { setting: 'user' },
  service_tier: { setting: 'tier', unless: (value) => value === 'auto' },
  cache_control: { setting: 'cache' },
  store: { setting: 'store', unless: isFalse },
  metadata: { setting: 'metadata' },
  logit_bias: { setting: 'logitBias', unless: (value) => writeJson(value) === '{}' },
  n: { setting: 'choices', unless: isOne },
  logprobs: { setting: 'logprobs', unless: isFalse },
  top_logprobs: { setting: 'topLogprobs', unless: isZero },
  modalities: {
    setting: 'modalities',
    unless: (value) => Array.isArray(value) && value.every((one) => one === 'text'),
  },
  audio: { setting: 'audio' },
  web_search_options: { setting: 'webSearch' },
  prompt_cache_key: { setting: 'cacheKey' },
  prompt_cache_options: { setting: 'cacheKey' },
  prompt_cache_retention: { setting: 'cacheKey' },
  prediction: 'hint',
  moderation: { refused: 'only OpenAI gives such scores' },
}

export const streamOptionRules: FieldRules = { include_usage: 'taken', include_obfuscation: 'dropped' }
export const jsonSchemaRules: FieldRules = {
  schema: 'taken',
  description: { only: ['messages', 'responses'] },
  name: { only: ['responses'] },
  strict: { only: ['responses'] },
}

export function readChatRequest(body: Json, refusesUnknown: boolean): NeutralRequest {
  const check = new FieldCheck(refusesUnknown)
  check.check(body, requestRules)
  const { tools, names } = readChatTools(body, check)
  const turns = readChatMessages(body.messages, check)
  if (turns.length === 0) refuse('messages', 'nothing is said in them')
  const isStream = body.stream === true
  return {
    model: textAt(body.model, 'model'),
    isStream,
    wantsUsage: isStream && wantsUsage(body.stream_options, check),
    turns,
    tools,
    names,
    choice: readChatChoice(body, tools),
    // The form of 2023 has room for one call.
    isSerial: body.parallel_tool_calls === false || knowsOneCall(body, tools),
    maxTokens: readMaxTokens(body),
    temperature: numberAt(body.temperature, 'temperature'),
    topP: numberAt(body.top_p, 'top_p'),
    stops: readStops(body.stop),
    thinking: readChatThinking(body),
    output: readOutputForm(body.response_format, check),
    settings: check.settings,
    leftOut: check.leftOut,
    echo: {},
  }
}

/** All tools are `functions`. Clients may send an empty list of `tools` beside them. */
function knowsOneCall({ tools: own }: Json, tools: readonly Tool[]): boolean {
  return tools.length > 0 && !(Array.isArray(own) && own.length > 0)
}

/** Local servers take -1 as "no limit". */
function readMaxTokens(body: Json): number | null {
  const name = isGiven(body.max_completion_tokens) ? 'max_completion_tokens' : 'max_tokens'
  const most = numberAt(body[name], name)
  return most !== null && most > 0 ? most : null
}

function readStops(value: unknown): string[] {
  if (!isGiven(value)) return []
  if (typeof value === 'string') return [value]
  return listAt(value, 'stop').map((stop, index) => textAt(stop, `stop[${index}]`))
}

function readOutputForm(value: unknown, check: FieldCheck): OutputForm | null {
  if (!isGiven(value)) return null
  const format = objectAt(value, 'response_format')
  if (format.type === 'text') return null
  if (format.type === 'json_object' && !isGiven(format.schema)) return { type: 'json' }
  // Fireworks, Together and llama.cpp take a schema here.
  if (format.type === 'json_object') return readNamed({ schema: format.schema }, 'response_format', check)
  if (format.type !== 'json_schema')
    refuse('response_format.type', 'it is none of text, json_object, json_schema')
  const at = 'response_format.json_schema'
  return readNamed(objectAt(format.json_schema, at), at, check)
}

function readNamed(named: Json, at: string, check: FieldCheck): OutputForm {
  check.check(named, jsonSchemaRules, at)
  return {
    type: 'schema',
    name: isText(named.name) ? named.name : null,
    schema: rawAt(named.schema, `${at}.schema`) ?? refuse(`${at}.schema`, 'it is missing'),
    description: isText(named.description) ? named.description : null,
    isStrict: typeof named.strict === 'boolean' ? named.strict : null,
  }
}

function wantsUsage(options: unknown, check: FieldCheck): boolean {
  if (!isGiven(options)) return false
  const object = objectAt(options, 'stream_options')
  check.check(object, streamOptionRules, 'stream_options')
  return object.include_usage === true
}
