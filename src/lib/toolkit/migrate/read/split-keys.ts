import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import type { Finding } from '../finding.ts'
import { isEncrypted, isPlaceholder } from './service.ts'

/** Shorter words between blanks are text of people, not keys. */
const SHORTEST_KEY = 16

/**
 * The keys in one text: a JSON list, or keys between commas, semicolons, `|`, lines or blanks. Tools that rotate keys
 * write them in these ways. A JSON object (a service account) stays whole.
 */
export function splitKeys(text: string): string[] {
  const whole = text.trim()
  if (whole === '' || whole.startsWith('{') || isPlaceholder(whole) || isEncrypted(whole))
    return whole === '' ? [] : [whole]
  const listed = whole.startsWith('[') ? jsonTexts(whole) : null
  const parts = (listed ?? splitText(whole)).map(withoutQuotes).filter((part) => part !== '')
  return [...new Set(parts)]
}

function splitText(whole: string): string[] {
  const parts = whole.split(/[,;|\r\n]+/)
  return parts.flatMap((part) => {
    const words = part.trim().split(/\s+/)
    return words.every(({ length }) => length >= SHORTEST_KEY) ? words : [part.trim()]
  })
}

/** Python writes single quotes. Null: no list of texts. */
function jsonTexts(text: string): string[] | null {
  for (const candidate of [text, text.replaceAll("'", '"')]) {
    const parsed = tryParseJson(candidate)
    if (Array.isArray(parsed)) return parsed.filter((one) => typeof one === 'string').map((one) => one.trim())
  }
  return splitText(text.replace(/^\[|\]$/g, ''))
}

function withoutQuotes(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, '$2')
}

/** Builds a finding for each key in a text, or one without a key. */
export function findEachKey(
  text: string | null,
  build: (secret: string | null, notes: string[]) => Finding,
): Finding[] {
  const keys = text === null ? [] : splitKeys(text)
  if (keys.length === 0) return [build(null, [])]
  return keys.map((key, index) =>
    build(key, keys.length === 1 ? [] : [`key ${index + 1} of ${keys.length} in one field`]),
  )
}
