import {
  isGiven,
  isObject,
  isText,
  listAt,
  listOrNone,
  objectAt,
  quoted,
  rawAt,
  refuse,
  textAt,
  type FieldRules,
  type Json,
} from '../json-fields.ts'
import { describeCustom } from '../neutral/tools/custom-tools.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import type { ReadTools, Tool, ToolChoice } from '../neutral/request.ts'
import { joinName } from './tool-groups.ts'

export const toolRules: FieldRules = {
  type: 'taken',
  name: 'taken',
  description: 'taken',
  parameters: 'taken',
  strict: 'taken',
  format: 'taken',
  tools: 'taken',
  cache_control: 'dropped',
  defer_loading: 'dropped',
}

/**
 * Reads the tools of a request. Tools that OpenAI itself runs are left out beside others: an agent has them by
 * default, and works without. A request with such tools alone asks for what only they do.
 */
export function readTools(value: unknown, check: FieldCheck): ReadTools {
  const out: ReadTools = { tools: [], names: new Map() }
  const hosted: string[] = []
  listOrNone(value, 'tools').forEach((each, index) => {
    const at = `tools[${index}]`
    const tool = objectAt(each, at)
    if (tool.type === 'namespace') readGroup(tool, at, out, check)
    else if (isOwn(tool)) addTool(tool, at, null, { out, check })
    else hosted.push(isText(tool.type) ? tool.type : refuse(`${at}.type`, 'it is missing'))
  })
  if (hosted.length > 0 && out.tools.length === 0)
    refuse('tools[0].type', `only OpenAI itself runs ${quoted(hosted[0])}`)
  for (const type of hosted) check.leaveOut(`tools.${type}`)
  return out
}

function isOwn({ type }: Json): boolean {
  return type === 'function' || type === 'custom'
}

function readGroup(group: Json, at: string, out: ReadTools, check: FieldCheck): void {
  check.check(group, toolRules, at)
  const namespace = textAt(group.name, `${at}.name`)
  listAt(group.tools, `${at}.tools`).forEach((each, index) => {
    const field = `${at}.tools[${index}]`
    const tool = objectAt(each, field)
    if (isOwn(tool)) addTool(tool, field, namespace, { out, check })
    else check.leaveOut(`tools.${String(tool.type)}`)
  })
}

function addTool(
  tool: Json,
  at: string,
  namespace: string | null,
  { out, check }: { out: ReadTools; check: FieldCheck },
): void {
  check.check(tool, toolRules, at)
  const own = textAt(tool.name, `${at}.name`)
  const name = namespace === null ? own : joinName(namespace, own)
  const isCustom = tool.type === 'custom'
  const description = isText(tool.description) ? tool.description : null
  out.names.set(name, { name: own, namespace, isCustom })
  out.tools.push({
    name,
    description: isCustom ? describeCustom(description, tool.format) : description,
    schema: isCustom ? null : rawAt(tool.parameters, `${at}.parameters`),
    isStrict: typeof tool.strict === 'boolean' ? tool.strict : null,
    isCustom,
  })
}

export function readChoice(
  value: unknown,
  { tools, names }: ReadTools,
  check: FieldCheck,
): ToolChoice | null {
  if (!isGiven(value)) return null
  if (value === 'auto' || value === 'none' || value === 'required') return choose(value, tools)
  const choice = objectAt(value, 'tool_choice')
  if (choice.type === 'function' || choice.type === 'custom')
    return { type: 'tool', name: findName(choice, names) }
  if (choice.type === 'allowed_tools') {
    const allowed = listAt(choice.tools, 'tool_choice.tools').flatMap((tool) =>
      isObject(tool) && isText(tool.name) ? [findName(tool, names)] : [],
    )
    return { type: choice.mode === 'required' ? 'required' : 'auto', among: new Set(allowed) }
  }
  check.leaveOut('tool_choice')
  return null
}

/** Without tools there is no choice. Clients send the default all the same. */
function choose(type: 'auto' | 'none' | 'required', tools: readonly Tool[]): ToolChoice | null {
  return tools.length === 0 && type !== 'required' ? null : { type, among: null }
}

function findName(choice: Json, names: ReadTools['names']): string {
  const name = textAt(choice.name, 'tool_choice.name')
  if (names.has(name)) return name
  for (const [joined, own] of names) if (own.name === name) return joined
  return name
}
