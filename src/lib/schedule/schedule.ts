// The schedule room: when a job runs. A slot is one moment at which a job is planned for an account.

/** When a job runs. Times of day are local times of the job's zone. */
export type Schedule =
  /** A cron expression with five fields. */
  | { kind: 'cron'; expression: string }
  /** Every `everyMs` milliseconds, counted from `anchor` (RFC 3339). */
  | { kind: 'every'; everyMs: number; anchor: string }
  /** At each of these times (`07:00`). `days`: 0 is Sunday; empty: every day. */
  | { kind: 'at'; times: string[]; days: number[] }
  /** After the account's limit with this window has reset. */
  | { kind: 'after-reset'; window: string }

export const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** The schedule in words: `at 07:00 on mon, tue`, `every 2h`, `cron 0 9 * * 1`. */
export function formatSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'cron':
      return `cron ${schedule.expression}`
    case 'every':
      return `every ${formatSpan(schedule.everyMs)}`
    case 'after-reset':
      return `after reset of ${schedule.window}`
    case 'at': {
      const times = `at ${schedule.times.join(', ')}`
      return schedule.days.length === 0 ? times : `${times} on ${formatDays(schedule.days)}`
    }
  }
}

function formatDays(days: readonly number[]): string {
  const name = (day: number) => DAY_NAMES[day] ?? String(day)
  const first = days[0] ?? 0
  const isRun = days.length > 2 && days.every((day, index) => day === first + index)
  return isRun ? `${name(first)}-${name(days.at(-1) ?? 0)}` : days.map(name).join(', ')
}

const UNITS: [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]

/** `90s`, `2h`, `1500ms`: the largest unit that divides the span. */
export function formatSpan(ms: number): string {
  const unit = UNITS.find(([, length]) => ms !== 0 && ms % length === 0)
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`
}
