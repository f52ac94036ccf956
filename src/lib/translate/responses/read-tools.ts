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
import { joinName, SEARCH } from './tool-groups.ts'

export const toolRules: FieldRules = {
  type: 'taken',
  name: 'taken',
  description: 'taken',
  parameters: 'taken',
  strict: { only: ['chat', 'messages'] },
  format: 'taken',
  tools: 'taken',
  cache_control: 'dropped',
  defer_loading: 'dropped',
  execution: 'dropped',
}

/**
 * Reads the tools of a request, and those that its items add. Tools that OpenAI itself runs are left out beside others:
 * an agent has them by default, and works without. A request with such tools alone asks for what only they do.
 */
export function readTools({ tools, input }: Json, check: FieldCheck): ReadTools {
  const out: ReadTools = { tools: [], names: new Map() }
  const hosted: string[] = []
  readList(tools, 'tools', { out, check, hosted })
  // Codex offers more tools during a conversation: unasked, or as the result of its search
  // (https://github.com/BigPizzaV3/CodexPlusPlus/issues/2263, 2026-11).
  if (Array.isArray(input))
    (input as unknown[]).forEach((item, index) => {
      if (isObject(item) && (item.type === 'additional_tools' || item.type === 'tool_search_output'))
        readList(item.tools, `input[${index}].tools`, { out, check, hosted })
    })
  if (hosted.length > 0 && out.tools.length === 0)
    refuse('tools[0].type', `only OpenAI itself runs ${quoteValue(hosted[0])}`)
  for (const type of hosted) check.leaveOut(`tools.${type}`)
  return out
}

function readList(value: unknown, at: string, { out, check, hosted }: ToolsContext): void {
  listOrNone(value, at).forEach((each, index) => {
    const field = `${at}[${index}]`
    const tool = flatten(objectAt(each, field))
    if (tool.type === 'namespace') readGroup(tool, field, out, check)
    else if (isOwn(tool)) addTool(tool, field, null, { out, check })
    else if (tool.type === SEARCH && tool.execution === 'client') addSearch(tool, field, { out, check })
    else hosted.push(isText(tool.type) ? tool.type : refuse(`${field}.type`, 'it is missing'))
  })
}

/**
 * Clients of chat completions nest the definition here too (https://github.com/BerriAI/litellm/issues/27276, 2026-11).
 */
function flatten(tool: Json): Json {
  const { function: called, ...beside } = tool
  const isNested = tool.type === 'function' && isObject(called) && !isText(tool.name)
  return isNested ? { ...called, ...beside } : tool
}

interface ToolsContext {
  out: ReadTools
  check: FieldCheck
  hosted: string[]
}

/** Codex runs the search itself. Other formats have a function for it. */
function addSearch(
  { description, parameters }: Json,
  at: string,
  { out, check }: Pick<ToolsContext, 'out' | 'check'>,
): void {
  if (out.names.has(SEARCH)) return // the client has a function of this name
  addTool({ type: 'function', name: SEARCH, description, parameters }, at, null, { out, check })
  out.names.set(SEARCH, { name: SEARCH, namespace: null, isCustom: false, isSearch: true })
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
  if (out.names.has(name)) return // a search may find a tool again
  const isCustom = tool.type === 'custom'
  const description = isText(tool.description) ? tool.description : null
  out.names.set(name, { name: own, namespace, isCustom })
  out.tools.push({
    name,
    description,
    ...(isCustom ? readGrammar(tool.format) : {}),
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
      isObject(tool) && (isText(tool.name) || isObject(tool.function)) ? [findName(tool, names)] : [],
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
  const nested = isObject(choice.function) ? choice.function.name : null
  const name = textAt(choice.name ?? nested, 'tool_choice.name')
  if (names.has(name)) return name
  for (const [joined, own] of names) if (own.name === name) return joined
  return name
}
