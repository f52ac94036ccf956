// Calendar windows in any IANA zone. The runtime (`Intl`) provides the zone data.

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone)
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formatters.set(zone, found)
  }
  return found
}

/** Zones of the built-in services. Every start checks these, so the check must not load the zone data. */
const zonesOfServices = new Set(['UTC', 'Asia/Shanghai', 'America/Los_Angeles'])

/** Whether the runtime knows the zone. Offsets such as `+08:00` are not zones: they have no daylight saving. */
export function isZone(zone: string): boolean {
  if (zonesOfServices.has(zone)) return true
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    formatter(zone)
    return true
  } catch {
    return false // RangeError: no such zone
  }
}

/** The wall clock of the zone, as if it were UTC, in epoch milliseconds cut to the second. */
export function wallClock(zone: string, at: number): number {
  if (zone === 'UTC') return at
  const parts: Record<string, number> = {}
  for (const part of formatter(zone).formatToParts(at)) parts[part.type] = Number(part.value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

const DAY = 86_400_000

/**
 * The first instant at which the zone's clock shows that date and time, given as if in UTC. Where daylight saving
 * skips midnight, the day starts after the gap. Where it repeats midnight, the first of the two counts.
 */
export function findDateStart(zone: string, wall: number): number {
  if (zone === 'UTC') return wall
  const offsets = [wall - DAY, wall + DAY].map((near) => wallClock(zone, near) - near)
  const starts = offsets.map((offset) => wall - offset).filter((start) => wallClock(zone, start) >= wall)
  return Math.min(...starts)
}

/**
 * The window of that unit around `at`: `start` inclusive, `end` exclusive, epoch milliseconds. Weeks begin on Monday,
 * months on `firstDay`, or on their last day where they are shorter.
 */
export function calendarWindow(
  unit: 'day' | 'week' | 'month',
  zone: string,
  at: number,
  firstDay = 1,
): { start: number; end: number } {
  const wall = new Date(wallClock(zone, at))
  const day = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate())
  const window = (steps: number) => findDateStart(zone, shifted(unit, day, steps, firstDay))
  // When the clock falls back across midnight, the date occurs twice: the later day has then already begun.
  const next = window(1)
  return at < next ? { start: window(0), end: next } : { start: next, end: window(2) }
}

/** The first date of the unit around `day`, moved by `steps` units. Dates as UTC midnights. */
function shifted(unit: 'day' | 'week' | 'month', day: number, steps: number, firstDay: number): number {
  if (unit === 'day') return day + steps * DAY
  const date = new Date(day)
  if (unit === 'week') return day - ((date.getUTCDay() + 6) % 7) * DAY + steps * 7 * DAY
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  const hasBegun = day >= billingDay(year, month, firstDay)
  return billingDay(year, month + (hasBegun ? steps : steps - 1), firstDay)
}

/** The day of that month on which a billing month begins, as UTC midnight. */
function billingDay(year: number, month: number, firstDay: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(firstDay, lastDay))
}
