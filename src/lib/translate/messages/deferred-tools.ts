// Tools that Anthropic's models see only after a search or a change in the conversation (`defer_loading`). Other
// formats offer all tools of a request, so only the loaded ones are in it. Shapes: "Tool search" and "Mid-conversation
// system messages and tool changes" at https://platform.claude.com/docs, and Claude Code 2.1.332 (2026-11).

import { isObject, isText, type Json } from '../json-fields.ts'

export interface ToolChanges {
  /** The tools that the conversation has loaded, by name. */
  loaded: Set<string>
  removed: Set<string>
  /** Tools that the conversation defines, by name. */
  defined: Map<string, Json>
}

/** Reads which tools a conversation has loaded, added or removed, in order. */
export function readToolChanges(messages: unknown): ToolChanges {
  const changes: ToolChanges = { loaded: new Set(), removed: new Set(), defined: new Map() }
  if (!Array.isArray(messages)) return changes
  for (const message of messages as unknown[]) if (isObject(message)) readContent(message.content, changes)
  return changes
}

function readContent(content: unknown, changes: ToolChanges): void {
  if (!Array.isArray(content)) return
  for (const block of content as unknown[]) {
    if (!isObject(block)) continue
    if (block.type === 'tool_reference') load(block.tool_name, changes)
    else if (block.type === 'tool_addition') add(block.tool, changes)
    else if (block.type === 'tool_removal') remove(block.tool, changes)
    else if (block.type === 'tool_result') readContent(block.content, changes)
    else if (block.type === 'tool_search_tool_result' && isObject(block.content))
      readContent(block.content.tool_references, changes)
  }
}

function load(name: unknown, { loaded, removed }: ToolChanges): void {
  if (!isText(name)) return
  loaded.add(name)
  removed.delete(name)
}

function add(tool: unknown, changes: ToolChanges): void {
  if (!isObject(tool)) return
  const definition = isObject(tool.definition) ? tool.definition : null
  const name = definition?.name ?? tool.name
  load(name, changes)
  if (definition !== null && isText(name)) changes.defined.set(name, definition)
}

function remove(tool: unknown, { loaded, removed, defined }: ToolChanges): void {
  const name = isObject(tool) ? tool.name : null
  if (!isText(name)) return
  removed.add(name)
  loaded.delete(name)
  defined.delete(name)
}

/** The words for a block that loads or removes a tool; null: it is another block. */
export function describeToolChange({ type, tool, tool_name }: Json): string | null {
  if (type === 'tool_reference') return `The tool ${String(tool_name)} is available now.`
  if (type !== 'tool_addition' && type !== 'tool_removal') return null
  const { definition, name, server_name } = isObject(tool) ? tool : {}
  const own = (isObject(definition) ? definition.name : null) ?? name ?? server_name
  return `The tool ${String(own)} is ${type === 'tool_addition' ? 'available now' : 'no longer available'}.`
}
