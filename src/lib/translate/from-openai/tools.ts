import {
  checkFields,
  isObject,
  isText,
  listAt,
  objectAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
  quoted,
} from '../json-fields.ts'
import { cacheMark } from './content.ts'

export const toolRules: FieldRules = { type: 'taken', function: 'taken', cache_control: 'taken' }
export const functionRules: FieldRules = {
  name: 'taken',
  description: 'taken',
  parameters: 'taken',
  strict: 'taken',
}

/** The tools of a chat completion, and the choice among them, as fields of a Messages request. */
export function messageTools(body: Json): Json {
  const tools = body.tools === undefined || body.tools === null ? [] : listAt(body.tools, 'tools')
  const own = tools.map((tool, index) => ownTool(objectAt(tool, `tools[${index}]`), `tools[${index}]`))
  const choice = translateChoice(body.tool_choice)
  if (own.length === 0) {
    const isEmpty = choice.type === null || choice.type === 'auto' || choice.type === 'none'
    return isEmpty ? {} : refuse('tool_choice', 'there are no tools to choose from')
  }
  const { allowed } = choice
  const offered = allowed === null ? own : own.filter(({ name }) => allowed.has(name))
  return { tools: offered, ...asToolChoice(choice, body.parallel_tool_calls === false) }
}

function ownTool(tool: Json, at: string): Json {
  if (tool.type !== 'function') refuse(`${at}.type`, `Anthropic has no tools of type ${quoted(tool.type)}`)
  checkFields(tool, toolRules, at)
  const { name, description, parameters, strict } = objectAt(tool.function, `${at}.function`)
  checkFields(tool.function as Json, functionRules, `${at}.function`)
  return {
    name: textAt(name, `${at}.function.name`),
    ...(isText(description) ? { description } : {}),
    input_schema: completeSchema(parameters, `${at}.function.parameters`),
    ...(strict === true ? { strict } : {}),
    ...cacheMark(tool),
  }
}

/** Anthropic requires an object; a function without parameters takes an empty one. */
function completeSchema(parameters: unknown, at: string): Json {
  if (parameters === undefined || parameters === null) return { type: 'object', properties: {} }
  const schema = objectAt(parameters, at)
  return schema.type === undefined ? { type: 'object', ...schema } : schema
}

interface Choice {
  type: 'auto' | 'any' | 'none' | 'tool' | null
  name: string | null
  /** The tools to choose from; null: all. */
  allowed: Set<unknown> | null
}

function translateChoice(choice: unknown): Choice {
  if (choice === undefined || choice === null) return chosen(null)
  if (choice === 'auto' || choice === 'none') return chosen(choice)
  if (choice === 'required') return chosen('any')
  const { type, ...rest } = objectAt(choice, 'tool_choice')
  if (type === 'function') {
    const name = textAt(objectAt(rest.function, 'tool_choice.function').name, 'tool_choice.function.name')
    return { type: 'tool', name, allowed: null }
  }
  if (type === 'allowed_tools') return amongAllowed(objectAt(rest.allowed_tools, 'tool_choice.allowed_tools'))
  return refuse('tool_choice.type', `Anthropic cannot choose by ${quoted(type)}`)
}

function chosen(type: 'auto' | 'any' | 'none' | null): Choice {
  return { type, name: null, allowed: null }
}

function amongAllowed({ mode, tools }: Json): Choice {
  const names = listAt(tools, 'tool_choice.allowed_tools.tools').map((tool, index) => {
    const named = isObject(tool) && isObject(tool.function) ? tool.function.name : undefined
    return textAt(named, `tool_choice.allowed_tools.tools[${index}].function.name`)
  })
  return { type: mode === 'required' ? 'any' : 'auto', name: null, allowed: new Set(names) }
}

function asToolChoice({ type, name }: Choice, isSerial: boolean): Json {
  if (type === null && !isSerial) return {}
  if (type === 'none') return { tool_choice: { type } }
  return {
    tool_choice: {
      type: type ?? 'auto',
      ...(name === null ? {} : { name }),
      ...(isSerial ? { disable_parallel_tool_use: true } : {}),
    },
  }
}
