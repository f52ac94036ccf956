// Codex offers the tools of one server as a group, `{"type":"namespace","name","tools"}`, and calls carry the group's
// name beside the tool's (https://github.com/openai/codex, codex-rs/protocol/src/models.rs, 2026-11). Other formats
// have one name for a tool.

/** One name for a tool of a group. */
export function joinName(namespace: string, name: string): string {
  return namespace.endsWith('__') ? `${namespace}${name}` : `${namespace}__${name}`
}
