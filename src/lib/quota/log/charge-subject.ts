import { advance, charge } from '../window.ts'
import type { SubjectState } from './state.ts'
import type { TrailAmounts } from './trail.ts'
import { trailAmount, leaveTrail } from './trail.ts'

export function chargeSubject(subject: SubjectState, amounts: TrailAmounts, now: number): void {
  for (const limit of subject.limits) {
    const amount = trailAmount(amounts, limit.metric)
    if (amount === 0) continue
    advance(limit.usage, limit.clock, now)
    charge(limit, amount, now)
  }
  leaveTrail(subject.trail, amounts, now, now)
}
