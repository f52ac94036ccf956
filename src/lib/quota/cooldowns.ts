import type { Cooldown, LedgerState } from './state.ts'

/** What keeps a subject, or this model of it, from being used at `now`; of two, the one that lasts longer. */
export function activeCooldown(
  state: LedgerState,
  subjectId: string,
  model: string | null,
  now: number,
): Cooldown | null {
  const cooldowns = state.subjects.get(subjectId)?.cooldowns
  if (cooldowns === undefined || cooldowns.size === 0) return null
  const whole = active(cooldowns.get('*'), now)
  const ofModel = model === null ? null : active(cooldowns.get(model), now)
  if (whole === null || ofModel === null) return whole ?? ofModel
  return whole.until === null || (ofModel.until !== null && whole.until >= ofModel.until) ? whole : ofModel
}

/** Every cooldown of a subject that holds at `now`; model null: the whole subject. */
export function cooldownsOf(
  state: LedgerState,
  subjectId: string,
  now: number,
): { model: string | null; cooldown: Cooldown }[] {
  const found = []
  for (const [key, cooldown] of state.subjects.get(subjectId)?.cooldowns ?? []) {
    if (active(cooldown, now) !== null) found.push({ model: key === '*' ? null : key, cooldown })
  }
  return found
}

function active(cooldown: Cooldown | undefined, now: number): Cooldown | null {
  if (cooldown === undefined) return null
  return cooldown.until === null || cooldown.until > now ? cooldown : null
}
