import {
  isGiven,
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
import { writeJson } from '../json/raw-json.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import type { ReadTools, Tool, ToolChoice } from '../neutral/request.ts'
import { isClientTool, readClientTool } from './client-tools.ts'
import { readToolChanges, type ToolChanges } from './deferred-tools.ts'

export const toolRules: FieldRules = {
  type: 'taken',
  name: 'taken',
  description: 'taken',
  input_schema: 'taken',
  input_examples: 'taken',
  strict: { only: ['chat', 'responses'] },
  cache_control: 'dropped',
  eager_input_streaming: 'dropped',
  defer_loading: 'taken',
  allowed_callers: {
    refused: 'programs that run at Anthropic cannot call it from elsewhere',
    unless: (value) => Array.isArray(value) && value.includes('direct'),
  },
}

/** The fields of a tool that Anthropic defines and the client runs. */
export const clientToolRules: FieldRules = {
  ...toolRules,
  strict: 'hint',
  max_characters: 'hint',
  display_width_px: 'taken',
  display_height_px: 'taken',
  display_number: 'dropped',
  enable_zoom: 'dropped',
}

export const toolChoiceRules: FieldRules = {
  type: 'taken',
  name: 'taken',
  disable_parallel_tool_use: { only: ['chat', 'responses'] },
}

/**
 * Reads the tools of a request. Tools that Anthropic itself runs are left out beside others: an agent has them by
 * default, and works without. A request with such tools alone asks for what only they do.
 */
export function readMessagesTools({ tools, messages }: Json, check: FieldCheck): ReadTools {
  const out: ReadTools = { tools: [], names: new Map() }
  const hosted: unknown[] = []
  const own: { tool: Json; at: string }[] = []
  listOrNone(tools, 'tools').forEach((each, index) => {
    const at = `tools[${index}]`
    const tool = objectAt(each, at)
    if (isGiven(tool.type) && tool.type !== 'custom' && !isClientTool(tool)) hosted.push(tool.type)
    else own.push({ tool, at })
  })
  if (hosted.length > 0 && own.length === 0)
    refuse(
      'tools[0].type',
      `${quoteValue(hosted[0])} is a tool of Anthropic's own, which no other service has`,
    )
  const changes = readToolChanges(messages)
  const isSearched = hosted.some((type) => isText(type) && type.startsWith('tool_search_tool_'))
  for (const { tool, at } of own)
    if (isOffered(tool, changes, isSearched)) addTool(readTool(tool, at, check), out)
  for (const tool of changes.defined.values()) addTool(readTool(tool, 'messages.tool_addition', check), out)
  for (const type of hosted) check.leaveOut(`tools.${String(type)}`)
  return out
}

/** A model without Anthropic's own search must see the tools that it would find. */
function isOffered({ name, defer_loading }: Json, changes: ToolChanges, isSearched: boolean): boolean {
  if (!isText(name)) return true // reading it says what is missing
  if (changes.removed.has(name) || changes.defined.has(name)) return false
  return defer_loading !== true || isSearched || changes.loaded.has(name)
}

function addTool(tool: Tool, out: ReadTools): void {
  out.tools.push(tool)
  out.names.set(tool.name, { name: tool.name, namespace: null, isCustom: false })
}

function readTool(tool: Json, at: string, check: FieldCheck): Tool {
  const isOwn = isClientTool(tool)
  check.check(tool, isOwn ? clientToolRules : toolRules, at)
  if (isOwn) return readClientTool(tool, textAt(tool.name, `${at}.name`))
  const description = describe(tool)
  return {
    name: textAt(tool.name, `${at}.name`),
    description: description === '' ? null : description,
    schema: rawAt(tool.input_schema, `${at}.input_schema`),
    isStrict: typeof tool.strict === 'boolean' ? tool.strict : null,
    isCustom: false,
    ...(isGiven(tool.cache_control) ? { cache: tool.cache_control } : {}),
  }
}

/** Other formats have no field for examples, so the description includes them. */
function describe(tool: Json): string {
  const shown = listOrNone(tool.input_examples, 'input_examples').map((example) => writeJson(example))
  return [
    ...[tool.description].filter(isText),
    ...(shown.length === 0 ? [] : [`Examples of its input:\n${shown.join('\n')}`]),
  ].join('\n\n')
}

export function readMessagesChoice(
  value: unknown,
  tools: readonly Tool[],
  check: FieldCheck,
): { choice: ToolChoice | null; isSerial: boolean } {
  if (!isGiven(value)) return { choice: null, isSerial: false }
  const object = objectAt(value, 'tool_choice')
  check.check(object, toolChoiceRules, 'tool_choice')
  const isSerial = object.disable_parallel_tool_use === true
  switch (object.type) {
    case 'auto':
    case 'none':
      return { choice: tools.length === 0 ? null : { type: object.type, among: null }, isSerial }
    case 'any':
      return { choice: { type: 'required', among: null }, isSerial }
    case 'tool':
      return { choice: { type: 'tool', name: textAt(object.name, 'tool_choice.name') }, isSerial }
    default:
      return refuse('tool_choice.type', 'it is none of auto, any, tool, none')
  }
}
