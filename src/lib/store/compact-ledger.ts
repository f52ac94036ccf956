import { rmSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { stateToJson } from '../quota/checkpoint.ts'
import { apply, emptyState } from '../quota/fold.ts'
import { parseEvent } from '../quota/parse-event.ts'
import type { LedgerState } from '../quota/state.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts'
import { DayFile } from './day-file.ts'
import type { Home } from './home.ts'
import { baseFile, dayPath, ledgerDays } from './ledger-reader.ts'
import { withLock } from './lock.ts'

/** Lines folded in one go; a proxy answers requests between two of them. */
const LINES_A_TURN = 2_000

/**
 * Folds the days before the retention into `ledger/base.json`, and removes their files. Nothing is lost: their totals
 * stay as history, what their windows still hold stays as state, and the ledger can be folded anew from there.
 * Answers the newest day folded so, null when there was none.
 */
export async function compactLedger(
  home: Home,
  today: string,
  retentionDays: number,
): Promise<string | null> {
  const oldest = new Date(Date.parse(today) - retentionDays * 86_400_000).toISOString().slice(0, 10)
  const isOld = (day: string) => day < oldest
  if (!ledgerDays(home).some(isOld)) return null
  return withLock(baseFile(home), async () => {
    const days = ledgerDays(home)
    const old = days.filter((day, index) => isOld(day) && index < days.length - 1)
    const last = old.at(-1)
    if (last === undefined) return null
    const base = readCheckpoint(baseFile(home))
    if (base === 'damaged') return null // `doctor` says so; folding on top of it would make the loss final
    const state = base?.state ?? emptyState()
    for (const day of old) await foldDay(home, day, state)
    writeCheckpoint(baseFile(home), {
      position: { day: last, offset: 0 },
      landmark: '',
      historyThrough: last,
      state: stateToJson(state),
    })
    for (const day of old) rmSync(dayPath(home, day), { force: true })
    return last
  })
}

async function foldDay(home: Home, day: string, state: LedgerState): Promise<void> {
  const file = DayFile.open(day, dayPath(home, day), 'read')
  if (file === null) return
  try {
    for (let isAtEnd = false; !isAtEnd;) {
      let left = LINES_A_TURN
      let closed = false
      file.readLines((line) => {
        const event = parseEvent(line)
        if (event !== null) apply(state, event)
        closed = event?.type === 'close'
        left -= 1
        return !closed && left > 0
      })
      isAtEnd = closed || left > 0
      await nextTurn()
    }
  } finally {
    file.close()
  }
}
