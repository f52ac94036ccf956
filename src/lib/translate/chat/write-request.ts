// Writes a request as a chat completion. Shapes: the API reference of chat completions, and the types of OpenAI's SDK
// (7.59, 2026-11).

import { findHabits, type Habits } from '../habits.ts'
import type { Json } from '../json-fields.ts'
import { expressSettings, type SettingTable } from '../neutral/field-check.ts'
import { CUSTOM_SCHEMA, describeTool } from '../neutral/tools/custom-tools.ts'
import { describeForm, describeSchema, hasOtherTopType, requireJsonWord } from '../neutral/json-mode.ts'
import type { NeutralRequest, OutputForm, Tool } from '../neutral/request.ts'
import { listOffered } from '../neutral/tools/offered-tools.ts'
import { SHORT_NAME, ToolNames } from '../neutral/tools/tool-names.ts'
import { flattenSchema } from '../neutral/tools/flatten-schema.ts'
import { completeSchema, isStrictSchema } from '../neutral/tools/schemas.ts'
import type { WrittenRequest } from '../plan.ts'
import { samplesWhileThinking } from '../efforts.ts'
import { askChatToThink, writeSampling } from '../thinking.ts'
import { writeChatMessages } from './write-messages.ts'

/** The longest `user` that OpenAI accepts. Claude Code's ids are longer, and name the Anthropic account. */
const MAX_USER_LENGTH = 64

/** Fields that are left out are added to `request.leftOut`. */
export function writeChatRequest(request: NeutralRequest, provider: string): WrittenRequest {
  const habits = findHabits(provider, request.model)
  if (!habits.takesAnyTopType && hasOtherTopType(request)) describeForm(request)
  else if (!habits.takesSchemas) describeSchema(request)
  requireJsonWord(request)
  const names = new ToolNames(request, SHORT_NAME)
  const leaveOut = (field: string) => void request.leftOut.push(field)
  const { model, isStream, maxTokens } = request
  const think = askChatToThink(request.thinking, model, provider, leaveOut)
  const isFixed = samplesWhileThinking(model, think.reasoning_effort)
  return {
    body: {
      model,
      messages: writeChatMessages(request, { habits, names, leaveOut }),
      ...given(habits.maxTokens, maxTokens),
      ...writeSampling(request, isFixed, leaveOut),
      ...writeStops(request, isFixed ? 0 : habits.mostStops, leaveOut),
      ...think,
      ...writeFormat(request.output),
      ...writeTools(request, names, habits),
      ...expressSettings(request.settings, settingsFor(habits), leaveOut),
      ...(isStream ? { stream: true, stream_options: { include_usage: true } } : {}),
    },
    tools: names.plan,
  }
}

function given(name: string, value: unknown): Json {
  return value === null ? {} : { [name]: value }
}

const tiers: ReadonlySet<unknown> = new Set(['auto', 'default', 'flex', 'priority', 'scale'])

/**
 * The settings that chat completions have, as fields. A translated answer has one choice and no probabilities, so
 * requests for more are refused.
 */
export function settingsFor(habits: Habits): SettingTable {
  return {
    topK: (value) => (habits.takesTopK ? { top_k: value } : null),
    seed: (value) => ({ [habits.seed]: value }),
    frequencyPenalty: (value) => ({ frequency_penalty: value }),
    presencePenalty: (value) => ({ presence_penalty: value }),
    verbosity: (value) => ({ verbosity: value }),
    tier: (value) => (tiers.has(value) ? { service_tier: value } : null),
    user: (value) =>
      habits.takesUser && typeof value === 'string' && value.length <= MAX_USER_LENGTH
        ? { user: value }
        : null,
    logitBias: (value) => ({ logit_bias: value }),
  }
}

function writeStops({ stops }: NeutralRequest, mostStops: number, leaveOut: (field: string) => void): Json {
  if (stops.length > mostStops) leaveOut('stop')
  return stops.length === 0 || mostStops === 0 ? {} : { stop: stops.slice(0, mostStops) }
}

function writeFormat(output: OutputForm | null): Json {
  if (output === null) return {}
  if (output.type === 'json') return { response_format: { type: 'json_object' } }
  const { name, schema, description, isStrict } = output
  const named = {
    name: name ?? 'answer',
    ...(description === null ? {} : { description }),
    schema,
    // A schema that strict mode refuses can still guide the model.
    strict: isStrict !== false && isStrictSchema(schema),
  }
  return { response_format: { type: 'json_schema', json_schema: named } }
}

function writeTools(request: NeutralRequest, names: ToolNames, habits: Habits): Json {
  const offered = listOffered(request)
  if (offered.length === 0) return {}
  const { choice, isSerial } = request
  return {
    tools: offered.map((tool) => writeTool(tool, names, habits)),
    ...(choice === null ? {} : { tool_choice: writeChoice(choice, names) }),
    ...(isSerial ? { parallel_tool_calls: false } : {}),
  }
}

function writeTool(tool: Tool, names: ToolNames, habits: Habits): Json {
  const { name, schema, isStrict, isCustom } = tool
  const description = describeTool(tool)
  const complete = isCustom ? CUSTOM_SCHEMA : completeSchema(schema)
  const parameters = habits.takesUnions ? complete : flattenSchema(complete)
  return {
    type: 'function',
    function: {
      name: names.sent(name),
      ...(description === null || description === '' ? {} : { description }),
      parameters,
      ...(isStrict === null || isCustom ? {} : { strict: isStrict && isStrictSchema(parameters) }),
    },
  }
}

function writeChoice(choice: NonNullable<NeutralRequest['choice']>, names: ToolNames): unknown {
  if (choice.type !== 'tool') return choice.type
  return { type: 'function', function: { name: names.sent(choice.name) } }
}
