import { compact } from './numbers.ts'

/** ` (2.9k estimated)`: the part of the tokens that no service named; empty: none. */
export function formatEstimated({ estimatedTokens }: { estimatedTokens: number }): string {
  return estimatedTokens > 0 ? ` (${compact(estimatedTokens)} estimated)` : ''
}
