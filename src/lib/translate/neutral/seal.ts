// State that a service seals for itself: signed thinking, encrypted reasoning, thought signatures. Only a service of
// its origin can open it. Clients of other formats carry it in an envelope that names the origin. It returns only there.

/** `openai` seals belong to one organisation; `gemini` seals to one call of a tool. */
export type Origin = 'anthropic' | 'openai' | 'gemini' | 'openrouter'

export interface Seal {
  origin: Origin
  /** `signature`: proves the thinking beside it. `data`: the thinking itself. */
  kind: 'signature' | 'data'
  text: string
}

/** The beginning of every envelope. No service's own seal begins like this. */
export const ENVELOPE = 'qwenctl.1.'

/** Google's own value for calls that another model made (https://ai.google.dev/gemini-api/docs/thought-signatures, 2026-11). */
export const NO_SIGNATURE = 'skip_thought_signature_validator'

/** Puts a seal into an envelope, as one text of ASCII characters. */
export function wrapSeal({ origin, kind, text }: Seal): string {
  return `${ENVELOPE}${origin}.${kind}.${text}`
}

/** Opens an envelope; null: the text is none. */
export function unwrapSeal(text: string): Seal | null {
  const found = /^qwenctl\.1\.(anthropic|openai|gemini|openrouter)\.(signature|data)\.(.*)$/s.exec(text)
  if (found === null) return null
  return { origin: found[1] as Origin, kind: found[2] as Seal['kind'], text: found[3]! }
}

/** Reads a sealed text from a client: an envelope, or the state of the client's own service. */
export function readSeal(text: string, own: Origin, kind: Seal['kind']): Seal {
  return unwrapSeal(text) ?? { origin: own, kind, text }
}

/** Writes a seal for a client: the client's own service knows its seals without an envelope. */
export function showSeal(seal: Seal, own: Origin): string {
  return seal.origin === own ? seal.text : wrapSeal(seal)
}
