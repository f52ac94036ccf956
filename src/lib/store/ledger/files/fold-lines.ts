import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LedgerEvent } from '../../../quota/log/events.ts'
import { closes } from '../../../quota/log/events.ts'
import { parseEvent } from '../../../quota/log/parse-event.ts'
import type { DayFile } from './day-file.ts'

/** Lines folded in one batch; a proxy answers requests between two batches. */
const LINES_A_TURN = 2_000

/**
 * Passes on every event after the file's offset, up to the one that closes the day. Returns the next day that it
 * names; null: the day is not closed yet.
 */
export async function foldLines(
  file: DayFile,
  onEvent: (event: LedgerEvent) => void,
): Promise<string | null> {
  for (;;) {
    let left = LINES_A_TURN
    let next: string | null = null
    file.readLines((line) => {
      const event = parseEvent(line)
      const isStray = event?.type === 'close' && !closes(event, file.day)
      if (event !== null && !isStray) onEvent(event)
      if (event?.type === 'close' && !isStray) next = event.next
      left -= 1
      return next === null && left > 0
    })
    if (next !== null || left > 0) return next
    await nextTurn()
  }
}
