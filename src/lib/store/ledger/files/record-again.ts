import { formatTimeOrNull, formatTime } from '../../../base/iso-time.ts'
import type { LedgerEvent } from '../../../quota/log/events.ts'
import type { LimitState, LedgerState, ModelLimitState, SubjectState } from '../../../quota/log/state.ts'

/**
 * State that a running process knows and a damaged ledger lost: limits and active cooldowns. The counts come from
 * the files alone. `at` is the time of the events, in RFC 3339.
 */
export function eventsToRecordAgain(before: LedgerState, present: LedgerState, at: string): LedgerEvent[] {
  const events: LedgerEvent[] = []
  for (const [id, subject] of before.subjects) {
    const there = present.subjects.get(id)
    events.push(...limitEvents(id, subject, there, at), ...coolEvents(id, subject, there, at))
  }
  events.push(...slotEvents(before, present, at))
  return events
}

/** Claimed slots that the present ledger lacks: without them, they would run again. */
function slotEvents({ jobs }: LedgerState, present: LedgerState, at: string): LedgerEvent[] {
  return [...jobs.last].flatMap(([key, { slot, attempt, day }]): LedgerEvent[] => {
    const [job = '', account = ''] = key.split(' ')
    if ((present.jobs.last.get(key)?.slot ?? 0) >= slot) return []
    const claim = { job, account, slot: formatTime(slot), attempt, skipped: true, day } as const
    return [{ type: 'slot', id: `lost-${key}`, at, ...claim }]
  })
}

function limitEvents(
  account: string,
  subject: SubjectState,
  there: SubjectState | undefined,
  at: string,
): LedgerEvent[] {
  const events: LedgerEvent[] = []
  const set = subject.limits.filter(({ source }) => source !== 'learned')
  if (set.length > 0 && there?.limits.some(({ source }) => source !== 'learned') !== true) {
    const limits = set.map(({ metric, window, max, source }) => ({ metric, window, max, source }))
    events.push({ type: 'limits', account, at, limits })
  }
  const learned = [...subject.limits.filter(({ source }) => source === 'learned'), ...subject.modelLimits]
  const isKnown =
    there !== undefined &&
    (there.modelLimits.length > 0 || there.limits.some(({ source }) => source === 'learned'))
  if (learned.length > 0 && !isKnown)
    events.push({ type: 'learn', account, at, limits: learned.map(learnedRecord) })
  return events
}

function learnedRecord(limit: LimitState | ModelLimitState) {
  const { metric, window, max } = limit
  const model = 'model' in limit ? { model: limit.model } : {}
  return { metric, window, max, ...model, from: limit.from ?? 'the ledger before' }
}

function coolEvents(
  subject: string,
  { cooldowns }: SubjectState,
  there: SubjectState | undefined,
  at: string,
): LedgerEvent[] {
  const now = Date.parse(at)
  return [...cooldowns]
    .filter(([key, { until }]) => (until === null || until > now) && there?.cooldowns.has(key) !== true)
    .map(([key, { until, reason, guessed, evidence }]) => ({
      type: 'cool',
      subject,
      at,
      ...(key === '*' ? {} : { model: key }),
      until: formatTimeOrNull(until),
      reason,
      ...(guessed === true ? { guessed } : {}),
      ...(evidence === null ? {} : { evidence }),
    }))
}
