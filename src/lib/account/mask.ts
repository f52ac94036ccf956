// How a secret may be shown. Every log line, error and document goes through here, so each rule prefers to mask a
// harmless word over letting a key pass.

const PREFIX = /^[A-Za-z]{2,5}[-_]/
const PLAIN_TAIL = /^[A-Za-z0-9_-]{4}$/

/** `sk-…f3a9`: enough to tell two keys apart; a short or unusual secret shows nothing but `…`. */
export function maskSecret(secret: string): string {
  const tail = secret.slice(-4)
  if (secret.length < 16 || !PLAIN_TAIL.test(tail)) return '…'
  return `${PREFIX.exec(secret)?.[0] ?? ''}…${tail}`
}

const SECRET_PARAMETER =
  /([?&][^=&#\s]*(?:key|token|secret|password|passwd|signature|auth|code)[^=&#\s]*=)[^&#\s]+/gi

/** A URL as people may see it: the password, a token in place of the user name, and secret parameters replaced. */
export function maskUrl(url: string): string {
  return maskUserinfo(url).replace(SECRET_PARAMETER, '$1…')
}

function maskUserinfo(url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(url) ?? []
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? ''
  // A password written with a bare `/`, `?` or `#` breaks the URL in two: the true end of it is then the last `@`.
  const isBroken = !authority.includes('@') && rest.includes('@') && !URL.canParse(url)
  const end = isBroken ? rest.lastIndexOf('@') : authority.lastIndexOf('@')
  if (end < 0) return url
  const userinfo = rest.slice(0, end)
  const colon = userinfo.indexOf(':')
  const shown =
    colon < 0 ? (userinfo.length < 16 ? userinfo : maskSecret(userinfo)) : `${userinfo.slice(0, colon)}:…`
  return `${scheme}${shown}${rest.slice(end)}`
}

// Key shapes of the services we know of: OpenAI and its many imitators (sk-, pk-, rk-), ours (qk_, qa_, qs_, qt_), Groq (gsk_),
// Fireworks (fw_), xAI, Hugging Face, GitHub, NVIDIA, Perplexity, Replicate; Google's (AIza, ya29.); JSON web tokens.
const KEY = /\b((?:[spr]k|q[akst]|[gc]sk|fw|xai|hf|gh[opsur]|nvapi|pplx|r8|tvly)[-_])[A-Za-z0-9_-]{8,}/g
const GOOGLE_KEY = /\b(?:AIza[A-Za-z0-9_-]{10,}|ya29\.[A-Za-z0-9._-]{10,})/g
const WEB_TOKEN = /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}/g
const AUTHORIZATION = /\b(bearer|basic|token)(\s+)([A-Za-z0-9._~+/=-]{8,})/gi
const FIELD_NAMES =
  '(?:[a-z]+[_-])*(?:api[_-]?key|access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|client[_-]?secret|' +
  'device[_-]?code|code[_-]?verifier|passphrase|password|secret)'
const QUOTED_FIELD = new RegExp(`(["']${FIELD_NAMES}["']\\s*:\\s*)"((?:[^"\\\\]|\\\\.)*)"`, 'gi')
const ASSIGNED_FIELD = new RegExp(`\\b(${FIELD_NAMES}=)(["']?)([^\\s"'&;,]+)`, 'gi')
const NAMED_FIELD = new RegExp(`\\b(${FIELD_NAMES}\\s*:\\s*)([^\\s"'&;,]{8,})`, 'gi')
// Up to the last `@`, since the rest of a URL may hold another one.
const URL_USER = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/"'<>]{1,512}@/gi

/** Replaces the given secrets, however they are encoded, and whatever else looks like a credential. */
export function redact(text: string, secrets: Iterable<string>): string {
  return maskPatterns(maskKnown(text, secrets))
}

function maskKnown(text: string, secrets: Iterable<string>): string {
  // Longest first, or a secret that begins like another would leave its tail behind.
  const known = [...new Set(secrets)].filter((secret) => secret.length >= 4)
  let masked = text
  for (const secret of known.sort((a, b) => b.length - a.length)) {
    for (const form of new Set([
      secret,
      encodeURIComponentSafely(secret),
      JSON.stringify(secret).slice(1, -1),
    ])) {
      masked = masked.replaceAll(form, () => maskSecret(secret))
    }
  }
  return masked
}

/** A lone surrogate cannot be URI-encoded, so it cannot appear that way either. */
function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function maskPatterns(text: string): string {
  return text
    .replace(URL_USER, (url) => maskUrl(url))
    .replace(SECRET_PARAMETER, '$1…')
    .replace(WEB_TOKEN, maskSecret)
    .replace(GOOGLE_KEY, maskSecret)
    .replace(KEY, (key, prefix: string) => (key.length < 16 ? `${prefix}…` : maskSecret(key)))
    .replace(AUTHORIZATION, (all: string, scheme: string, space: string, value: string) =>
      looksRandom(value) ? `${scheme}${space}…` : all,
    )
    .replace(QUOTED_FIELD, (_, name: string, value: string) => `${name}"${shownValue(value)}"`)
    .replace(
      ASSIGNED_FIELD,
      (_, name: string, quote: string, value: string) => name + quote + shownValue(value),
    )
    .replace(NAMED_FIELD, (all: string, name: string, value: string) =>
      looksRandom(value) ? `${name}…` : all,
    )
}

/** What is masked already keeps its tail. */
function shownValue(value: string): string {
  return value === '' || value.includes('…') ? value : maskSecret(value)
}

/** A digit, a change of case or sheer length: words of a message have none of these. */
function looksRandom(text: string): boolean {
  return /\d/.test(text) || /[a-z][A-Z]|[A-Z][a-z].*[A-Z]/.test(text) || text.length >= 24
}
