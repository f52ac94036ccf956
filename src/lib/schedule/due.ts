import type { Plan } from './slots.ts'
import { countSlots, latestSlot, nextSlot } from './slots.ts'

/** A slot up to this late counts as on time, because a proxy takes a moment to restart. */
export const GRACE_MS = 120_000

/** The maximum of missed slots that are counted one by one. */
const MOST_COUNTED = 1000

export interface DueInput {
  plan: Plan
  /** The delay of the account within the slot. */
  spreadMs: number
  missed: 'skip' | 'once'
  /** The newest slot that was claimed for the account; null: none. */
  last: number | null
  /** Slots up to here do not count: the job or the account began then. */
  since: number
  now: number
}

/** The decision for one job and account. Times in epoch milliseconds. */
export type Due =
  /** Nothing until `at`; null: no further slot is known. */
  | { do: 'wait'; slot: number | null; at: number | null }
  | { do: 'run'; slot: number; isLate: boolean; missed: number }
  /** The slots were missed, and the job does not catch up. */
  | { do: 'skip'; slot: number; missed: number }

/** Decides whether a slot is due, which one, and how many were missed before it. */
export function decideDue({ plan, spreadMs, missed, last, since, now }: DueInput): Due {
  const floor = Math.max(last ?? -Infinity, since)
  const slot = latestSlot(plan, now - spreadMs)
  if (slot === null || slot <= floor) {
    const next = nextSlot(plan, Math.max(floor, now - spreadMs))
    return { do: 'wait', slot: next, at: next === null ? null : next + spreadMs }
  }
  const isLate = now - spreadMs - slot > GRACE_MS
  const all = countSlots(plan, floor, slot, MOST_COUNTED)
  if (!isLate) return { do: 'run', slot, isLate, missed: all - 1 }
  if (missed === 'once') return { do: 'run', slot, isLate, missed: all - 1 }
  return { do: 'skip', slot, missed: all }
}
