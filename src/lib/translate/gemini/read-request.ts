// Reads a Gemini request. Shapes: https://ai.google.dev/api/generate-content (2026-11), and the types of Google's SDK
// (3.3, 2026-11).

import {
  isGiven,
  isText,
  listOrNone,
  numberAt,
  objectAt,
  rawAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { readElements, readMembers } from '../json/ordered-json.ts'
import { RawJson } from '../json/raw-json.ts'
import { FieldCheck } from '../neutral/field-check.ts'
import type { NeutralRequest, OutputForm, Thinking, Turn } from '../neutral/request.ts'
import { camelCase, camelOrNone } from './camel-case.ts'
import { readContents, readInstruction } from './read-contents.ts'
import { plainSchema } from './plain-schema.ts'
import { readGeminiChoice, readGeminiTools } from './read-tools.ts'

const isOne = (value: unknown) => value === 1
const isTextAlone = (value: unknown) => Array.isArray(value) && value.every((one) => one === 'TEXT')

export const requestRules: FieldRules = {
  model: 'taken',
  stream: 'taken',
  contents: 'taken',
  systemInstruction: 'taken',
  generationConfig: 'taken',
  tools: 'taken',
  toolConfig: 'taken',
  safetySettings: 'hint',
  labels: 'hint',
  serviceTier: 'hint',
  store: 'hint',
  cachedContent: { refused: 'the content is kept at Google, where this account cannot read it' },
}
export const configRules: FieldRules = {
  temperature: 'taken',
  topP: 'taken',
  maxOutputTokens: 'taken',
  stopSequences: 'taken',
  responseMimeType: 'taken',
  responseSchema: 'taken',
  responseJsonSchema: 'taken',
  thinkingConfig: 'taken',
  topK: { setting: 'topK' },
  seed: { setting: 'seed' },
  presencePenalty: { setting: 'presencePenalty', unless: (value) => value === 0 },
  frequencyPenalty: { setting: 'frequencyPenalty', unless: (value) => value === 0 },
  candidateCount: { setting: 'choices', unless: isOne },
  responseLogprobs: { setting: 'logprobs', unless: (value) => value === false },
  logprobs: { setting: 'topLogprobs' },
  responseModalities: { setting: 'modalities', unless: isTextAlone },
  speechConfig: { setting: 'audio' },
  imageConfig: { setting: 'modalities' },
  mediaResolution: 'hint',
  enableEnhancedCivicAnswers: 'hint',
  audioTimestamp: 'hint',
}
export const thinkingRules: FieldRules = {
  includeThoughts: 'taken',
  thinkingBudget: 'taken',
  thinkingLevel: 'taken',
}

export function readGeminiRequest(input: Json, refusesUnknown: boolean): NeutralRequest {
  const check = new FieldCheck(refusesUnknown)
  const body = camelCase(input)
  check.check(body, requestRules)
  const config = camelOrNone(body.generationConfig)
  check.check(config, configRules, 'generationConfig')
  const tools = readGeminiTools(body.tools, check)
  const turns = [
    ...readInstruction(body.systemInstruction, check),
    ...readEnumInstruction(config),
    ...readContents(body.contents, check),
  ]
  if (turns.length === 0) refuse('contents', 'nothing is said in it')
  return {
    model: textAt(body.model, 'model'),
    isStream: body.stream === true,
    wantsUsage: true,
    turns,
    ...tools,
    choice: readGeminiChoice(body.toolConfig, tools.tools, check),
    isSerial: false,
    maxTokens: numberAt(config.maxOutputTokens, 'generationConfig.maxOutputTokens'),
    temperature: numberAt(config.temperature, 'generationConfig.temperature'),
    topP: numberAt(config.topP, 'generationConfig.topP'),
    stops: listOrNone(config.stopSequences, 'generationConfig.stopSequences').map((stop, index) =>
      textAt(stop, `generationConfig.stopSequences[${index}]`),
    ),
    thinking: readThinking(config.thinkingConfig, check),
    output: readOutputForm(config),
    settings: check.settings,
    leftOut: check.leftOut,
    echo: {},
  }
}

/** A budget of 0 turns thinking off; -1 lets the model decide. Without `includeThoughts` no thinking is shown. */
function readThinking(value: unknown, check: FieldCheck): Thinking {
  const at = 'generationConfig.thinkingConfig'
  const config = isGiven(value) ? camelCase(objectAt(value, at)) : {}
  check.check(config, thinkingRules, at)
  const budget = numberAt(config.thinkingBudget, `${at}.thinkingBudget`)
  const level = isText(config.thinkingLevel) ? config.thinkingLevel.toLowerCase() : null
  const known = level === null || level === 'thinking_level_unspecified' ? null : level
  return {
    effort: budget === 0 ? 'none' : known,
    budget: budget !== null && budget > 0 ? budget : null,
    isAdaptive: budget === -1,
    isOffByDefault: false,
    isShown: config.includeThoughts === true,
    isAskedFor: config.includeThoughts === true,
    field: at,
  }
}

/** Only Google answers with one of several words (`text/x.enum`). Other services get an instruction. */
function readEnumInstruction({ responseMimeType, responseSchema, responseJsonSchema }: Json): Turn[] {
  const at = 'generationConfig.responseSchema'
  if (responseMimeType !== 'text/x.enum') return []
  const schema = readMembers(rawAt(responseJsonSchema ?? responseSchema, at))
  const words = readElements(schema?.get('enum') ?? new RawJson('')) ?? []
  if (words.length === 0) return []
  const text = `Answer with exactly one of these words, without quotes: ${words.map((word) => word.text).join(', ')}`
  return [{ role: 'system', at, parts: [{ kind: 'text', text, at }] }]
}

function readOutputForm(config: Json): OutputForm | null {
  const at = 'generationConfig.responseSchema'
  const json = rawAt(config.responseJsonSchema, 'generationConfig.responseJsonSchema')
  const own = rawAt(config.responseSchema, at)
  const schema = json ?? (own === null ? null : plainSchema(own))
  const isEnum = config.responseMimeType === 'text/x.enum'
  if (schema !== null && !isEnum)
    return { type: 'schema', name: null, schema, description: null, isStrict: null }
  if (isEnum) return null
  return config.responseMimeType === 'application/json' ? { type: 'json' } : null
}
