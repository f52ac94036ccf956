import type { CronCalendar, ZonedCron } from './cron-slots.ts'
import { nextCronSlot, previousCronSlot } from './cron-slots.ts'
import type { Schedule } from './schedule.ts'

/** A schedule with everything that its slots depend on. */
export interface Plan {
  schedule: Schedule
  zone: string
  calendar: CronCalendar
  /** The reset of the window of an account, past or future (epoch milliseconds); null: not known. */
  resetAt: number | null
}

/** The first slot after `after`; null: none is known. Epoch milliseconds. */
export function nextSlot(plan: Plan, after: number): number | null {
  const { schedule, resetAt } = plan
  switch (schedule.kind) {
    case 'every': {
      const anchor = Date.parse(schedule.anchor)
      const steps = Math.max(1, Math.floor((after - anchor) / schedule.everyMs) + 1)
      return anchor + steps * schedule.everyMs
    }
    case 'after-reset':
      return resetAt !== null && resetAt > after ? resetAt : null
    case 'at':
    case 'cron':
      return least(buildCrons(plan).map((cron) => nextCronSlot(cron, after)))
  }
}

/** The last slot at or before `before`; null: there was none. */
export function latestSlot(plan: Plan, before: number): number | null {
  const { schedule, resetAt } = plan
  switch (schedule.kind) {
    case 'every': {
      const anchor = Date.parse(schedule.anchor)
      const steps = Math.floor((before - anchor) / schedule.everyMs)
      return steps < 1 ? null : anchor + steps * schedule.everyMs
    }
    case 'after-reset':
      return resetAt !== null && resetAt <= before ? resetAt : null
    case 'at':
    case 'cron':
      return most(buildCrons(plan).map((cron) => previousCronSlot(cron, before)))
  }
}

/** The number of slots in (`after`, `until`], at most `limit`. */
export function countSlots(plan: Plan, after: number, until: number, limit: number): number {
  let count = 0
  for (let at = nextSlot(plan, after); at !== null && at <= until && count < limit; at = nextSlot(plan, at))
    count += 1
  return count
}

/** A time of day is a cron expression with fixed minutes and hours. */
function buildCrons({ schedule, zone, calendar }: Plan): ZonedCron[] {
  if (schedule.kind === 'cron') return [{ expression: schedule.expression, zone, calendar }]
  if (schedule.kind !== 'at') return []
  const days = schedule.days.length === 0 ? '*' : schedule.days.join(',')
  return schedule.times.map((time) => {
    const [hour, minute] = time.split(':').map(Number)
    return { expression: `${minute} ${hour} * * ${days}`, zone, calendar }
  })
}

function least(times: (number | null)[]): number | null {
  const known = times.filter((at) => at !== null)
  return known.length === 0 ? null : Math.min(...known)
}

function most(times: (number | null)[]): number | null {
  const known = times.filter((at) => at !== null)
  return known.length === 0 ? null : Math.max(...known)
}
