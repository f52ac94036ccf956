import {
  isFalse,
  isGiven,
  isText,
  listOrNone,
  objectAt,
  quoted,
  rawAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import type { ReadTools, Tool, ToolChoice } from '../neutral/request.ts'

export const toolRules: FieldRules = {
  type: 'taken',
  name: 'taken',
  description: 'taken',
  input_schema: 'taken',
  input_examples: 'taken',
  strict: 'taken',
  cache_control: 'taken',
  eager_input_streaming: 'dropped',
  defer_loading: { refused: "it needs Anthropic's tool search", unless: isFalse },
  allowed_callers: {
    refused: 'programs that run at Anthropic cannot call it from elsewhere',
    unless: (value) => Array.isArray(value) && value.every((caller) => caller === 'direct'),
  },
}

export const toolChoiceRules: FieldRules = {
  type: 'taken',
  name: 'taken',
  disable_parallel_tool_use: 'taken',
}

/**
 * Reads the tools of a request. Tools that Anthropic itself runs are left out beside others: an agent has them by
 * default, and works without. A request with such tools alone asks for what only they do.
 */
export function readMessagesTools(value: unknown, check: FieldCheck): ReadTools {
  const out: ReadTools = { tools: [], names: new Map() }
  const hosted: unknown[] = []
  listOrNone(value, 'tools').forEach((each, index) => {
    const at = `tools[${index}]`
    const tool = objectAt(each, at)
    if (isGiven(tool.type) && tool.type !== 'custom') return void hosted.push(tool.type)
    const read = readTool(tool, at, check)
    out.tools.push(read)
    out.names.set(read.name, { name: read.name, namespace: null, isCustom: false })
  })
  if (hosted.length > 0 && out.tools.length === 0)
    refuse('tools[0].type', `${quoted(hosted[0])} is a tool of Anthropic's own, which no other service has`)
  for (const type of hosted) check.leaveOut(`tools.${String(type)}`)
  return out
}

function readTool(tool: Json, at: string, check: FieldCheck): Tool {
  check.check(tool, toolRules, at)
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
