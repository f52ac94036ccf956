import { isRecord } from '../../base/is-record.ts'
import type { LearnedRecord, LedgerEvent, LimitRecord } from './events.ts'
import { outcomeClasses } from './events.ts'
import { metrics, parseWindow } from '../limit.ts'

/**
 * Parses one line of the ledger. Returns null for a line that is no event: one torn by a crash, written by another
 * program, or of a type that only a newer version knows.
 */
export function parseEvent(line: string): LedgerEvent | null {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null // not JSON: torn, or written by another program
  }
  if (!isRecord(value) || !isTime(value.at)) return null
  if (!isEvent(value)) return null
  if (value.type === 'settle' && !outcomes.has(value.outcome)) value.outcome = UNKNOWN_OUTCOME
  if (value.type === 'cool' && !outcomes.has(value.reason)) value.reason = UNKNOWN_OUTCOME
  return value as unknown as LedgerEvent
}

function isEvent(value: Record<string, unknown>): boolean {
  switch (value.type) {
    case 'reserve':
      return isReserve(value)
    case 'settle':
      return (
        isText(value.id) &&
        isText(value.outcome) &&
        amountsAreSound(value) &&
        (value.unreached === undefined || isText(value.unreached))
      )
    case 'limits':
      return isText(value.account) && Array.isArray(value.limits) && value.limits.every(isLimit)
    case 'learn':
      return isText(value.account) && Array.isArray(value.limits) && value.limits.every(isLearned)
    case 'reset':
    case 'forget':
    case 'drop':
      return isText(value.account)
    case 'cool':
      return isText(value.subject) && isText(value.reason) && (value.until === null || isTime(value.until))
    case 'clear':
      return isText(value.subject)
    case 'clock':
      return typeof value.boot === 'string' && isText(value.writer) && Number.isSafeInteger(value.uptime)
    case 'slot':
      return isSlot(value)
    case 'slot-end':
      return isText(value.id)
    case 'lost':
      return isText(value.what)
    case 'close':
      return isText(value.next) && /^\d{4}-\d\d-\d\d$/.test(value.next)
    default:
      return false
  }
}

function isReserve({
  id,
  account,
  also,
  keep,
  hold,
  model,
  probe,
  granted,
}: Record<string, unknown>): boolean {
  const isWhole =
    (also === undefined || isTexts(also)) &&
    (keep === undefined || isPercent(keep)) &&
    (hold === undefined || isHold(hold)) &&
    (model === undefined || isText(model)) &&
    (probe === undefined || isTexts(probe)) &&
    (granted === undefined || granted === true)
  return isText(id) && isText(account) && isWhole
}

function isHold(value: unknown): boolean {
  if (!isRecord(value)) return false
  return [value.inputTokens, value.outputTokens, value.usd].every(
    (amount) => typeof amount === 'number' && amount >= 0 && amount < Infinity,
  )
}

function isSlot({
  id,
  job,
  account,
  slot,
  attempt,
  replaces,
  day,
  perDay,
  most,
  perHour,
}: Record<string, unknown>): boolean {
  const isNamed = isText(id) && isText(job) && isText(account) && isTime(slot)
  const counts = [attempt, perDay, most, perHour]
  return (
    isNamed &&
    (day === undefined || isText(day)) &&
    (replaces === undefined || isText(replaces)) &&
    counts.every((count) => count === undefined || isCount(count))
  )
}

/**
 * How an unknown outcome counts: a newer version wrote it, or a plugin made it up before outcomes were checked. The
 * request has ended all the same, and a cooldown lasts as long as it says.
 */
const UNKNOWN_OUTCOME = 'overloaded'

const outcomes: ReadonlySet<unknown> = new Set(outcomeClasses)
const amounts = ['inputTokens', 'outputTokens', 'costUsd'] as const

function amountsAreSound(value: Record<string, unknown>): boolean {
  for (const name of amounts) {
    const amount = value[name]
    if (amount !== undefined && !(typeof amount === 'number' && amount >= 0 && amount < Infinity))
      return false
  }
  return true
}

function isLimit(value: unknown): value is LimitRecord {
  if (!isRecord(value) || !isText(value.window)) return false
  if (!(typeof value.max === 'number' && value.max >= 0)) return false
  try {
    parseWindow(value.window)
  } catch {
    return false // invalid_limit: a clock this version does not know
  }
  return metrics.some((metric) => metric === value.metric)
}

function isLearned(value: unknown): value is LearnedRecord {
  if (!isLimit(value)) return false
  const { model, remaining, from, counted } = value as unknown as Record<string, unknown>
  return (
    isText(from) &&
    (model === undefined || isText(model)) &&
    (counted === undefined || counted === true) &&
    (remaining === undefined || (typeof remaining === 'number' && remaining >= 0))
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText)
}

function isPercent(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 100
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}
