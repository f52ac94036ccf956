import {
  isGiven,
  isObject,
  isText,
  listAt,
  listOrNone,
  objectAt,
  quoteValue,
  rawAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { readGrammar } from '../neutral/tools/custom-tools.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import type { ReadTools, Tool, ToolChoice } from '../neutral/request.ts'
import type { ToolName } from '../plan.ts'
import { readCacheMark } from './read-content.ts'

export const toolRules: FieldRules = {
  type: 'taken',
  function: 'taken',
  custom: 'taken',
  cache_control: { only: ['messages'] },
  name: 'taken',
  description: 'taken',
  parameters: 'taken',
  input_schema: 'taken',
  strict: { only: ['messages', 'responses'] },
}
export const functionRules: FieldRules = {
  name: 'taken',
  description: 'taken',
  parameters: 'taken',
  strict: { only: ['messages', 'responses'] },
  format: 'taken',
}

/** Reads `tools`, and the `functions` of 2023. */
export function readChatTools(body: Json, check: FieldCheck): ReadTools {
  const out: ReadTools = { tools: [], names: new Map() }
  listOrNone(body.tools, 'tools').forEach((value, index) => {
    const at = `tools[${index}]`
    add(out, readTool(objectAt(value, at), at, check))
  })
  listOrNone(body.functions, 'functions').forEach((value, index) => {
    const at = `functions[${index}]`
    add(out, readFunction(objectAt(value, at), at, check), { isLegacy: true })
  })
  return out
}

function add({ tools, names }: ReadTools, tool: Tool, form: Pick<ToolName, 'isLegacy'> = {}): void {
  tools.push(tool)
  const { name, isCustom } = tool
  // The first of several tools with one name stays.
  if (!names.has(name)) names.set(name, { name, namespace: null, isCustom, ...form })
}

/** Cursor sends tools flat, as other formats have them (https://github.com/automazeio/vibeproxy/issues/411). */
function readTool(tool: Json, at: string, check: FieldCheck): Tool {
  const isFlat = isText(tool.name) && !isObject(tool.function) && !isObject(tool.custom)
  if (!isFlat && tool.type !== 'function' && tool.type !== 'custom')
    refuse(`${at}.type`, `no other format has tools of type ${quoteValue(tool.type)}`)
  check.check(tool, toolRules, at)
  const kind = tool.type === 'custom' ? 'custom' : 'function'
  const own = isFlat ? { ...tool, parameters: tool.parameters ?? tool.input_schema } : tool[kind]
  const read = isFlat
    ? readFlat(own as Json, at)
    : readFunction(objectAt(own, `${at}.${kind}`), `${at}.${kind}`, check)
  const isCustom = kind === 'custom' && !isFlat
  return {
    ...read,
    isCustom,
    ...(isCustom ? readGrammar(grammarIn(own as Json)) : {}),
    ...readCacheMark(tool),
  }
}

function grammarIn({ format }: Json): unknown {
  if (!isObject(format) || !isObject(format.grammar)) return format
  return { type: 'grammar', ...format.grammar }
}

function readFunction(called: Json, at: string, check: FieldCheck): Tool {
  check.check(called, functionRules, at)
  return readFlat(called, at)
}

function readFlat({ name, description, parameters, strict }: Json, at: string): Tool {
  return {
    name: textAt(name, `${at}.name`),
    description: isText(description) ? description : null,
    schema: rawAt(parameters, `${at}.parameters`),
    isStrict: typeof strict === 'boolean' ? strict : null,
    isCustom: false,
  }
}

/** Reads `tool_choice`, or the `function_call` of 2023. */
export function readChatChoice(body: Json, tools: readonly Tool[]): ToolChoice | null {
  const choice = body.tool_choice ?? body.function_call
  if (!isGiven(choice)) return null
  // Clients also write the simple choices as objects.
  const simple = isObject(choice) ? choice.type : choice
  if (simple === 'auto' || simple === 'none') return tools.length === 0 ? null : { type: simple, among: null }
  if (simple === 'required' || simple === 'any') return { type: 'required', among: null }
  const { type, ...rest } = objectAt(choice, 'tool_choice')
  if (type === 'allowed_tools') return readAllowed(objectAt(rest.allowed_tools, 'tool_choice.allowed_tools'))
  if (type !== undefined && type !== 'function' && type !== 'custom' && type !== 'tool')
    refuse('tool_choice.type', `no other format chooses by ${quoteValue(type)}`)
  const named = [rest.function, rest.custom, rest].find((one) => isObject(one) && isText(one.name))
  return { type: 'tool', name: textAt((named as Json | undefined)?.name, 'tool_choice.function.name') }
}

function readAllowed({ mode, tools }: Json): ToolChoice {
  const names = listAt(tools, 'tool_choice.allowed_tools.tools').map((tool, index) => {
    const { function: called, custom, name } = isObject(tool) ? tool : {}
    const named = isObject(called) ? called.name : isObject(custom) ? custom.name : name
    return textAt(named, `tool_choice.allowed_tools.tools[${index}].function.name`)
  })
  return { type: mode === 'required' ? 'required' : 'auto', among: new Set(names) }
}
