import type { Turn } from './request.ts'

/**
 * Puts the seals of calls back to their calls. Clients without a field for them got each as sealed thinking before its
 * call.
 */
export function attachSeals(turns: readonly Turn[]): void {
  for (const turn of turns) {
    if (turn.role !== 'assistant') continue
    turn.parts = turn.parts.filter((part, index) => {
      if (part.kind !== 'sealed' || part.seal.origin !== 'gemini') return true
      const next = turn.parts[index + 1]
      if (next?.kind === 'call') next.seal ??= part.seal
      return false
    })
  }
}

/** Removes all sealed state: plain thinking stays. */
export function dropSeals(turns: readonly Turn[]): void {
  for (const turn of turns) {
    turn.parts = turn.parts.filter(({ kind }) => kind !== 'sealed')
    for (const part of turn.parts) if (part.kind === 'thinking' || part.kind === 'call') part.seal = null
  }
}
