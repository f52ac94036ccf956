import { formatTime } from '../base/iso-time.ts'
import { QwenctlError } from '../base/errors.ts'
import { parseWindow } from '../quota/limit.ts'
import { DAY_NAMES, formatSpan } from './schedule.ts'
import type { Schedule } from './schedule.ts'
import type { CronCalendar } from './cron-slots.ts'

/** The schedule as flags or a file name it; exactly one of the first four. */
export interface ScheduleInput {
  cron?: string | undefined
  every?: string | undefined
  at?: string | undefined
  afterReset?: string | undefined
  days?: string | undefined
}

const SHORTEST_MS = 1000
const LONGEST_MS = 366 * 86_400_000
const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `90s`, `20m`, `2h`, `1d` in milliseconds; null: not a span. */
export function parseSpan(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/.exec(text.trim().toLowerCase())
  if (found === null) return null
  return Math.round(Number(found[1]) * (UNIT_MS[found[2] ?? ''] ?? 0))
}

/** The span that a flag names. Throws `invalid_value` that names the flag. */
export function checkSpan(flag: string, text: string, { min = 0, max = LONGEST_MS } = {}): number {
  const ms = parseSpan(text)
  if (ms !== null && ms >= min && ms <= max) return ms
  if (ms !== null)
    throw new QwenctlError(
      'invalid_value',
      `${flag} is ${text.slice(0, 40)}, which is too ${ms < min ? 'short' : 'long'}`,
      {
        hint:
          ms < min ? `write ${flag} ${formatSpan(min)} or more` : `write ${flag} ${formatSpan(max)} or less`,
      },
    )
  throw new QwenctlError('invalid_value', `${flag} is "${text.slice(0, 40)}", which is not a time span`, {
    hint: `write ${flag} 90s, ${flag} 20m or ${flag} 2h`,
  })
}

/**
 * Reads a schedule. `now` (epoch milliseconds) anchors an interval. Throws `invalid_usage` without exactly one kind,
 * `invalid_value` for a malformed one.
 */
export function parseSchedule(input: ScheduleInput, calendar: CronCalendar, now: number): Schedule {
  const { cron, every, at, afterReset, days } = input
  const given = [cron, every, at, afterReset].filter((text) => text !== undefined)
  if (given.length !== 1) {
    const what = given.length === 0 ? 'a job needs a schedule' : 'a job has one schedule'
    throw new QwenctlError('invalid_usage', what, {
      hint: "give one of --at 07:00, --every 2h, --cron '0 9 * * 1' and --after-reset 5h",
    })
  }
  if (days !== undefined && at === undefined) {
    throw new QwenctlError('invalid_usage', '--days belongs to --at', {
      hint: 'write --at 07:00 --days mon-fri',
    })
  }
  if (at !== undefined) return { kind: 'at', times: parseTimes(at), days: parseDays(days ?? '') }
  if (cron !== undefined) return { kind: 'cron', expression: checkCron(cron, calendar) }
  if (afterReset !== undefined) return { kind: 'after-reset', window: checkWindow(afterReset) }
  const everyMs = checkSpan('--every', every ?? '', { min: SHORTEST_MS })
  return { kind: 'every', everyMs, anchor: formatTime(Math.floor(now / 1000) * 1000) }
}

function parseTimes(text: string): string[] {
  const times = text.split(/[\s,]+/).filter((part) => part !== '')
  const read = times.map((time) => {
    const found = /^(\d{1,2}):(\d{2})$/.exec(time)
    const isTime = found !== null && Number(found[1]) < 24 && Number(found[2]) < 60
    if (!isTime) refuseTime(time)
    return `${found[1]?.padStart(2, '0')}:${found[2]}`
  })
  if (read.length === 0) refuseTime(text)
  return [...new Set(read)].sort()
}

function refuseTime(text: string): never {
  throw new QwenctlError('invalid_value', `--at is "${text.slice(0, 40)}", which is not a time of day`, {
    hint: 'write --at 07:00, or --at 07:00,19:30',
  })
}

/** `mon-fri`, `sat,sun`, `fri-mon`, `daily`; an empty text: every day. Returns ascending numbers, 0 for Sunday. */
export function parseDays(text: string): number[] {
  const words = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((part) => part !== '')
  const days = new Set<number>()
  for (const word of words) {
    if (word === 'daily' || word === '*') return []
    const ends = word === 'weekdays' ? ['mon', 'fri'] : word === 'weekend' ? ['sat', 'sun'] : word.split('-')
    const [first, last] = [dayNumber(ends[0]), dayNumber(ends.at(-1))]
    if (first === null || last === null || ends.length > 2) refuseDays(text)
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === last) break
    }
  }
  return days.size === 7 ? [] : [...days].sort()
}

function dayNumber(word = ''): number | null {
  const day = word.length < 3 ? -1 : DAY_NAMES.findIndex((name) => word.startsWith(name))
  return day < 0 ? null : day
}

function refuseDays(text: string): never {
  throw new QwenctlError('invalid_value', `--days is "${text.slice(0, 40)}", which names no days`, {
    hint: 'write --days mon-fri, or --days sat,sun',
  })
}

function checkCron(text: string, calendar: CronCalendar): string {
  const expression = text.trim().replace(/\s+/g, ' ')
  const problem = cronProblem(expression, calendar)
  if (problem === null) return expression
  throw new QwenctlError('invalid_value', `the cron expression "${expression.slice(0, 80)}" ${problem}`, {
    hint: "it has five fields: minute, hour, day of month, month, day of week; for example --cron '0 9 * * 1'",
  })
}

function cronProblem(expression: string, calendar: CronCalendar): string | null {
  if (expression.split(' ').length !== 5) return 'does not have five fields'
  const fault = calendar.fault(expression)
  if (fault !== null) return `is not valid: ${fault}`
  return calendar.next(expression, Date.UTC(2026, 0, 1)) === null ? 'never comes' : null
}

function checkWindow(text: string): string {
  try {
    parseWindow(text)
    return text
  } catch {
    throw new QwenctlError(
      'invalid_value',
      `--after-reset is "${text.slice(0, 40)}", which is not a window`,
      {
        hint: 'write the window of a limit of the account: 5h, day or week; qwenctl quota show lists its limits',
      },
    )
  }
}
