import { formatDay } from '../../../base/iso-time.ts'
import { stateToJson } from '../../../quota/log/checkpoint/checkpoint.ts'
import { emptyState } from '../../../quota/log/fold.ts'
import type { History } from '../../../quota/history/history.ts'
import { foldHistory } from '../../../quota/history/history.ts'
import type { LedgerState } from '../../../quota/log/state.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts'
import { DayFile } from './day-file.ts'
import { foldLines } from './fold-lines.ts'
import { keepHistoryDay } from '../../history/history-day.ts'
import type { Home } from '../../home.ts'
import type { LedgerHost } from './ledger-disk.ts'
import { systemHost } from './ledger-disk.ts'
import { baseFile, dayPath, listLedgerDays } from './ledger-reader.ts'
import { withLock } from '../../locks/lock.ts'

/**
 * Folds the days before the retention into `ledger/base.json`, and removes their files. Nothing is lost: history
 * keeps the use of those days, the state keeps what their windows hold. The ledger can be folded again from there.
 * Returns the newest folded day, null when there was none.
 */
export async function compactLedger(
  home: Home,
  today: string,
  retentionDays: number,
  host = systemHost,
): Promise<string | null> {
  const oldest = formatDay(Date.parse(today) - retentionDays * 86_400_000)
  const { disk } = host
  const isOld = (day: string) => day < oldest
  if (!listLedgerDays(home, disk).some(isOld)) return null
  return withLock(baseFile(home), async () => {
    const days = listLedgerDays(home, disk)
    const old = days.filter((day, index) => isOld(day) && index < days.length - 1)
    const last = old.at(-1)
    if (last === undefined) return null
    const base = readCheckpoint(baseFile(home), disk)
    if (base === 'damaged') return null // `doctor` reports it; another fold would make the loss permanent
    const state = base?.state ?? emptyState()
    const through = base?.historyThrough ?? ''
    // A day already in the base only escaped its removal.
    for (const day of old) if (day > through) await foldDay(home, day, state, host)
    const position = { day: last, offset: 0 }
    const checkpoint = { position, landmark: '', historyThrough: last, state: stateToJson(state) }
    writeCheckpoint(baseFile(home), checkpoint, disk)
    for (const day of old) disk.remove(dayPath(home, day))
    return last
  })
}

async function foldDay(home: Home, day: string, state: LedgerState, host: LedgerHost): Promise<void> {
  const file = DayFile.open(day, dayPath(home, day), 'read', host)
  if (file === null) return
  const history: History = new Map()
  try {
    await foldLines(file, (event) => foldHistory(history, state, event))
  } finally {
    file.close()
  }
  keepHistoryDay(home, day, history)
}
