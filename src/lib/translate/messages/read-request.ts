// Reads a Messages request. Shapes: https://platform.claude.com/docs/en/api/messages, and the types of Anthropic's SDK
// (1.14, 2026-11).

import { QwenctlError } from '../../base/errors.ts'
import {
  isGiven,
  isObject,
  isText,
  listAt,
  listOrNone,
  numberAt,
  objectAt,
  quoteValue,
  rawAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { FieldCheck } from '../neutral/field-check.ts'
import type { NeutralRequest, OutputForm, Thinking, Turn } from '../neutral/request.ts'
import { readBlocks } from './read-blocks.ts'
import { readMessagesChoice, readMessagesTools } from './read-tools.ts'

const ANTHROPIC_ONLY = 'only Anthropic has it'
const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0

const THREAD = 'only Anthropic keeps conversations'

export const requestRules: FieldRules = {
  model: 'taken',
  max_tokens: 'taken',
  messages: 'taken',
  system: 'taken',
  stream: 'taken',
  temperature: 'taken',
  top_p: 'taken',
  stop_sequences: 'taken',
  thinking: 'taken',
  output_config: 'taken',
  output_format: 'taken',
  tools: 'taken',
  tool_choice: 'taken',
  top_k: { setting: 'topK' },
  metadata: 'taken',
  service_tier: 'taken',
  cache_control: { setting: 'cache' },
  context_management: 'hint',
  speed: { setting: 'tier', unless: (value) => value === 'standard' },
  thread: { refused: THREAD },
  compaction: { refused: 'only Anthropic answers with a compaction' },
  diagnostics: 'hint',
  inference_geo: { refused: 'where the model runs cannot be asked for' },
  container: { refused: ANTHROPIC_ONLY },
  mcp_servers: { refused: 'only Anthropic connects to servers itself', unless: isEmptyList },
}
export const thinkingRules: FieldRules = {
  type: 'taken',
  budget_tokens: 'taken',
  display: 'taken',
  block_binding: 'dropped',
}
export const outputRules: FieldRules = { effort: 'taken', format: 'taken', task_budget: 'hint' }
export const formatRules: FieldRules = { type: 'taken', schema: 'taken' }
export const metadataRules: FieldRules = { user_id: 'taken' }
export const messageRules: FieldRules = { role: 'taken', content: 'taken', output_config: 'taken' }

/**
 * A client with a thread sends only its newest messages from then on. Anthropic's SDK continues without a thread after
 * this error (https://github.com/anthropics/anthropic-sdk-typescript, src/lib/internal/threads/ThreadState.ts, 2026-11).
 */
function refuseThread(): never {
  throw new QwenctlError('invalid_request', `"thread" cannot be translated: ${THREAD}`, {
    hint: 'send the whole conversation without it, or use an account that speaks the format of the request',
    details: { field: 'thread', shown: { error_code: 'thread_unsupported_request', unsupported: [] } },
  })
}

export function readMessagesRequest(body: Json, refusesUnknown: boolean): NeutralRequest {
  const check = new FieldCheck(refusesUnknown)
  if (isGiven(body.thread)) refuseThread()
  check.check(body, requestRules)
  const tools = readMessagesTools(body, check)
  const output = readOutput(body, check)
  readMetadata(body, check)
  const { choice, isSerial } = readMessagesChoice(body.tool_choice, tools.tools, check)
  return {
    model: textAt(body.model, 'model'),
    isStream: body.stream === true,
    wantsUsage: true,
    turns: readTurns(body, check),
    ...tools,
    choice,
    isSerial,
    maxTokens: readMaxTokens(body.max_tokens),
    temperature: numberAt(body.temperature, 'temperature'),
    topP: numberAt(body.top_p, 'top_p'),
    stops: listOrNone(body.stop_sequences, 'stop_sequences').map((stop, index) =>
      textAt(stop, `stop_sequences[${index}]`),
    ),
    thinking: readThinking(body.thinking, output.effort, check),
    output: output.form,
    settings: check.settings,
    leftOut: check.leftOut,
    echo: {},
  }
}

/**
 * Claude Code's note to Anthropic's billing. The model does not need it, and its change in each request defeats
 * caches.
 */
const BILLING_NOTE = 'x-anthropic-billing-header:'

function readTurns(body: Json, check: FieldCheck): Turn[] {
  const system = isGiven(body.system) ? readBlocks(body.system, 'system', check) : []
  const said = system.filter((part) => part.kind !== 'text' || !part.text.startsWith(BILLING_NOTE))
  const turns = listAt(body.messages, 'messages').map((value, index): Turn => {
    const at = `messages[${index}]`
    const message = objectAt(value, at)
    check.check(message, messageRules, at)
    const { role } = message
    if (role !== 'user' && role !== 'assistant' && role !== 'system')
      return refuse(`${at}.role`, 'it is none of user, assistant, system')
    return { role, at, parts: readBlocks(message.content, `${at}.content`, check) }
  })
  if (turns.length === 0) refuse('messages', 'nothing is said in them')
  return said.length === 0 ? turns : [{ role: 'system', at: 'system', parts: said }, ...turns]
}

function readMaxTokens(value: unknown): number {
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

const thinkingTypes: ReadonlySet<unknown> = new Set(['enabled', 'disabled', 'adaptive', 'between_tools'])

function readThinking(value: unknown, effort: string | null, check: FieldCheck): Thinking {
  const thinking = isGiven(value) ? objectAt(value, 'thinking') : {}
  check.check(thinking, thinkingRules, 'thinking')
  const { type = null, display } = thinking
  if (type !== null && !thinkingTypes.has(type))
    refuse('thinking.type', `only Anthropic knows ${quoteValue(type)}`)
  const isShown = type !== 'disabled' && display !== 'omitted'
  return {
    effort: type === 'disabled' ? 'none' : effort,
    budget: type === 'enabled' ? (numberAt(thinking.budget_tokens, 'thinking.budget_tokens') ?? 1024) : null,
    isAdaptive: type === 'adaptive' || type === 'between_tools',
    isOffByDefault: type === 'disabled',
    isShown,
    isAskedFor: isShown && type !== null,
    field: 'thinking',
  }
}

/** `output_format` is the name that `output_config.format` had as a beta. */
function readOutput(body: Json, check: FieldCheck): { effort: string | null; form: OutputForm | null } {
  const output = isGiven(body.output_config) ? objectAt(body.output_config, 'output_config') : {}
  check.check(output, outputRules, 'output_config')
  const format = output.format ?? body.output_format ?? null
  return {
    effort:
      readLastEffort(body.messages) ??
      (isGiven(output.effort) ? textAt(output.effort, 'output_config.effort') : null),
    form: format === null ? null : readForm(objectAt(format, 'output_config.format'), check),
  }
}

/** A message may change the effort from there on (@anthropic-ai/sdk 1.14, 2026-11). */
function readLastEffort(messages: unknown): string | null {
  if (!Array.isArray(messages)) return null
  const changes = (messages as unknown[]).flatMap((message) =>
    isObject(message) && isObject(message.output_config) && isText(message.output_config.effort)
      ? [message.output_config.effort]
      : [],
  )
  return changes.at(-1) ?? null
}

/** Anthropic's schemas have no name, and are always strict. */
function readForm(format: Json, check: FieldCheck): OutputForm {
  check.check(format, formatRules, 'output_config.format')
  if (format.type !== 'json_schema') refuse('output_config.format.type', 'it is not json_schema')
  const at = 'output_config.format.schema'
  const schema = rawAt(format.schema, at) ?? refuse(at, 'it is missing')
  return { type: 'schema', name: null, schema, description: null, isStrict: true }
}

/** The user, and a tier that is not the default. */
function readMetadata(body: Json, check: FieldCheck): void {
  if (isGiven(body.metadata)) {
    const metadata = objectAt(body.metadata, 'metadata')
    check.check(metadata, metadataRules, 'metadata')
    if (isText(metadata.user_id))
      check.settings.push({ name: 'user', field: 'metadata.user_id', value: metadata.user_id })
  }
  const tier = body.service_tier
  if (!isGiven(tier) || tier === 'auto') return
  const value = tier === 'standard_only' ? 'default' : tier
  check.settings.push({ name: 'tier', field: 'service_tier', value })
}
