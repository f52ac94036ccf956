// The shapes of credentials. Each pattern is a head of bounded length, and a value that ends at its first stop
// character. `mask-patterns.ts` reads each character a bounded number of times, for any text.

import { maskSecret } from './mask-secret.ts'
import { maskAuthority, maskParameter } from './mask-url.ts'

export interface SecretPattern {
  /** Finds where a value begins. No unbounded repetition: a test checks the source. */
  head: RegExp
  /** Finds the end of the value: one character, or an escaped pair, which does not end the value. */
  stop: RegExp
  /** A shorter value is not a secret. */
  least: number
  /** The text shown for head and value. */
  show: (head: string, value: string) => string
}

const NAMES =
  '(?:api[_-]?key|access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|client[_-]?secret|' +
  'device[_-]?code|code[_-]?verifier|passphrase|password|secret)'

/**
 * Key shapes. OpenAI and its imitators: sk-, pk-, rk-. qwenctl: qk_, qa_, qs_, qt_, qu_. Groq: gsk_. Cerebras:
 * csk-. Fireworks: fw_. Google: AIza, ya29. And those of xAI, Hugging Face, GitHub, NVIDIA, Perplexity, Replicate
 * and Tavily.
 */
const KEY = /\b(?:[spr]k|q[akstu]|[gc]sk|fw|xai|hf|gh[opsur]|nvapi|pplx|r8|tvly)[-_]/g

/** In the order of application. */
export const secretPatterns: readonly SecretPattern[] = [
  { head: /:\/\//g, stop: /[\s/"'<>]/g, least: 1, show: (head, value) => head + maskAuthority(value) },
  { head: /[?&]/g, stop: /[&#\s]/g, least: 1, show: (head, value) => maskParameter(head + value) },
  { head: /\beyJ/g, stop: /[^A-Za-z0-9_.-]/g, least: 9, show: maskWebToken },
  { head: /\bAIza/g, stop: /[^A-Za-z0-9_-]/g, least: 10, show: maskWhole },
  { head: /\bya29\./g, stop: /[^A-Za-z0-9._-]/g, least: 10, show: maskWhole },
  { head: KEY, stop: /[^A-Za-z0-9_-]/g, least: 8, show: maskKey },
  {
    head: /\b(?:bearer|basic|token)\s{1,40}/gi,
    stop: /[^A-Za-z0-9._~+/=-]/g,
    least: 8,
    show: maskRandom,
  },
  {
    head: new RegExp(`${NAMES}["']\\s{0,40}:\\s{0,40}"`, 'gi'),
    stop: /\\[\s\S]|"/g,
    least: 1,
    show: maskValue,
  },
  // A value in quotes may have blanks: a passphrase often does.
  { head: new RegExp(`${NAMES}="`, 'gi'), stop: /\\[\s\S]|"/g, least: 1, show: maskValue },
  { head: new RegExp(`${NAMES}='`, 'gi'), stop: /[']/g, least: 1, show: maskValue },
  // The same in a text of JSON.
  { head: new RegExp(`${NAMES}=\\\\{1,7}"`, 'gi'), stop: /["\\]/g, least: 1, show: maskValue },
  {
    head: new RegExp(`${NAMES}=(?!\\\\{1,7}")["']?`, 'gi'),
    stop: /[\s"'&;,]/g,
    least: 1,
    show: maskValue,
  },
  {
    head: new RegExp(`${NAMES}\\s{0,40}:\\s{0,40}`, 'gi'),
    stop: /[\s"'&;,]/g,
    least: 8,
    show: maskRandom,
  },
]

/** A token has a dot after a part of eleven characters or more; a word with the same beginning has none. */
function maskWebToken(head: string, value: string): string {
  return /[A-Za-z0-9_-]{8}\./.test(value) ? maskSecret(head + value) : head + value
}

function maskWhole(head: string, value: string): string {
  return maskSecret(head + value)
}

function maskKey(head: string, value: string): string {
  return head.length + value.length < 16 ? `${head}…` : maskSecret(head + value)
}

/** Text that is already masked keeps its tail. */
function maskValue(head: string, value: string): string {
  return head + (value.includes('…') ? value : maskSecret(value))
}

function maskRandom(head: string, value: string): string {
  return looksRandom(value) ? `${head}…` : head + value
}

/** Long text, with a digit or a change of case: words of a message have none of these. */
function looksRandom(text: string): boolean {
  return text.length >= 24 || /\d/.test(text) || /[a-z][A-Z]|[A-Z][a-z].*[A-Z]/.test(text)
}
