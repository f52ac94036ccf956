// Reads a Responses request. Shapes: the API reference of Responses and the types of OpenAI's SDK (7.59, 2026-11).

import {
  isFalse,
  isGiven,
  isObject,
  isText,
  isZero,
  numberAt,
  objectAt,
  rawAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { FieldCheck } from '../neutral/field-check.ts'
import { noThinking, type NeutralRequest, type OutputForm, type Thinking } from '../neutral/request.ts'
import { readItems } from './read-items.ts'
import { readChoice, readTools } from './read-tools.ts'

const STORED = 'only the account that made the response can continue it'

const LOGPROBS = 'message.output_text.logprobs'
const hasNoLogprobs = (value: unknown) => !Array.isArray(value) || !value.includes(LOGPROBS)

export const requestRules: FieldRules = {
  model: 'taken',
  input: 'taken',
  instructions: 'taken',
  stream: 'taken',
  tools: 'taken',
  tool_choice: 'taken',
  parallel_tool_calls: { only: ['chat', 'messages'] },
  reasoning: 'taken',
  text: 'taken',
  max_output_tokens: 'taken',
  temperature: 'taken',
  top_p: 'taken',
  include: { setting: 'logprobs', unless: hasNoLogprobs },
  stream_options: 'dropped',
  client_metadata: 'dropped',
  truncation: 'dropped',
  store: { setting: 'store', unless: isFalse },
  metadata: { setting: 'metadata' },
  user: { setting: 'user' },
  safety_identifier: { setting: 'user' },
  prompt_cache_key: { setting: 'cacheKey' },
  prompt_cache_retention: { setting: 'cacheKey' },
  prompt_cache_options: { setting: 'cacheKey' },
  service_tier: { setting: 'tier', unless: (value) => value === 'auto' || value === 'default' },
  top_logprobs: { setting: 'topLogprobs', unless: isZero },
  max_tool_calls: 'hint',
  context_management: 'hint',
  background: { refused: 'no other format has answers in the background', unless: isFalse },
  conversation: { refused: STORED },
  previous_response_id: { refused: STORED },
  prompt: { refused: 'the prompt is kept at OpenAI, where this account cannot read it' },
  moderation: { refused: 'only OpenAI gives such scores' },
}
export const reasoningRules: FieldRules = {
  effort: 'taken',
  summary: 'dropped',
  generate_summary: 'dropped',
  context: 'hint',
}
export const textRules: FieldRules = { format: 'taken', verbosity: { setting: 'verbosity' } }
export const formatRules: FieldRules = {
  type: 'taken',
  name: { only: ['chat'] },
  schema: 'taken',
  description: { only: ['chat', 'messages'] },
  strict: { only: ['chat'] },
}

export function readResponsesRequest(body: Json, refusesUnknown: boolean): NeutralRequest {
  const check = new FieldCheck(refusesUnknown)
  check.check(body, requestRules)
  const tools = readTools(body, check)
  const turns = readItems(body, check)
  if (turns.length === 0) refuse('input', 'nothing is said in it')
  return {
    model: textAt(body.model, 'model'),
    isStream: body.stream === true,
    wantsUsage: true,
    turns,
    ...tools,
    choice: readChoice(body.tool_choice, tools, check),
    isSerial: body.parallel_tool_calls === false,
    maxTokens: numberAt(body.max_output_tokens, 'max_output_tokens'),
    temperature: numberAt(body.temperature, 'temperature'),
    topP: numberAt(body.top_p, 'top_p'),
    stops: [],
    thinking: readThinking(body.reasoning, check),
    output: readOutputForm(body.text, check),
    settings: check.settings,
    leftOut: check.leftOut,
    echo: repeatSettings(body),
    isStored: !isFalse(body.store),
  }
}

function readThinking(value: unknown, check: FieldCheck): Thinking {
  const reasoning = isGiven(value) ? objectAt(value, 'reasoning') : {}
  check.check(reasoning, reasoningRules, 'reasoning')
  const effort = isGiven(reasoning.effort) ? textAt(reasoning.effort, 'reasoning.effort') : null
  const isAskedFor = isText(reasoning.summary ?? reasoning.generate_summary)
  return { ...noThinking, effort, isAskedFor, field: 'reasoning.effort' }
}

function readOutputForm(value: unknown, check: FieldCheck): OutputForm | null {
  const text = isGiven(value) ? objectAt(value, 'text') : {}
  check.check(text, textRules, 'text')
  if (!isGiven(text.format)) return null
  const format = objectAt(text.format, 'text.format')
  check.check(format, formatRules, 'text.format')
  if (format.type === 'text') return null
  if (format.type === 'json_object') return { type: 'json' }
  if (format.type !== 'json_schema')
    refuse('text.format.type', 'it is none of text, json_object, json_schema')
  const schema = rawAt(format.schema, 'text.format.schema') ?? refuse('text.format.schema', 'it is missing')
  return {
    type: 'schema',
    name: isText(format.name) ? format.name : null,
    schema,
    description: isText(format.description) ? format.description : null,
    isStrict: typeof format.strict === 'boolean' ? format.strict : null,
  }
}

/** A response repeats the request's settings. */
function repeatSettings(body: Json): Json {
  return {
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: isObject(body.metadata) ? body.metadata : {},
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    reasoning: isObject(body.reasoning) ? body.reasoning : { effort: null, summary: null },
    temperature: body.temperature ?? null,
    text: isObject(body.text) ? body.text : { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? null,
    truncation: body.truncation ?? 'disabled',
    user: body.user ?? null,
  }
}
