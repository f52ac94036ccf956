import { formatDuration } from '../../base/durations.ts'
import { formatCount } from '../../base/text/count-noun.ts'
import { formatTime } from '../../base/iso-time.ts'
import { parseEvent } from '../../quota/log/parse-event.ts'
import { readCheckpoint } from '../../store/ledger/files/checkpoint-file.ts'
import { DayFile } from '../../store/ledger/files/day-file.ts'
import { listHistoryDays, historyPath, readHistoryDay } from '../../store/history/history-day.ts'
import type { Home } from '../../store/home.ts'
import { readLedger } from '../../store/ledger/open-ledger.ts'
import { baseFile, dayPath, listLedgerDays } from '../../store/ledger/files/ledger-reader.ts'
import type { Check } from './check.ts'
import { check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

/** Two processes that race are milliseconds apart. */
const CLOCK_TOLERANCE_MS = 60_000

export function checkLedger({ home, clock }: DoctorParts): Check[] {
  const days = listLedgerDays(home)
  if (days.length === 0)
    return [check('ledger', 'ledger', { status: 'ok', detail: 'nothing was counted yet' })]
  return [lines(home, days), loss(home), base(home), ...history(home), time(home, clock)]
}

function lines(home: Home, days: string[]): Check {
  let bytes = 0
  const bad: string[] = []
  for (const day of days) {
    const file = DayFile.open(day, dayPath(home, day), 'read')
    if (file === null) continue
    bytes += file.size
    const count = foreignLines(file)
    if (count > 0) bad.push(`${file.path}: ${count}`)
    file.close()
  }
  const size = `${days.length} ${days.length === 1 ? 'day' : 'days'}, ${(bytes / 2 ** 20).toFixed(1)} MiB`
  if (bad.length === 0) return check('ledger', 'ledger', { status: 'ok', detail: size })
  const detail = `${size}; lines that are no events, which count nothing: ${bad.join(', ')}`
  const fix = 'a crash or a full disk leaves one; if there are many, find out what else writes to that file'
  return check('ledger', 'ledger', { status: 'warn', detail, fix })
}

/** An incomplete last line may belong to a write in progress. */
function foreignLines(file: DayFile): number {
  let count = 0
  file.readLines((line) => {
    if (parseEvent(line) === null) count += 1
    return true
  })
  return count
}

/** Reports changes that other programs made to the files during use. */
function loss(home: Home): Check {
  const title = 'ledger files'
  const { lost } = readLedger(home).state
  if (lost === null) return check('ledger-files', title, { status: 'ok', detail: 'as they were written' })
  const detail = `${lost.what} (${formatTime(lost.at)}); counts from before may be missing`
  const fix = 'leave the files of the ledger to qwenctl; qwenctl quota reset ACCOUNT sets counts to zero'
  return check('ledger-files', title, { status: 'warn', detail, fix })
}

function base(home: Home): Check {
  if (readCheckpoint(baseFile(home)) !== 'damaged')
    return check('ledger-base', 'older counts', { status: 'ok', detail: 'readable' })
  const detail = `${baseFile(home)} is damaged; counts before the kept days are missing`
  return check('ledger-base', 'older counts', {
    status: 'fail',
    detail,
    fix: 'qwenctl accounts restore FILE, from a backup',
  })
}

/** A damaged day is folded again while the ledger has it; older days keep only their totals. */
function history(home: Home): Check[] {
  const days = listHistoryDays(home)
  if (days.length === 0) return []
  const damaged = days.filter((day) => isDamaged(home, day))
  if (damaged.length === 0)
    return [check('history', 'history', { status: 'ok', detail: `${formatCount(days.length, 'day')} kept` })]
  const detail = `damaged: ${damaged.map((day) => historyPath(home, day)).join(', ')}`
  const fix = 'qwenctl quota history rebuilds what the ledger still has; for older days restore a backup'
  return [check('history', 'history', { status: 'warn', detail, fix })]
}

function isDamaged(home: Home, day: string): boolean {
  try {
    return readHistoryDay(home, day) === 'damaged'
  } catch {
    return false // written by a newer version
  }
}

function time(home: Home, clock: () => number): Check {
  const aheadMs = readLedger(home, { clock }).now - clock()
  const title = 'clock against the ledger'
  if (aheadMs <= CLOCK_TOLERANCE_MS)
    return check('ledger-clock', title, { status: 'ok', detail: 'not behind it' })
  const detail = `this machine is ${formatDuration(aheadMs)} behind the newest entry: counting continues at that entry's time`
  return check('ledger-clock', title, {
    status: 'fail',
    detail,
    fix: 'set the clock of this machine, best by NTP',
  })
}
