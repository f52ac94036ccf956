import {
  checkFields,
  isFalse,
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

export const toolRules: FieldRules = {
  type: 'taken',
  name: 'taken',
  description: 'taken',
  input_schema: 'taken',
  input_examples: 'taken',
  strict: 'taken',
  cache_control: 'dropped',
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

/** The tools of a Messages request, and the choice among them, as fields of a chat completion. */
export function chatTools(body: Json): Json {
  const tools = body.tools === undefined || body.tools === null ? [] : listAt(body.tools, 'tools')
  if (tools.length === 0) return choiceWithoutTools(body.tool_choice)
  return {
    tools: tools.map((tool, index) => chatTool(objectAt(tool, `tools[${index}]`), `tools[${index}]`)),
    ...translateChoice(body.tool_choice),
  }
}

function chatTool(tool: Json, at: string): Json {
  if (tool.type !== undefined && tool.type !== null && tool.type !== 'custom') {
    refuse(`${at}.type`, `${quoted(tool.type)} is a tool of Anthropic's own, which no other service has`)
  }
  checkFields(tool, toolRules, at)
  const description = describe(tool)
  return {
    type: 'function',
    function: {
      name: textAt(tool.name, `${at}.name`),
      ...(description === '' ? {} : { description }),
      parameters: objectAt(tool.input_schema, `${at}.input_schema`),
      ...(typeof tool.strict === 'boolean' ? { strict: tool.strict } : {}),
    },
  }
}

/** A function has no field for examples, so its description includes them. */
function describe(tool: Json): string {
  const examples = Array.isArray(tool.input_examples) ? (tool.input_examples as unknown[]) : []
  const shown = examples.map((example) => JSON.stringify(example))
  return [
    ...[tool.description].filter(isText),
    ...(shown.length === 0 ? [] : [`Examples of its input:\n${shown.join('\n')}`]),
  ].join('\n\n')
}

function translateChoice(choice: unknown): Json {
  if (choice === undefined || choice === null) return {}
  const { type, name, disable_parallel_tool_use: isSerial } = checkedChoice(choice)
  const parallel = isSerial === true ? { parallel_tool_calls: false } : {}
  switch (type) {
    case 'auto':
    case 'none':
      return { tool_choice: type, ...parallel }
    case 'any':
      return { tool_choice: 'required', ...parallel }
    case 'tool': {
      const named = { name: textAt(name, 'tool_choice.name') }
      return { tool_choice: { type: 'function', function: named }, ...parallel }
    }
    default:
      return refuse('tool_choice.type', 'it is none of auto, any, tool, none')
  }
}

/** Chat completions refuse a choice without tools; `auto` and `none` have no effect then. */
function choiceWithoutTools(choice: unknown): Json {
  const isEmpty = !isObject(choice) || choice.type === 'auto' || choice.type === 'none'
  return isEmpty ? {} : refuse('tool_choice', 'there are no tools to choose from')
}

function checkedChoice(choice: unknown): Json {
  const object = objectAt(choice, 'tool_choice')
  checkFields(object, toolChoiceRules, 'tool_choice')
  return object
}
