import {
  isGiven,
  isObject,
  isText,
  listOrNone,
  objectAt,
  quoteValue,
  rawAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import type { ReadTools, Tool, ToolChoice } from '../neutral/request.ts'
import { camelCase, camelOrNone } from './camel-case.ts'
import { plainSchema } from './plain-schema.ts'

export const declarationRules: FieldRules = {
  name: 'taken',
  description: 'taken',
  parameters: 'taken',
  parametersJsonSchema: 'taken',
  response: 'dropped',
  responseJsonSchema: 'dropped',
  behavior: 'dropped',
}
export const choiceRules: FieldRules = {
  mode: 'taken',
  allowedFunctionNames: 'taken',
  streamFunctionCallArguments: 'dropped',
}

/**
 * Reads the tools of a request. Tools that Google itself runs are left out beside others: an agent has them by default,
 * and works without. A request with such tools alone asks for what only they do.
 */
export function readGeminiTools(value: unknown, check: FieldCheck): ReadTools {
  const out: ReadTools = { tools: [], names: new Map() }
  const hosted: string[] = []
  listOrNone(value, 'tools').forEach((each, index) => {
    const at = `tools[${index}]`
    const { functionDeclarations, ...others } = camelCase(objectAt(each, at))
    for (const name in others) if (isGiven(others[name])) hosted.push(name)
    listOrNone(functionDeclarations, `${at}.functionDeclarations`).forEach((declaration, place) => {
      const field = `${at}.functionDeclarations[${place}]`
      const tool = readDeclaration(camelCase(objectAt(declaration, field)), field, check)
      out.tools.push(tool)
      out.names.set(tool.name, { name: tool.name, namespace: null, isCustom: false })
    })
  })
  if (hosted.length > 0 && out.tools.length === 0)
    refuse('tools[0]', `only Google itself runs ${quoteValue(hosted[0])}`)
  for (const name of hosted) check.leaveOut(`tools.${name}`)
  return out
}

function readDeclaration(declaration: Json, at: string, check: FieldCheck): Tool {
  check.check(declaration, declarationRules, at)
  const own = rawAt(declaration.parameters, `${at}.parameters`)
  const json = rawAt(declaration.parametersJsonSchema, `${at}.parametersJsonSchema`)
  return {
    name: textAt(declaration.name, `${at}.name`),
    description: isText(declaration.description) ? declaration.description : null,
    schema: json ?? (own === null ? null : plainSchema(own)),
    isStrict: null,
    isCustom: false,
  }
}

/** `ANY` forces a call, `VALIDATED` and `AUTO` do not. */
export function readGeminiChoice(
  value: unknown,
  tools: readonly Tool[],
  check: FieldCheck,
): ToolChoice | null {
  if (!isObject(value) || tools.length === 0) return null
  const { functionCallingConfig, ...others } = camelCase(value)
  for (const name in others) if (isGiven(others[name])) check.leaveOut(`toolConfig.${name}`)
  const config = camelOrNone(functionCallingConfig)
  check.check(config, choiceRules, 'toolConfig.functionCallingConfig')
  const names = listOrNone(config.allowedFunctionNames, 'toolConfig.allowedFunctionNames').filter(isText)
  const among = names.length === 0 ? null : new Set(names)
  const mode = isText(config.mode) ? config.mode.toUpperCase() : 'AUTO'
  if (mode === 'NONE') return { type: 'none', among: null }
  if (mode !== 'ANY') return among === null ? null : { type: 'auto', among }
  return names.length === 1 ? { type: 'tool', name: names[0]! } : { type: 'required', among }
}
