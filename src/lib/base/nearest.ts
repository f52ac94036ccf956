import { editDistance } from './edit-distance.ts'

/** The most likely intended candidate: at most a third of its letters differ. Null when none is near. */
export function nearest(typed: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let bestDistance = Infinity
  for (const candidate of candidates) {
    const distance = editDistance(typed, candidate)
    const near = distance <= Math.max(1, Math.floor(Math.max(typed.length, candidate.length) / 3))
    if (near && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}
