// Translates a Messages request to a chat completion. Shapes: the Messages API reference, and the types of
// Anthropic's own SDK.

import { QwenctlError } from '../../base/errors.ts'
import { findHabits, type Habits } from '../habits.ts'
import {
  checkFields,
  isObject,
  listAt,
  objectAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
  quoted,
} from '../json-fields.ts'
import type { TranslationContext, TranslationPlan } from '../plan.ts'
import { askOpenAiToThink } from '../thinking.ts'
import { chatMessages } from './messages.ts'
import { chatTools } from './tools.ts'

const ANTHROPIC_ONLY = 'only Anthropic has it'

export const requestRules: FieldRules = {
  model: 'taken',
  messages: 'taken',
  system: 'taken',
  max_tokens: 'taken',
  temperature: 'taken',
  top_p: 'taken',
  stop_sequences: 'taken',
  stream: 'taken',
  thinking: 'taken',
  output_config: 'taken',
  output_format: 'taken',
  tools: 'taken',
  tool_choice: 'taken',
  metadata: 'taken',
  service_tier: 'taken',
  cache_control: 'dropped',
  top_k: { refused: 'chat completions have no top_k' },
  context_management: { refused: ANTHROPIC_ONLY, unless: editsThinkingAlone },
  speed: { refused: ANTHROPIC_ONLY, unless: (value) => value === 'standard' },
  container: { refused: ANTHROPIC_ONLY },
  mcp_servers: {
    refused: 'only Anthropic connects to servers itself',
    unless: (value) => Array.isArray(value) && value.length === 0,
  },
  inference_geo: { refused: 'where the model runs cannot be asked for' },
  diagnostics: { refused: ANTHROPIC_ONLY },
}

export const thinkingRules: FieldRules = { type: 'taken', budget_tokens: 'taken', display: 'taken' }
export const outputRules: FieldRules = {
  effort: 'taken',
  format: 'taken',
  task_budget: { refused: ANTHROPIC_ONLY },
}
export const formatRules: FieldRules = { type: 'taken', schema: 'taken' }
export const metadataRules: FieldRules = { user_id: 'taken' }

/** The longest `user` that OpenAI accepts. Claude Code's ids are longer, and name the Anthropic account. */
const MAX_USER_LENGTH = 64

export function chatRequest(
  input: unknown,
  context: TranslationContext,
): { body: Json; plan: TranslationPlan } {
  const body = objectAt(input, 'the body')
  checkFields(body, requestRules)
  const habits = findHabits(context.provider)
  const isStream = body.stream === true
  const thinking = readThinking(body.thinking)
  const output = readOutput(body)
  const stops = readStops(body.stop_sequences)
  const model = textAt(body.model, 'model')
  return {
    body: {
      model,
      messages: chatMessages(body, habits),
      [habits.maxTokens]: checkMaxTokens(body.max_tokens),
      ...given('temperature', body.temperature),
      ...given('top_p', body.top_p),
      ...(stops.length === 0 ? {} : { stop: stops }),
      ...askOpenAiToThink(thinking, output.effort, habits),
      ...(output.schema === null ? {} : { response_format: jsonFormat(output.schema) }),
      ...chatTools(body),
      ...translateUser(body.metadata, habits),
      ...translateTier(body.service_tier),
      ...(isStream ? { stream: true, stream_options: { include_usage: true } } : {}),
    },
    plan: {
      from: 'anthropic',
      to: 'openai',
      model,
      isStream,
      wantsUsage: true,
      showsThinking: thinking?.type !== 'disabled' && thinking?.display !== 'omitted',
      stops,
      requestId: context.requestId,
      createdAt: Math.floor(context.now / 1000),
    },
  }
}

function given(name: string, value: unknown): Json {
  return value === undefined || value === null ? {} : { [name]: value }
}

function checkMaxTokens(value: unknown): number {
  if (typeof value !== 'number')
    throw new QwenctlError(
      'invalid_request',
      '"max_tokens" is missing: a Messages request must say it, as a number',
      {
        hint: 'set "max_tokens" to the most tokens that the answer may have',
        details: { field: 'max_tokens' },
      },
    )
  return value > 0 ? value : refuse('max_tokens', 'only Anthropic fills its cache without an answer')
}

function readStops(value: unknown): string[] {
  if (value === undefined || value === null) return []
  return listAt(value, 'stop_sequences').map((stop, index) => textAt(stop, `stop_sequences[${index}]`))
}

function readThinking(value: unknown): Json | null {
  if (value === undefined || value === null) return null
  const thinking = objectAt(value, 'thinking')
  checkFields(thinking, thinkingRules, 'thinking')
  const isKnown = ['enabled', 'disabled', 'adaptive'].includes(String(thinking.type))
  return isKnown ? thinking : refuse('thinking.type', `only Anthropic knows ${quoted(thinking.type)}`)
}

/** `output_format` is the name that `output_config.format` had as a beta. */
function readOutput(body: Json): { effort: string | null; schema: Json | null } {
  const config = body.output_config === undefined || body.output_config === null ? {} : body.output_config
  const output = objectAt(config, 'output_config')
  checkFields(output, outputRules, 'output_config')
  const format = output.format ?? body.output_format ?? null
  const effort = output.effort ?? null
  return {
    effort: effort === null ? null : textAt(effort, 'output_config.effort'),
    schema: format === null ? null : readSchema(objectAt(format, 'output_config.format')),
  }
}

function readSchema(format: Json): Json {
  checkFields(format, formatRules, 'output_config.format')
  if (format.type !== 'json_schema') refuse('output_config.format.type', 'it is not json_schema')
  return objectAt(format.schema, 'output_config.format.schema')
}

/** Chat completions require a name; Anthropic's schemas have none, and are always strict. */
function jsonFormat(schema: Json): Json {
  return { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } }
}

function translateUser(value: unknown, habits: Habits): Json {
  if (value === undefined || value === null) return {}
  const metadata = objectAt(value, 'metadata')
  checkFields(metadata, metadataRules, 'metadata')
  const user = metadata.user_id
  return typeof user === 'string' && user.length <= MAX_USER_LENGTH && habits.takesUser ? { user } : {}
}

function translateTier(tier: unknown): Json {
  if (tier === undefined || tier === null || tier === 'auto') return {}
  if (tier === 'standard_only') return { service_tier: 'default' }
  return refuse('service_tier', 'it is neither auto nor standard_only')
}

/** Edits that only clear old thinking: the other service decides itself which thinking to read back. */
function editsThinkingAlone(value: unknown): boolean {
  if (!isObject(value)) return false
  const edits = value.edits ?? []
  return (
    Array.isArray(edits) &&
    edits.every((edit) => isObject(edit) && String(edit.type).startsWith('clear_thinking_'))
  )
}
