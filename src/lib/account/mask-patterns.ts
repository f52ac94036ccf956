import type { SecretPattern } from './secret-patterns.ts'
import { secretPatterns } from './secret-patterns.ts'

/** Replaces text that looks like a credential, in linear time. */
export function maskPatterns(text: string): string {
  return secretPatterns.reduce(maskPattern, text)
}

/**
 * Reads on from the end of each value, so no character is part of two values. Heads and values that are too short
 * have bounded length: only those characters are read again.
 */
export function maskPattern(text: string, { head, stop, least, show }: SecretPattern): string {
  let masked = ''
  let kept = 0
  head.lastIndex = 0
  for (let found = head.exec(text); found !== null; found = head.exec(text)) {
    const start = head.lastIndex
    const end = findEnd(text, start, stop)
    if (end - start < least) continue
    masked += text.slice(kept, found.index) + show(found[0], text.slice(start, end))
    kept = end
    head.lastIndex = end
  }
  return masked + text.slice(kept)
}

/** The end of the value. An escaped pair is two characters of the value. */
function findEnd(text: string, start: number, stop: RegExp): number {
  stop.lastIndex = start
  for (let found = stop.exec(text); found !== null; found = stop.exec(text)) {
    if (found[0].length === 1) return found.index
  }
  return text.length
}
