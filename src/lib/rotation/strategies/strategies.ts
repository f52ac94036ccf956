import { fastest } from './fastest.ts'
import { fillFirst } from './fill-first.ts'
import { leastUsed } from './least-used.ts'
import { mostRemaining } from './most-remaining.ts'
import { resetFirst } from './reset-first.ts'
import type { Strategy } from './strategy.ts'
import { roundRobin, weighted } from './turns.ts'

/** Ways to order the accounts of one tier. `priority` is the default's name: tiers, and within one most remaining. */
export const strategies = {
  priority: mostRemaining,
  'fill-first': fillFirst,
  'round-robin': roundRobin,
  weighted,
  'least-used': leastUsed,
  'most-remaining': mostRemaining,
  'reset-first': resetFirst,
  fastest,
} as const satisfies Record<string, Strategy>

export type StrategyName = keyof typeof strategies

export const strategyNames = Object.keys(strategies) as StrategyName[]

export function isStrategyName(name: string): name is StrategyName {
  return Object.hasOwn(strategies, name)
}
