import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { formatTime, formatDay } from '../../base/iso-time.ts'
import type { ClockEvent } from '../../quota/log/events.ts'
import { apply } from '../../quota/log/fold.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { Home } from '../home.ts'
import { withLock } from '../locks/lock.ts'
import { DayFile } from './files/day-file.ts'
import { makeClock } from './ledger-clock.ts'
import { systemDisk } from './files/ledger-disk.ts'
import { unreadable, unwritable } from './ledger-errors.ts'
import type { LedgerOptions } from './files/file-event-log.ts'
import { FileEventLog } from './files/file-event-log.ts'
import { TicketLedger } from './ticket-ledger.ts'
import { LedgerReader, dayPath, listLedgerDays } from './files/ledger-reader.ts'
import { WriterMarks } from './files/writer-marks.ts'
import { isWriterAlive } from './files/writer.ts'

const LOSS_SHOWN_MS = 86_400_000

/** Opens the ledger of a home for counting. Any number of processes may do so at once. */
export async function openLedger(home: Home, options: LedgerOptions = {}): Promise<TicketLedger> {
  try {
    const made = mkdirSync(home.ledgerFolder, { recursive: true, mode: 0o700 })
    if (made !== undefined) (options.disk ?? systemDisk).syncFolder(dirname(made))
    await makeFirstDay(home, formatDay((options.clock ?? Date.now)()))
  } catch (error) {
    throw unwritable(home.ledgerFolder, error)
  }
  try {
    return new TicketLedger(new FileEventLog(home, options))
  } catch (error) {
    throw unreadable(home.ledgerFolder, error)
  }
}

/** Opens the ledger without writing anything, for commands that only look. */
export function readLedger(
  home: Home,
  options: Pick<LedgerOptions, 'clock' | 'machine'> = {},
): { state: LedgerState; problems: string[]; now: number } {
  const reader = new LedgerReader(home, 'read')
  try {
    reader.load()
  } catch (error) {
    throw unreadable(home.ledgerFolder, error)
  } finally {
    reader.close()
  }
  const { state, problems } = reader
  const marks = new WriterMarks(home, systemDisk, { writer: '', isAlive: isWriterAlive })
  const clock = makeClock({ ...options, isContradicted: (began) => marks.isContradicted(began) }, '')
  const setting = clock.check(state)
  if (setting !== null && isCorrection(state, setting)) apply(state, setting) // as the next counting process will
  return { state, problems: [...problems, ...recentLoss(state)], now: clock.now(state) }
}

/** Whether the event moves the recorded times. If not, only time has passed. */
function isCorrection({ now, reference }: LedgerState, { at, boot, passed }: ClockEvent): boolean {
  if (Date.parse(at) < now) return true
  return reference?.boot === boot && passed !== true
}

/** For a day after an outside change to the ledger: a warning that all figures may lack earlier counts. */
function recentLoss({ lost, now }: LedgerState): string[] {
  if (lost === null || now - lost.at > LOSS_SHOWN_MS) return []
  return [`counts from before ${formatTime(lost.at)} may be missing: ${lost.what}`]
}

/** Two processes must not begin a ledger with two different days: only this step needs a lock. */
async function makeFirstDay(home: Home, day: string): Promise<void> {
  if (listLedgerDays(home).length > 0) return
  await withLock(dayPath(home, 'first'), () => {
    if (listLedgerDays(home).length === 0) DayFile.open(day, dayPath(home, day), 'create')?.close()
  })
}
