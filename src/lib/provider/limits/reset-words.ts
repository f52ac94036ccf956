// Reads the end of a limit from sentences: a wait ("try again in 58 hours"), a date, a clock with its zone, a
// weekday.

import { DURATION_IN_WORDS, parseDuration, parseWordedDuration } from './duration.ts'
import { readForeignWait, readLooseForeignWait } from './reset-languages.ts'
import {
  CHINA,
  EARLIEST,
  JAPAN,
  findInstant,
  findNextTimeOfDay,
  parseTimeOfDay,
  parseZone,
  pickEnd,
  readWallClock,
  startOfWallDay,
} from './reset-clock.ts'
import { isDate, monthNumber, within } from './reset-time.ts'

const LONGEST_TEXT = 4000
const HOUR = 3_600_000
const DAY = 24 * HOUR

const ENDS = String.raw`(?:try again|retry(?:ing)?|retry[- ]after|resets?|resetting|waits?|waiting|available|refresh(?:es|ed)?|renews?|restored?|recovers?|resumes?|come back|cool(?:ing)?[- ]?down|expires?|regain access|replenish(?:ed|es)?|refills?|next (?:request|attempt|message|reset))`
/** Few words: a list of them must not take quadratic time. */
const FILLER = String.raw`(?:[\s:=~≈(]+(?:in|after|for|at|on|by|least|about|approximately|approx\.?|around|another|again|until|till|roughly|time|within|under|less|than|up to)){0,6}[\s:=~≈(]*`

const WAIT = new RegExp(String.raw`\b${ENDS}${FILLER}(${DURATION_IN_WORDS})(?![\w])`, 'i')
/** A wait as a clock: `in 1:30` (minutes), `in 00:29:31`, `in 2.14:12:03` (days first, as .NET prints it). */
const CLOCK_WAIT = new RegExp(
  String.raw`\b${ENDS}(?: again)? in (?:(?:(\d{1,3})[.:])?(\d{1,2}):)?(\d{1,2}):(\d{2})(?![\w:]| ?[ap]\.?m)`,
  'i',
)
/** `in PT2H30M`. */
const ISO_WAIT = /\b(?:in|after|for) (P(?:\d{1,3}D)?T[\dHMS.]{2,20})(?!\w)/g
/** The other order: "2h 30m until reset". */
const SPAN_FIRST = new RegExp(
  String.raw`(?<![\w.])(${DURATION_IN_WORDS})(?: left| remaining)? (?:until|till|before) (?:(?:the|your|next|quota|limit|usage) )*(?:reset|refresh|renewal|retry)`,
  'i',
)
/** "... used in the last 2 hours before the next reset": a span that is over. */
const IS_PAST = /\b(?:last|past|previous|the) $/i
/** "Limit resets to 1M tokens": a million, not a minute. */
const MILLIONS = /^[\d.,]+[ -]?M$/
/** "Retry-After: 30": seconds, by the header it repeats. */
const BARE_WAIT = /\bretry[- _]?after['"]?\s*[:=]\s*(\d{1,7}(?:\.\d{1,6})?)(?![\w.])/i
const CHINESE_SPAN = '((?:\\d+(?:\\.\\d+)? ?(?:毫秒|秒钟?|分钟?|个?小时|天) ?){1,6})'
/** "2 分 30 秒后重试", "请等待 30 秒", "剩余 45 秒". */
const CHINESE_WAIT = new RegExp(
  `${CHINESE_SPAN}(?:之后|以后|后|再试|重试)|(?:等待|剩余|还需|需等)[约 ]*${CHINESE_SPAN}`,
)

const ZONE = String.raw`(?: ?(?<zone>Z\b|UTC(?:[+-]\d{1,2}(?::?\d{2})?)?|GMT(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2}\b|P[SD]?T\b|Pacific(?: Time)?|E[SD]?T\b|Eastern(?: Time)?|Beijing time|北京时间|M[SD]T\b|CDT\b|CEST\b|CET\b|BST\b|IST\b|JST\b|KST\b|HKT\b|SGT\b|\([A-Za-z]+(?:\/[\w+-]+)+\)|\((?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?\)))?`
const DATE_AND_TIME = new RegExp(
  String.raw`(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})(?:T|,? (?:at )?)(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d+)?)?${ZONE}`,
  'i',
)
/** The date of RFC 9110, and the same order of parts without a weekday. */
const DAY_FIRST = new RegExp(
  String.raw`\b(?<day>\d{1,2}) (?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*,? (?<year>\d{4}),? (?:at )?(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?${ZONE}`,
  'i',
)
const CLOCK = String.raw`(\d{1,2})(?::(\d{2})(?::\d{2})?)? ?(am|pm|a\.m\.|p\.m\.)?`
const MONTH_DAY = String.raw`(?:(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?)`
const ON_DATE = new RegExp(
  String.raw`\b(?:${ENDS}|until)${FILLER}${MONTH_DAY}(?:,? (?:at )?${CLOCK})?${ZONE}`,
  'i',
)
const AT_CLOCK = new RegExp(String.raw`\b(?:${ENDS}|until)${FILLER}${CLOCK}${ZONE}(?![\w%])`, 'i')
const MIDNIGHT = new RegExp(String.raw`\b(?:${ENDS}|until)\b[^.]{0,40}?\bmidnight\b${ZONE}`, 'i')
const WEEKDAY = new RegExp(
  String.raw`\b(?:${ENDS}|until)${FILLER}(?:next |this )?(sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?\b(?:,? (?:at )?${CLOCK})?${ZONE}`,
  'i',
)
/** `As of today 10:15 UTC`: the time of a count, not of an end. */
const COUNTED = String.raw`(?<!\b(?:as of|since|usage|used|from|checked) )`
/** A day beside today and a time: `tomorrow at 9:00 AM UTC`, `明天 00:00`, `今天 22 点 30 分`, `今晚 8 点`. */
const RELATIVE_DAY = new RegExp(
  String.raw`${COUNTED}(?:\b(?<today>today)|\b(?<tomorrow>tomorrow)|(?<thisDay>今天|今日|今晚|今晩|今夜|本日)|(?<nextDay>明天|明日|明晚|明早|次日|翌日))(?:,? at|的|の)? ?(下午|晚上|午後|夜|上午|早上|凌晨|午前)? ?${CLOCK}(?<word> ?[点點时時](?: ?(?:(?<minutes>\d{1,2}) ?分?|(?<half>半)))?)?${ZONE}`,
  'gi',
)
/** A date alone ends as its day starts. `available` and `expires` also name the last day of an offer. */
const DATE_ALONE = new RegExp(
  String.raw`\b(?:try again|retry(?:ing)?|resets?|resetting|renews?|refills?|replenish(?:ed|es)?|refresh(?:es|ed)?|regain access|waits?)${FILLER}(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?![\dT:]| \d)`,
  'i',
)
/** The last day of an offer: "the model is available until 2026-12-24". */
const OFFER =
  /(?<!(?:\bnot|n['’]t)(?: (?:be|yet|currently|again|become)){0,2} )\b(?:available|valid|offered|supported) (?:until|till|through)\b|\bexpires?(?= (?:on )?\d{4}-)/gi
/** Claude Code prints the end behind a bar: `usage limit reached|1795608000`. */
const EPOCH = new RegExp(String.raw`(?:\b(?:${ENDS}|until)${FILLER}|reached\|)(\d{10}|\d{13})(?!\d)`, 'i')
/** A date next to a word for the end. */
const NAMES_AN_END = new RegExp(
  String.raw`\b(?:${ENDS}|until|next)\b|重置|恢复|刷新|解除|重试|之后|后再|wieder verfügbar|zurückgesetzt|erneut|réessa|réinitialis|restable|int[eé]nt|tente|обнов|сброс|повтор|リセット|再試行|다시|초기화`,
  'i',
)

/**
 * The end named in an error text, in epoch milliseconds; null: none. `zone`: the zone of the service's clock, for
 * dates without one (Z.ai: Beijing). A date between Chinese words means the clock of China, which has one zone. Other
 * dates without a zone get the earliest one on earth, so that no account rests too long. Midnight and weekdays without
 * a zone mean UTC. Another time of day without a zone is ignored.
 */
export function resetInText(message: string, now: number, zone: string | null = null): number | null {
  const text = message
    .slice(0, LONGEST_TEXT)
    .replace(/(\d) more (?=second|minute|hour)/gi, '$1 ')
    .replace(/\bhalf an? (?=minute|hour|day)/gi, '0.5 ')
    .replace(/\b(?:the )?(\d{1,2})(?:st|nd|rd|th) of (?=[A-Z][a-z]{2})([A-Z][a-z]{2,8})/g, '$2 $1')
    .replace(ISO_WAIT, isoInWords)
    .replace(OFFER, 'offered')
    .replace(/(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日 ?/g, '$1-$2-$3 ')
  const announced = wait(text, now)
  if (announced !== null) return within(announced, now)
  const date = readDate(text, zone)
  if (date === null)
    return within(spanFirst(text, now) ?? clock(text, now, zone) ?? looseWait(text, now), now)
  return within(date > now ? date : spanFirst(text, now), now)
}

function wait(text: string, now: number): number | null {
  const found = WAIT.exec(text)?.[1]
  const duration = found === undefined || MILLIONS.test(found) ? null : parseWordedDuration(found)
  if (duration !== null) return now + duration
  const asClock = CLOCK_WAIT.exec(text)
  if (asClock !== null) {
    const [days = 0, hours = 0, minutes, seconds] = asClock.slice(1).map((part = '0') => Number(part))
    return now + days * DAY + hours * HOUR + ((minutes ?? 0) * 60 + (seconds ?? 0)) * 1000
  }
  const seconds = BARE_WAIT.exec(text)?.[1]
  if (seconds !== undefined) return now + Number(seconds) * 1000
  const chinese = CHINESE_WAIT.exec(text)
  const ms = chinese === null ? readForeignWait(text) : parseWordedDuration(chinese[1] ?? chinese[2] ?? '')
  return ms === null ? null : now + ms
}

function isoInWords(found: string, span: string): string {
  const ms = parseDuration(span.replace(/\.$/, ''))
  return ms === null ? found : `in ${ms / 1000} seconds`
}

function looseWait(text: string, now: number): number | null {
  const ms = readLooseForeignWait(text)
  return ms === null ? null : now + ms
}

function spanFirst(text: string, now: number): number | null {
  const found = SPAN_FIRST.exec(text)
  const span = found?.[1]
  if (found === null || span === undefined || MILLIONS.test(span)) return null
  if (IS_PAST.test(text.slice(Math.max(0, found.index - 10), found.index))) return null
  const duration = parseWordedDuration(span)
  return duration === null ? null : now + duration
}

function readDate(text: string, zone: string | null): number | null {
  if (!NAMES_AN_END.test(text)) return null
  const found = DATE_AND_TIME.exec(text) ?? DAY_FIRST.exec(text)
  if (found === null) return null
  const { year, month = '', day, hour, minute, second = '0', zone: named } = found.groups ?? {}
  const monthOfYear = /^\d/.test(month) ? Number(month) : monthNumber(month)
  if (!isDate(Number(year), monthOfYear, Number(day)) || Number(hour) > 24) return null
  const wall = Date.UTC(
    Number(year),
    monthOfYear - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
  return findInstant(wall, parseZone(named) ?? zone ?? (isBetweenChinese(text, found) ? CHINA : EARLIEST))
}

/** Japanese has Han characters, too. */
const KANA = /[\u3040-\u30ff]/

/** Whether the word before or after a match is Chinese. */
function isBetweenChinese(text: string, { index, 0: found }: RegExpExecArray): boolean {
  if (KANA.test(text)) return false
  const after = index + found.length
  return (
    /[\u4e00-\u9fff][^\p{L}\p{N}]*$/u.test(text.slice(Math.max(0, index - 10), index)) ||
    /^[^\p{L}\p{N}]*[\u4e00-\u9fff]/u.test(text.slice(after, after + 10))
  )
}

/** Dates without a year, clocks without a date, weekdays: the next time that the zone's clock shows them. */
function clock(text: string, now: number, zone: string | null): number | null {
  const epoch = EPOCH.exec(text)?.[1]
  if (epoch !== undefined) return Number(epoch) * (epoch.length === 10 ? 1000 : 1)
  const onDay = dayInText(text, now, zone)
  if (onDay !== null) return onDay
  const onDate = ON_DATE.exec(text)
  if (onDate !== null) return onMonthDay(onDate, now, zone)
  const midnight = MIDNIGHT.exec(text)
  if (midnight !== null) return findNextTimeOfDay(0, now, parseZone(midnight[1]) ?? zone ?? 'UTC')
  const weekday = WEEKDAY.exec(text)
  if (weekday !== null) return onWeekday(weekday, now, zone)
  const atClock = AT_CLOCK.exec(text)
  if (atClock === null) return null
  const [, hour, minute, half, named] = atClock
  // A number alone is no time of day.
  if (minute === undefined && half === undefined) return null
  const ms = parseTimeOfDay(hour, minute, half)
  const where = parseZone(named) ?? zone
  return ms === null || where === null ? null : findNextTimeOfDay(ms, now, where)
}

/** A day beside today with a time, or a date without one. */
function dayInText(text: string, now: number, zone: string | null): number | null {
  if (NAMES_AN_END.test(text)) {
    for (const relative of text.matchAll(RELATIVE_DAY)) {
      const end = onRelativeDay(relative, text, now, zone)
      if (end !== null && end > now) return end
    }
  }
  const alone = DATE_ALONE.exec(text)?.groups
  return alone === undefined ? null : startOfDay(alone, zone)
}

function onRelativeDay(
  found: RegExpExecArray,
  text: string,
  now: number,
  zone: string | null,
): number | null {
  const { groups = {}, 0: words } = found
  const [hour, minute, half] = found.slice(6, 9)
  // A number alone is no time of day.
  if (minute === undefined && half === undefined && groups.word === undefined) return null
  const isEnglish = (groups.today ?? groups.tomorrow) !== undefined
  const where = parseZone(groups.zone) ?? zone ?? (isEnglish ? null : KANA.test(text) ? JAPAN : CHINA)
  const inWords = groups.half === undefined ? groups.minutes : '30'
  const ms = parseTimeOfDay(hour, minute ?? inWords, half)
  if (where === null || ms === null) return null
  const isNext = (groups.tomorrow ?? groups.nextDay) !== undefined
  return findInstant(
    startOfWallDay(readWallClock(now, where)) + (isNext ? DAY : 0) + inPartOfDay(ms, words),
    where,
  )
}

/**
 * A clock of twelve hours after noon. In the evening twelve is midnight, and the first hours are of the night. Before
 * noon, twelve is midnight too.
 */
function inPartOfDay(ms: number, words: string): number {
  if (/凌晨|午前/.test(words) && ms >= 12 * HOUR && ms < 13 * HOUR) return ms - 12 * HOUR
  const isEvening = /晚|晩|夜/.test(words)
  if (ms >= 13 * HOUR || !(isEvening || /下午|午後/.test(words))) return ms
  if (ms >= 12 * HOUR) return isEvening ? ms + 12 * HOUR : ms
  return isEvening && ms < 5 * HOUR ? ms + DAY : ms + 12 * HOUR
}

function startOfDay({ year, month, day }: Record<string, string | undefined>, zone: string | null) {
  if (!isDate(Number(year), Number(month), Number(day))) return null
  return findInstant(Date.UTC(Number(year), Number(month) - 1, Number(day)), zone ?? EARLIEST)
}

function onMonthDay(found: RegExpExecArray, now: number, zone: string | null): number | null {
  const [, name = '', day, year, hour, minute, half, named] = found
  const where = parseZone(named) ?? zone ?? EARLIEST
  const ms = hour === undefined ? 0 : parseTimeOfDay(hour, minute, half)
  if (ms === null) return null
  const month = monthNumber(name)
  const today = new Date(readWallClock(now, where))
  const thisYear = today.getUTCFullYear()
  const years = year === undefined ? [thisYear - 1, thisYear, thisYear + 1] : [Number(year)]
  const ends = years
    .filter((of) => isDate(of, month, Number(day)))
    .map((of) => findInstant(Date.UTC(of, month - 1, Number(day)) + ms, where))
  return pickEnd(ends, now)
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

function onWeekday(found: RegExpExecArray, now: number, zone: string | null): number | null {
  const [, name = '', hour, minute, half, named] = found
  const where = parseZone(named) ?? zone ?? 'UTC'
  const hasClock = minute !== undefined || half !== undefined
  const ms = hasClock ? parseTimeOfDay(hour, minute, half) : 0
  if (ms === null) return null
  const today = startOfWallDay(readWallClock(now, where))
  const ahead = (WEEKDAYS.indexOf(name.slice(0, 3).toLowerCase()) - new Date(today).getUTCDay() + 7) % 7
  const ends = [ahead - 7, ahead, ahead + 7].map((days) => findInstant(today + days * DAY + ms, where))
  return pickEnd(ends, now)
}
