// Writes a request as a Messages request. Shapes: https://platform.claude.com/docs/en/api/messages (2026-11).

import { isObject, isText, type Json } from '../json-fields.ts'
import { readMembers, writeMembers } from '../json/ordered-json.ts'
import { RawJson } from '../json/raw-json.ts'
import { expressSettings, type SettingTable } from '../neutral/field-check.ts'
import { CUSTOM_SCHEMA, describeTool } from '../neutral/tools/custom-tools.ts'
import type { NeutralRequest, OutputForm, Thinking, Tool } from '../neutral/request.ts'
import { flattenSchema } from '../neutral/tools/flatten-schema.ts'
import { completeSchema } from '../neutral/tools/schemas.ts'
import { listOffered } from '../neutral/tools/offered-tools.ts'
import { LONG_NAME, ToolNames } from '../neutral/tools/tool-names.ts'
import type { WrittenRequest } from '../plan.ts'
import { askAnthropicToThink, budgetFor, samplesItself } from '../thinking.ts'
import { limitCacheMarks } from './cache-marks.ts'
import { closeSchema } from './closed-schema.ts'
import { buildConversation, type Conversation } from './write-turns.ts'

/**
 * All Claude models from 4 on accept this number. Anthropic requires one, and a request of another format without it
 * means the model's maximum.
 */
const DEFAULT_MAX_TOKENS = 32_000
/** The maximum that all earlier models accept. */
const DEFAULT_MAX_TOKENS_CLAUDE_3 = 4096

/** The settings that Messages have, as fields. */
export const messagesSettings: SettingTable = {
  topK: (value) => ({ top_k: value }),
  tier: (value) => (value === 'default' ? { service_tier: 'standard_only' } : null),
  user: (value) => (isText(value) && !isPersonal(value) ? { metadata: { user_id: value } } : null),
  cache: (value) => ({ cache_control: value }),
}

/**
 * Anthropic refuses ids that look like an e-mail address or a phone number. The longest has 256 characters
 * (https://github.com/BerriAI/litellm/issues/10106 and https://platform.claude.com/docs/en/api/messages, 2026-11).
 */
function isPersonal(id: string): boolean {
  return id.length > 256 || /\S@\S+\.\S/.test(id) || /^\+?[\d\s().-]{7,20}$/.test(id)
}

/** Fields that are left out are added to `request.leftOut`. */
export function writeMessagesRequest(request: NeutralRequest): WrittenRequest {
  const names = new ToolNames(request, LONG_NAME)
  const leaveOut = (field: string) => void request.leftOut.push(field)
  const { model } = request
  const max_tokens = request.maxTokens ?? chooseMaxTokens(model)
  const conversation = buildConversation(request, names, leaveOut)
  const think = chooseThinking(request, max_tokens, conversation, leaveOut)
  const stops = request.stops.filter((stop) => stop.trim() !== '')
  if (stops.length < request.stops.length) leaveOut('stop')
  const settings = expressSettings(request.settings, messagesSettings, leaveOut)
  const sampling = chooseSampling(request, settings, think, leaveOut)
  const written = writeTools(request, names)
  const { config, instruction } = writeOutput(request.output, think)
  const { output_config: _config, ...thinking } = think
  const head: Json = { ...writeSystem(conversation, instruction), messages: conversation.messages }
  const { tools } = written
  limitCacheMarks({ tools, system: head.system, messages: head.messages, whole: settings, leaveOut })
  return {
    body: {
      model,
      max_tokens,
      ...head,
      ...settings,
      ...sampling,
      ...(stops.length === 0 ? {} : { stop_sequences: stops }),
      ...thinking,
      ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
      ...written,
      ...(request.isStream ? { stream: true } : {}),
    },
    tools: names.plan,
    hasOnlyStubs: written.tools !== undefined && listOffered(request).length === 0,
  }
}

function chooseMaxTokens(model: string): number {
  return /claude-(?:[0-3]\b|instant)/.test(model) ? DEFAULT_MAX_TOKENS_CLAUDE_3 : DEFAULT_MAX_TOKENS
}

/**
 * Thinking as far as Anthropic allows it: never with a forced tool. During tool calls, a budget needs the signed
 * thinking of the calls (https://platform.claude.com/docs/en/build-with-claude/extended-thinking, 2026-11).
 */
function chooseThinking(
  { thinking, model, choice }: NeutralRequest,
  maxTokens: number,
  conversation: Conversation,
  leaveOut: (field: string) => void,
): Json {
  const ask = askAnthropicToThink(thinking, model, maxTokens)
  const isOn = isObject(ask.thinking) && ask.thinking.type !== 'disabled'
  const isForced = choice?.type === 'required' || choice?.type === 'tool'
  if (isOn && isForced) {
    leaveOut(thinking.field)
    return {}
  }
  const hasBudget = isObject(ask.thinking) && ask.thinking.type === 'enabled'
  if (losesThinking(thinking, isOn)) leaveOut(thinking.field)
  if (!hasBudget || conversation.canThinkOn) return ask
  leaveOut(thinking.field)
  return {}
}

/** Whether a wish is lost: all of it, or an effort that Anthropic does not know. */
function losesThinking({ effort, budget }: Thinking, isOn: boolean): boolean {
  if (effort === null || effort === 'none') return budget !== null && !isOn
  return !isOn || budgetFor(effort) === null
}

/**
 * While it thinks, Anthropic samples at its defaults; Claude 4.7 and later always do. From Claude 4.1 on it takes only
 * one of temperature and top_p. Its temperatures end at 1.
 * (https://platform.claude.com/docs/en/about-claude/models/migration-guide, 2026-11)
 */
function chooseSampling(
  { model, temperature, topP }: NeutralRequest,
  settings: Json,
  think: Json,
  leaveOut: (field: string) => void,
): Json {
  const isThinking = isObject(think.thinking) && think.thinking.type !== 'disabled'
  if (isThinking || samplesItself(model)) {
    if (temperature !== null && temperature !== 1) leaveOut('temperature')
    if (topP !== null && topP !== 1) leaveOut('top_p')
    if ('top_k' in settings) leaveOut('top_k')
    delete settings.top_k
    return {}
  }
  const nucleus = topP === null ? {} : { top_p: topP }
  if (temperature === null) return nucleus
  if (temperature > 1) leaveOut('temperature')
  const heat = { temperature: Math.min(temperature, 1) }
  if (!/claude/.test(model)) return { ...heat, ...nucleus }
  if (topP !== null && topP !== 1) leaveOut('top_p')
  return heat
}

function writeSystem({ system }: Conversation, instruction: string | null): Json {
  const all = instruction === null ? system : [...system, { type: 'text', text: instruction }]
  if (all.length === 0) return {}
  return { system: all.length === 1 && all[0]!.cache_control === undefined ? all[0]!.text : all }
}

const JSON_ONLY =
  'Answer with one JSON object only: no other text before or after it, and no code fence around it.'

/** Anthropic promises JSON for a schema alone. Without one, an instruction asks for it. */
function writeOutput(output: OutputForm | null, think: Json): { config: Json; instruction: string | null } {
  const config = isObject(think.output_config) ? { ...think.output_config } : {}
  if (output === null) return { config, instruction: null }
  if (output.type === 'json') return { config, instruction: JSON_ONLY }
  const schema = closeSchema(described(output))
  return { config: { ...config, format: { type: 'json_schema', schema } }, instruction: null }
}

function described({ schema, description }: OutputForm & { type: 'schema' }): RawJson {
  const members = description === null ? null : readMembers(schema)
  if (members === null || members.has('description')) return schema
  members.set('description', new RawJson(JSON.stringify(description)))
  return writeMembers(members)
}

function writeTools(request: NeutralRequest, names: ToolNames): Json {
  const offered = listOffered(request)
  if (offered.length === 0) return defineCalled(request, names)
  const { choice, isSerial } = request
  return { tools: offered.map((tool) => writeTool(tool, names)), ...writeChoice(choice, isSerial, names) }
}

/**
 * Anthropic wants the tools of earlier calls, also in a request that offers none
 * (https://github.com/UKGovernmentBEIS/inspect_ai/pull/176, 2026-11).
 */
function defineCalled({ turns }: NeutralRequest, names: ToolNames): Json {
  const calls = turns.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'call' ? [part.name] : [])),
  )
  if (calls.length === 0) return {}
  const input_schema = completeSchema(null)
  const tools = [...new Set(calls)].map((name) => ({ name: names.sent(name), input_schema }))
  return { tools, tool_choice: { type: 'none' } }
}

function writeTool(tool: Tool, names: ToolNames): Json {
  const { name, schema, isStrict, isCustom, cache } = tool
  const description = describeTool(tool)
  const isPromised = isStrict === true && !isCustom
  const complete = isCustom ? CUSTOM_SCHEMA : flattenSchema(completeSchema(schema))
  return {
    name: names.sent(name),
    ...(description === null || description === '' ? {} : { description }),
    input_schema: isPromised ? closeSchema(complete) : complete,
    ...(isPromised ? { strict: true } : {}),
    ...(cache === undefined ? {} : { cache_control: cache }),
  }
}

function writeChoice(choice: NeutralRequest['choice'], isSerial: boolean, names: ToolNames): Json {
  if (choice === null && !isSerial) return {}
  if (choice?.type === 'none') return { tool_choice: { type: 'none' } }
  const type = choice === null ? 'auto' : choice.type === 'required' ? 'any' : choice.type
  return {
    tool_choice: {
      type,
      ...(choice?.type === 'tool' ? { name: names.sent(choice.name) } : {}),
      ...(isSerial ? { disable_parallel_tool_use: true } : {}),
    },
  }
}
