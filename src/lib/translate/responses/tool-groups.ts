// Codex offers the tools of one server as a group, `{"type":"namespace","name","tools"}`. Its calls have the group's
// name beside the tool's (https://github.com/openai/codex, codex-rs/protocol/src/models.rs, 2026-11). Other formats
// have one name for a tool.

import { isObject, isText } from '../json-fields.ts'

/** Joins the names of a group and its tool. */
export function joinName(namespace: string, name: string): string {
  return namespace.endsWith('__') ? `${namespace}${name}` : `${namespace}__${name}`
}

/** The name of Codex's own search for tools. Its definition has none. */
export const SEARCH = 'tool_search'

/** The names of a tool, or of the tools of a group, as other formats see them. */
export function listToolNames(tool: unknown): string[] {
  if (!isObject(tool) || !isText(tool.name)) return []
  const { name, tools } = tool
  if (!Array.isArray(tools)) return [name]
  return (tools as unknown[]).flatMap((each) =>
    isObject(each) && isText(each.name) ? [joinName(name, each.name)] : [],
  )
}
