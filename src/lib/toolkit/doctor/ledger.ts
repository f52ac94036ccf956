import { readFileSync, statSync } from 'node:fs'
import { parseEvent } from '../../quota/log/parse-event.ts'
import { readCheckpoint } from '../../store/ledger/checkpoint-file.ts'
import { historyDays, historyPath, readHistoryDay } from '../../store/history/history-day.ts'
import type { Home } from '../../store/home.ts'
import { readLedger } from '../../store/ledger/ledger-files.ts'
import { baseFile, dayPath, ledgerDays } from '../../store/ledger/ledger-reader.ts'
import type { Check } from './check.ts'
import { check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

/** Two processes that race are milliseconds apart. */
const CLOCK_TOLERANCE_MS = 60_000

export function checkLedger({ home, clock }: DoctorParts): Check[] {
  const days = ledgerDays(home)
  if (days.length === 0)
    return [check('ledger', 'ledger', { status: 'ok', detail: 'nothing was counted yet' })]
  return [lines(home, days), base(home), ...history(home), time(home, clock())]
}

function lines(home: Home, days: string[]): Check {
  let bytes = 0
  const bad: string[] = []
  for (const day of days) {
    const path = dayPath(home, day)
    bytes += statSync(path).size
    const count = foreignLines(readFileSync(path, 'utf8'))
    if (count > 0) bad.push(`${path}: ${count}`)
  }
  const size = `${days.length} ${days.length === 1 ? 'day' : 'days'}, ${(bytes / 2 ** 20).toFixed(1)} MiB`
  if (bad.length === 0) return check('ledger', 'ledger', { status: 'ok', detail: size })
  const detail = `${size}; lines that are no events, which count nothing: ${bad.join(', ')}`
  const fix = 'a crash or a full disk leaves one; if there are many, find out what else writes to that file'
  return check('ledger', 'ledger', { status: 'warn', detail, fix })
}

/** A last line without its end may be one that is being written at this moment. */
function foreignLines(text: string): number {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return whole.filter((line) => line !== '' && parseEvent(line) === null).length
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

/** A damaged day is folded anew as long as the ledger has it; older ones have no more than their totals left. */
function history(home: Home): Check[] {
  const days = historyDays(home)
  if (days.length === 0) return []
  const damaged = days.filter((day) => isDamaged(home, day))
  if (damaged.length === 0)
    return [check('history', 'history', { status: 'ok', detail: `${days.length} days kept` })]
  const detail = `damaged: ${damaged.map((day) => historyPath(home, day)).join(', ')}`
  const fix = 'qwenctl quota history makes anew what the ledger still has; for older days restore a backup'
  return [check('history', 'history', { status: 'warn', detail, fix })]
}

function isDamaged(home: Home, day: string): boolean {
  try {
    return readHistoryDay(home, day) === 'damaged'
  } catch {
    return false // of a newer version
  }
}

function time(home: Home, now: number): Check {
  const aheadMs = readLedger(home).state.now - now
  const title = 'clock against the ledger'
  if (aheadMs <= CLOCK_TOLERANCE_MS)
    return check('ledger-clock', title, { status: 'ok', detail: 'not behind it' })
  const detail = `this machine is ${Math.round(aheadMs / 1000)} s behind the newest entry: counting goes on at that entry's time`
  return check('ledger-clock', title, {
    status: 'fail',
    detail,
    fix: 'set the clock of this machine, best by NTP',
  })
}
