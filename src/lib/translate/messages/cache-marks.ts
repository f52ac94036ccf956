import { isObject, type Json } from '../json-fields.ts'

/** Anthropic refuses more (https://platform.claude.com/docs/en/build-with-claude/prompt-caching, 2026-11). */
const MOST_MARKS = 4

interface Marked {
  tools: unknown
  system: unknown
  messages: unknown
  /** Settings of the whole request: an automatic mark counts too. */
  whole: Json
  leaveOut: (field: string) => void
}

/** Two marks keep the tools and the system prompt, which all later requests share. The others follow the conversation. */
const MOST_SHARED = 2

/** Removes marks beyond the most that Anthropic takes, and names them. The last marks are worth most. */
export function limitCacheMarks({ tools, system, messages, whole, leaveOut }: Marked): void {
  const shared: Json[] = []
  const said: Json[] = []
  findMarked(tools, shared)
  findMarked(system, shared)
  findMarked(messages, said)
  const room = MOST_MARKS - (whole.cache_control === undefined ? 0 : 1)
  if (shared.length + said.length <= room) return
  const mostShared = Math.max(Math.min(room, MOST_SHARED), room - said.length)
  const kept = shared.slice(-mostShared)
  const removed = [
    ...shared.slice(0, -mostShared),
    ...said.slice(0, Math.max(0, said.length - room + kept.length)),
  ]
  for (const block of removed) delete block.cache_control
  leaveOut('cache_control')
}

/** Adds the objects with a mark, in their order: results of tools have blocks of their own. */
function findMarked(value: unknown, found: Json[]): void {
  if (!Array.isArray(value)) return
  for (const block of value as unknown[]) {
    if (!isObject(block)) continue
    if (Array.isArray(block.content)) findMarked(block.content, found)
    if (block.cache_control !== undefined) found.push(block)
  }
}
