// Writes a request for the Responses API. Shapes: the API reference of Responses and the types of OpenAI's SDK (7.59,
// 2026-11).

import { isText, type Json } from '../json-fields.ts'
import { expressSettings, type SettingTable } from '../neutral/field-check.ts'
import { describeForm, hasOtherTopType, requireJsonWord } from '../neutral/json-mode.ts'
import type { NeutralRequest, OutputForm, Tool } from '../neutral/request.ts'
import { flattenSchema } from '../neutral/tools/flatten-schema.ts'
import { completeSchema, isStrictSchema } from '../neutral/tools/schemas.ts'
import { listOffered } from '../neutral/tools/offered-tools.ts'
import { SHORT_NAME, ToolNames } from '../neutral/tools/tool-names.ts'
import type { WrittenRequest } from '../plan.ts'
import { samplesWhileThinking } from '../efforts.ts'
import { findHabits } from '../habits.ts'
import { fitEffort, losesWish, writeSampling } from '../thinking.ts'
import { writeInput } from './write-items.ts'

const tiers: ReadonlySet<unknown> = new Set(['auto', 'default', 'flex', 'priority', 'scale'])

/** https://platform.openai.com/docs/api-reference/responses/create (2026-11). Claude Code checks a quota with 1 token. */
const LEAST_OUTPUT = 16

/** The settings that Responses have, as fields. */
export const responsesSettings: SettingTable = {
  verbosity: (value) => ({ verbosity: value }),
  tier: (value) => (tiers.has(value) ? { service_tier: value } : null),
  user: (value) => (isText(value) && value.length <= 64 ? { safety_identifier: value } : null),
  cacheKey: (value) => (isText(value) ? { prompt_cache_key: value } : null),
  store: (value) => ({ store: value }),
  metadata: (value) => ({ metadata: value }),
}

/** Fields that are left out are added to `request.leftOut`. */
export function writeResponsesRequest(request: NeutralRequest, provider: string): WrittenRequest {
  if (!findHabits(provider).takesAnyTopType && hasOtherTopType(request)) describeForm(request)
  requireJsonWord(request)
  const names = new ToolNames(request, SHORT_NAME)
  const leaveOut = (field: string) => void request.leftOut.push(field)
  const { model, isStream, maxTokens } = request
  const { verbosity, ...settings } = expressSettings(request.settings, responsesSettings, leaveOut)
  if (request.stops.length > 0) leaveOut('stop')
  const { instructions, input, hasSeals } = writeInput(request, names, leaveOut)
  const effort = chooseReasoning(request, provider, leaveOut)
  return {
    body: {
      model,
      ...(instructions === '' ? {} : { instructions }),
      input,
      ...given('max_output_tokens', maxTokens === null ? null : Math.max(maxTokens, LEAST_OUTPUT)),
      ...chooseSampling(request, effort, leaveOut),
      ...(effort === null ? {} : { reasoning: { effort, ...writeSummary(request, effort) } }),
      ...writeText(request.output, verbosity),
      ...writeTools(request, names),
      // Without it, a later turn would lack what the model thought before. Other models refuse it.
      ...((effort !== null && effort !== 'none') || hasSeals
        ? { include: ['reasoning.encrypted_content'] }
        : {}),
      store: false,
      ...settings,
      ...(isStream ? { stream: true } : {}),
    },
    tools: names.plan,
  }
}

function given(name: string, value: unknown): Json {
  return value === null ? {} : { [name]: value }
}

/** Null: not asked for, or the model takes none. */
function chooseReasoning(
  { thinking, model }: NeutralRequest,
  provider: string,
  leaveOut: (field: string) => void,
): string | null {
  const effort = fitEffort(thinking, model, provider)
  if (effort === null && losesWish(thinking, model, provider)) leaveOut(thinking.field)
  return effort
}

/** OpenAI shows what a model thought only as a summary, and only on request. */
function writeSummary({ thinking }: NeutralRequest, effort: string): Json {
  return thinking.isAskedFor && effort !== 'none' ? { summary: 'auto' } : {}
}

/** Models may refuse both fields, and 1 is the default of all (API reference, 2026-11). */
function chooseSampling(
  { model, temperature, topP }: NeutralRequest,
  effort: string | null,
  leaveOut: (field: string) => void,
): Json {
  const asked = { temperature: temperature === 1 ? null : temperature, topP: topP === 1 ? null : topP }
  return writeSampling(asked, samplesWhileThinking(model, effort ?? undefined), leaveOut)
}

function writeText(output: OutputForm | null, verbosity: unknown): Json {
  const format = output === null ? {} : { format: writeFormat(output) }
  const text = { ...format, ...(verbosity === undefined ? {} : { verbosity }) }
  return Object.keys(text).length === 0 ? {} : { text }
}

function writeFormat(output: OutputForm): Json {
  if (output.type === 'json') return { type: 'json_object' }
  const { name, schema, description, isStrict } = output
  return {
    type: 'json_schema',
    name: name ?? 'answer',
    ...(description === null ? {} : { description }),
    schema,
    // A schema that strict mode refuses can still guide the model.
    strict: isStrict !== false && isStrictSchema(schema),
  }
}

function writeTools(request: NeutralRequest, names: ToolNames): Json {
  const offered = listOffered(request)
  if (offered.length === 0) return {}
  const { tools, choice, isSerial } = request
  return {
    tools: offered.map((tool) => writeTool(tool, names)),
    ...(choice === null ? {} : { tool_choice: writeChoice(choice, tools, names) }),
    ...(isSerial ? { parallel_tool_calls: false } : {}),
  }
}

/** Without `strict`, Responses are strict (API reference, 2026-11). */
function writeTool({ name, description, schema, isStrict, isCustom, grammar }: Tool, names: ToolNames): Json {
  const head = { name: names.sent(name), ...(isText(description) ? { description } : {}) }
  if (isCustom) return { type: 'custom', ...head, ...(grammar === undefined ? {} : { format: grammar }) }
  const parameters = flattenSchema(completeSchema(schema))
  return { type: 'function', ...head, parameters, strict: isStrict === true && isStrictSchema(parameters) }
}

function writeChoice(
  choice: NonNullable<NeutralRequest['choice']>,
  tools: readonly Tool[],
  names: ToolNames,
): unknown {
  if (choice.type !== 'tool') return choice.type
  const isCustom = tools.some(({ name, isCustom: custom }) => custom && name === choice.name)
  return { type: isCustom ? 'custom' : 'function', name: names.sent(choice.name) }
}
