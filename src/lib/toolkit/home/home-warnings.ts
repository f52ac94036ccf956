import { existsSync } from 'node:fs'
import { formatDuration } from '../../base/durations.ts'
import type { Ledger } from '../../quota/ledger.ts'
import type { Home } from '../../store/home.ts'
import { restoreJournal } from '../../store/home.ts'

/** The ledger cannot correct a clock that is only passed in. */
const CLOCK_BEHIND_MS = 60_000

/** Says that this machine's clock is far behind the ledger; null: it is not. */
export function clockWarning({ state }: Pick<Ledger, 'state'>, clock: () => number): string | null {
  const aheadMs = state.now - clock()
  if (aheadMs < CLOCK_BEHIND_MS) return null
  return `the clock is ${formatDuration(aheadMs)} behind the newest ledger entry`
}

/** Reverts an interrupted restore, before anything builds on it. Returns whether there was one. */
export async function endInterruptedRestore(home: Home): Promise<boolean> {
  if (!existsSync(restoreJournal(home))) return false
  const { undoInterruptedRestore } = await import('../../store/replace-home.ts')
  return undoInterruptedRestore(home)
}
