import type { CoolEvent, ClearEvent } from './events.ts'
import type { Cooldown, LedgerState, SubjectState } from './state.ts'
import { NO_COOLDOWNS } from './state.ts'
import { ensureSubject } from './subjects.ts'

/** A cooldown this soon after the last one is the next strike in a row. */
export const STRIKE_MEMORY_MS = 10 * 60_000

/** Deadlines only move later: one process never shortens what another has learned. */
export function cool(state: LedgerState, event: CoolEvent): boolean {
  const subject = ensureSubject(state, event.subject)
  const key = event.model ?? '*'
  const before = subject.cooldowns.get(key)
  const until = event.until === null ? null : Date.parse(event.until)
  const isActive = before !== undefined && (before.until === null || before.until > state.now)
  if (isActive && (before.until === null || (until !== null && until <= before.until))) return false
  // Many concurrent requests may meet the same refusal: together they are one strike.
  const isInRow = isSoonAfter(before?.until ?? null, state.now)
  if (!isActive) subject.strikes = isInRow ? subject.strikes + 1 : 1
  subject.cooldowns = new Map(subject.cooldowns).set(key, {
    until,
    since: isActive ? before.since : state.now,
    reason: event.reason,
    evidence: event.evidence ?? null,
    ...(event.guessed === true ? { guessed: true, strikes: strikesIn(before, isActive, isInRow) } : {}),
  })
  return true
}

function strikesIn(before: Cooldown | undefined, isActive: boolean, isInRow: boolean): number {
  const strikes = before?.strikes ?? 1
  if (isActive) return strikes
  return before !== undefined && isInRow ? strikes + 1 : 1
}

function isSoonAfter(until: number | null, now: number): boolean {
  return until !== null && now - until < STRIKE_MEMORY_MS
}

export function clear(state: LedgerState, event: ClearEvent): boolean {
  const subject = ensureSubject(state, event.subject)
  delete subject.unreached // the user acted on the account, or an attempt got through
  subject.cooldowns = withoutCooldown(subject.cooldowns, event.model)
  subject.strikes = 0
  return true
}

/** `model` undefined: without any. */
function withoutCooldown(
  cooldowns: SubjectState['cooldowns'],
  model: string | undefined,
): SubjectState['cooldowns'] {
  const kept = new Map(cooldowns)
  if (model === undefined) kept.clear()
  else kept.delete(model)
  return kept.size === 0 ? NO_COOLDOWNS : kept
}
