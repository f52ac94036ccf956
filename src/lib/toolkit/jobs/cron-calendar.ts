import { Cron } from 'croner'
import { readMessage } from '../../base/errors.ts'
import type { CronCalendar } from '../../schedule/cron-slots.ts'

const parsed = new Map<string, Cron>()
const MOST_PARSED = 1000

/** The calendar of cron expressions. croner only calculates: none of its timers runs. */
export const cronCalendar: CronCalendar = {
  fault(expression) {
    try {
      parse(expression)
      return null
    } catch (error) {
      return readMessage(error).replace(/^CronPattern: /, '')
    }
  },
  next: (expression, wall) => parse(expression).nextRun(new Date(wall))?.getTime() ?? null,
  previous: (expression, wall) => parse(expression).previousRuns(1, new Date(wall))[0]?.getTime() ?? null,
}

function parse(expression: string): Cron {
  let cron = parsed.get(expression)
  if (cron === undefined) {
    cron = new Cron(expression, { timezone: 'UTC', paused: true, mode: '5-part' })
    if (parsed.size >= MOST_PARSED) parsed.clear()
    parsed.set(expression, cron)
  }
  return cron
}
