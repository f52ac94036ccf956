// Codex offers the tools of one server as a group, `{"type":"namespace","name","tools"}`. Its calls have the group's
// name beside the tool's (https://github.com/openai/codex, codex-rs/protocol/src/models.rs, 2026-11). Other formats
// have one name for a tool.

/** Joins the names of a group and its tool. */
export function joinName(namespace: string, name: string): string {
  return namespace.endsWith('__') ? `${namespace}${name}` : `${namespace}__${name}`
}
