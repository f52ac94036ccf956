// How a secret may be shown. Every log line, error and document passes through these rules. Each rule prefers to
// mask a harmless word over showing a key.

import { maskPatterns } from './mask-patterns.ts'
import { maskSecret } from './mask-secret.ts'

export { maskSecret } from './mask-secret.ts'
export { maskUrl } from './mask-url.ts'

const SHORTEST_KNOWN = 4

/**
 * Replaces the given secrets in any encoding, and any other text that looks like a credential. The time grows with
 * the length of the text and the number of secrets.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  return maskPatterns(maskKnown(text, secrets))
}

function maskKnown(text: string, secrets: Iterable<string>): string {
  const shown = new Map<string, string>()
  for (const secret of secrets) {
    if (secret.length < SHORTEST_KNOWN) continue
    for (const form of encodedForms(secret)) shown.set(form, maskSecret(secret))
  }
  // Longest first: a secret with the same beginning as another would otherwise leave its tail behind.
  const forms = [...shown].sort(([a], [b]) => b.length - a.length)
  return forms.reduce((masked, [form, words]) => masked.replaceAll(form, () => words), text)
}

/** A secret in plain form, in a URL (both hex cases, a form's plus sign) and in JSON. */
function encodedForms(secret: string): Set<string> {
  // A lone surrogate cannot be URI-encoded, so it never appears in that form.
  const inUrl = encodeURIComponent(secret.toWellFormed())
  const lower = inUrl.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase())
  const inForm = inUrl.replaceAll('%20', '+')
  return new Set([secret, inUrl, lower, inForm, JSON.stringify(secret).slice(1, -1)])
}
