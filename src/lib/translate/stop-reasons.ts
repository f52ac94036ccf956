import type { Json } from './json-fields.ts'

/** The stop reason of a message, from the reason of a chat completion. */
export interface MessageEnd {
  stop_reason: string
  stop_sequence: string | null
}

/** Reasons of services for a broken answer: half an answer must not look complete. */
const brokenOff: ReadonlySet<unknown> = new Set(['error', 'insufficient_system_resource'])

export function isBrokenOff(finishReason: unknown): boolean {
  return brokenOff.has(finishReason)
}

const messageReasons: ReadonlyMap<unknown, string> = new Map([
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['model_length', 'max_tokens'], // Mistral: the context is full
  ['tool_calls', 'tool_use'],
  ['function_call', 'tool_use'],
  ['content_filter', 'refusal'],
])

/**
 * `choice` has the `finish_reason`; vLLM also names the matched stop sequence there. Some services say `stop` after
 * tool calls, which a Messages client would then not run.
 */
export function messageEnd(
  choice: Json,
  { stops, hasCalls, isRefused }: { stops: readonly string[]; hasCalls: boolean; isRefused: boolean },
): MessageEnd {
  const met = choice.stop_reason
  const reason = messageReasons.get(choice.finish_reason) ?? 'end_turn'
  if (reason === 'end_turn' && typeof met === 'string' && stops.includes(met))
    return { stop_reason: 'stop_sequence', stop_sequence: met }
  if (reason === 'end_turn' && isRefused) return { stop_reason: 'refusal', stop_sequence: null }
  return { stop_reason: reason === 'end_turn' && hasCalls ? 'tool_use' : reason, stop_sequence: null }
}

const finishReasons: ReadonlyMap<unknown, string> = new Map([
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
])

export function finishReason(stopReason: unknown): string {
  return finishReasons.get(stopReason) ?? 'stop'
}

/** Tiers by the other format's names; null: no counterpart. */
export function messageTier(tier: unknown): string | null {
  if (tier === 'default') return 'standard'
  return tier === 'priority' ? tier : null
}

export function chatTier(tier: unknown): string | null {
  if (tier === 'standard') return 'default'
  return tier === 'priority' ? tier : null
}
