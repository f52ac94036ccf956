// Writes a request for the Gemini API. Shapes: https://ai.google.dev/api/generate-content (2026-11).

import type { Json } from '../json-fields.ts'
import { CUSTOM_SCHEMA, describeTool } from '../neutral/tools/custom-tools.ts'
import { expressSettings, type SettingTable } from '../neutral/field-check.ts'
import type { NeutralRequest, OutputForm, Tool } from '../neutral/request.ts'
import { describeForm } from '../neutral/json-mode.ts'
import { completeSchema } from '../neutral/tools/schemas.ts'
import { listOffered } from '../neutral/tools/offered-tools.ts'
import { SHORT_NAME, ToolNames } from '../neutral/tools/tool-names.ts'
import type { WrittenRequest } from '../plan.ts'
import { geminiSchema } from './gemini-schema.ts'
import { writeContents } from './write-contents.ts'
import { writeGeminiThinking } from './write-thinking.ts'

/** A name begins with a letter or `_` (https://ai.google.dev/api/caching#FunctionDeclaration, 2026-11). */
const GEMINI_NAME = /^[a-zA-Z_][a-zA-Z0-9_-]*$/

/** https://ai.google.dev/api/generate-content#generationconfig (2026-11) */
const MOST_STOPS = 5

/**
 * Models that refuse a form of the answer beside tools: "Function calling with a response mime type: 'application/json' is
 * unsupported" (https://github.com/googleapis/python-genai/issues/867, 2026-11).
 */
const FORM_OR_TOOLS = /gemini-(?:1|2)\b/

/** The settings that Gemini has, as fields of its `generationConfig`. */
export const geminiSettings: SettingTable = {
  topK: (value) => ({ topK: value }),
  seed: (value) => ({ seed: value }),
  frequencyPenalty: (value) => ({ frequencyPenalty: value }),
  presencePenalty: (value) => ({ presencePenalty: value }),
}

/** Fields that are left out are added to `request.leftOut`. */
export function writeGeminiRequest(request: NeutralRequest): WrittenRequest {
  const names = new ToolNames(request, SHORT_NAME, GEMINI_NAME)
  if (request.tools.length > 0 && FORM_OR_TOOLS.test(request.model)) describeForm(request)
  const leaveOut = (field: string) => void request.leftOut.push(field)
  const { maxTokens, temperature, topP, stops } = request
  if (stops.length > MOST_STOPS) leaveOut('stop')
  const config = {
    ...given('temperature', temperature),
    ...given('topP', topP),
    ...given('maxOutputTokens', maxTokens),
    ...(stops.length === 0 ? {} : { stopSequences: stops.slice(0, MOST_STOPS) }),
    ...writeGeminiThinking(request.thinking, request.model, leaveOut),
    ...writeForm(request.output),
    ...expressSettings(request.settings, geminiSettings, leaveOut),
  }
  return {
    body: {
      ...writeContents(request, names, leaveOut),
      ...(Object.keys(config).length === 0 ? {} : { generationConfig: config }),
      ...writeTools(request, names),
    },
    tools: names.plan,
  }
}

interface GeminiTarget extends Pick<NeutralRequest, 'model' | 'isStream'> {
  /** The method of the model; null or missing: it generates. */
  method?: string | null
}

/** The method below an account's base. */
export function geminiPath({ model, isStream, method = null }: GeminiTarget): string {
  const called = method ?? (isStream ? 'streamGenerateContent?alt=sse' : 'generateContent')
  return `/models/${model.split('/').map(encodeURIComponent).join('/')}:${called}`
}

function given(name: string, value: unknown): Json {
  return value === null ? {} : { [name]: value }
}

function writeForm(output: OutputForm | null): Json {
  if (output === null) return {}
  const schema = output.type === 'schema' ? { responseJsonSchema: geminiSchema(output.schema) } : {}
  return { responseMimeType: 'application/json', ...schema }
}

function writeTools(request: NeutralRequest, names: ToolNames): Json {
  const offered = listOffered(request)
  if (offered.length === 0) return {}
  const { choice } = request
  return {
    tools: [{ functionDeclarations: offered.map((tool) => declare(tool, names)) }],
    ...(choice === null ? {} : { toolConfig: { functionCallingConfig: writeChoice(choice, names) } }),
  }
}

function declare(tool: Tool, names: ToolNames): Json {
  const { name, schema, isCustom } = tool
  const parameters = isCustom ? CUSTOM_SCHEMA : schema
  return {
    name: names.sent(name),
    description: describeTool(tool) ?? '',
    ...(parameters === null ? {} : { parametersJsonSchema: geminiSchema(completeSchema(parameters)) }),
  }
}

function writeChoice(choice: NonNullable<NeutralRequest['choice']>, names: ToolNames): Json {
  if (choice.type === 'tool') return { mode: 'ANY', allowedFunctionNames: [names.sent(choice.name)] }
  if (choice.type === 'required') return { mode: 'ANY' }
  return { mode: choice.type === 'none' ? 'NONE' : 'AUTO' }
}
