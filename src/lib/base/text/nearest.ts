import { editDistance } from './edit-distance.ts'

/** No name is longer, and the distance of very long texts takes long. */
const MOST_LETTERS = 200

/**
 * The candidate that the user most likely meant. At most a third of the letters differ, and in a short word one of
 * several. Upper case does not count. Null when none is near.
 */
export function nearest(typed: string, candidates: Iterable<string>): string | null {
  const word = typed.slice(0, MOST_LETTERS).toLowerCase()
  let best: string | null = null
  let bestDistance = Infinity
  for (const candidate of candidates) {
    const longer = Math.max(word.length, candidate.length)
    const most = Math.min(Math.max(1, Math.floor(longer / 3)), longer - 1)
    if (Math.abs(word.length - candidate.length) > most) continue
    const distance = editDistance(word, candidate.toLowerCase())
    if (distance > most || distance >= bestDistance) continue
    best = candidate
    bestDistance = distance
  }
  return best
}
