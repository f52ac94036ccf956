import { formatDay } from '../../base/iso-time.ts'
import type { Ledger } from '../../quota/ledger.ts'

/** The count of another tool for an account, before qwenctl had it. */
export interface UsedToday {
  /** `YYYY-MM-DD`, UTC. */
  day: string
  requests: number
  inputTokens: number
  outputTokens: number
  /** The source of the count, for readers of the ledger. */
  note: string
}

/** A larger count is invalid: no service grants as much in a day. */
const MOST_REQUESTS = 100_000

/**
 * Lets an account begin with its earlier use of today: as many reservations, each settled as answered. Runs before
 * the account's limits are recorded, because they would refuse the excess. The day is exact. A rolling window counts
 * the requests as made now, so it never shows more room than there is. Returns whether they count: not after their
 * day.
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
