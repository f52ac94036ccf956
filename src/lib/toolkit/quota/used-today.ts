import type { Ledger } from '../../quota/ledger.ts'
import { formatDay } from '../../quota/log/totals.ts'

/** What was counted for an account elsewhere, before qwenctl had it. */
export interface UsedToday {
  /** `YYYY-MM-DD`, UTC. */
  day: string
  requests: number
  inputTokens: number
  outputTokens: number
  /** Who counted it, for whoever reads the ledger. */
  note: string
}

/** A count beyond what any service grants in a day is no count. */
const MOST_REQUESTS = 100_000

/**
 * Lets an account begin with what was used of it today: as many reservations, each settled as answered. It has to come
 * before the account's limits, which would refuse what is beyond them. The day is exact; a window that rolls counts them
 * as made now, so it never shows more room than there is. Answers whether they count: not when their day is over.
 */
export async function recordUsedToday(ledger: Ledger, account: string, used: UsedToday): Promise<boolean> {
  const { day, requests, inputTokens, outputTokens, note } = used
  if (formatDay(ledger.now()) !== day || requests < 1 || requests > MOST_REQUESTS) return false
  const claims = Array.from({ length: requests }, () => ledger.reserve({ account }))
  const granted = (await Promise.all(claims)).filter((reservation) => reservation !== null)
  for (const [index, reservation] of granted.entries()) {
    const isLast = index === granted.length - 1
    ledger.settle(reservation, { outcome: 'ok', note, ...(isLast ? { inputTokens, outputTokens } : {}) })
  }
  return true
}
