import type { Cooldown, LedgerState, SubjectState } from './log/state.ts'

/** The cooldown that keeps a subject, or this model of it, out of use at `now`; of two, the longer one. */
export function activeCooldown(
  state: LedgerState,
  subjectId: string,
  model: string | null,
  now: number,
): Cooldown | null {
  return activeIn(state.subjects.get(subjectId), model, now)
}

/** Same as `cooldownFor`, for a subject that the caller already has. */
export function activeIn(
  subject: SubjectState | undefined,
  model: string | null,
  now: number,
): Cooldown | null {
  if (subject === undefined || subject.cooldowns.size === 0) return null
  const { cooldowns } = subject
  const whole = active(cooldowns.get('*'), now)
  const ofModel = model === null ? null : active(cooldowns.get(model), now)
  if (whole === null || ofModel === null) return whole ?? ofModel
  return whole.until === null || (ofModel.until !== null && whole.until >= ofModel.until) ? whole : ofModel
}

/** Lists the active cooldowns of a subject at `now`; model null: those of the whole subject. */
export function listCooldowns(
  state: LedgerState,
  subjectId: string,
  now: number,
): { model: string | null; cooldown: Cooldown }[] {
  const found: { model: string | null; cooldown: Cooldown }[] = []
  const cooldowns = state.subjects.get(subjectId)?.cooldowns
  if (cooldowns === undefined || cooldowns.size === 0) return found // as usual, for each of many accounts
  for (const [key, cooldown] of cooldowns) {
    if (active(cooldown, now) !== null) found.push({ model: key === '*' ? null : key, cooldown })
  }
  return found
}

function active(cooldown: Cooldown | undefined, now: number): Cooldown | null {
  if (cooldown === undefined) return null
  return cooldown.until === null || cooldown.until > now ? cooldown : null
}
