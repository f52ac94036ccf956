// Lessons from an attempt about its account: that it serves, what it refuses, and for how long it should be left alone.

import type { Outcome } from '../../../provider/provider.ts'
import { activeCooldown } from '../../../quota/cooldowns.ts'
import type { OutcomeClass } from '../../../quota/log/events.ts'
import { rememberPlacement } from '../../../rotation/conversation.ts'
import { provenCircuits } from '../../../rotation/cooldowns/circuit.ts'
import type { CoolNotice } from '../../../rotation/cooldowns/cooling.ts'
import { listCooldowns } from '../../../rotation/cooldowns/cooling.ts'
import { routeKey } from '../../../rotation/rotation-request.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import type { Assignment } from './assignment.ts'
import { UNCOUNTED, readModel } from './assignment.ts'
import type { AttemptResult } from './attempt-result.ts'

export const NOTHING_COOLED: readonly CoolNotice[] = []

/** A request that uses up nothing says nothing about quotas and models. It does about its key and its endpoint. */
const uncountedCool: ReadonlySet<OutcomeClass> = new Set(['auth-dead', 'route-missing'])

/** Without the option the account served, or failed for another reason: it refused the option. */
export function noteOption(live: LivePool, { retried, sent }: Assignment, isTaken: boolean): void {
  if (isTaken && retried.length > 0 && retried.includes('usage-option') && sent !== null)
    live.targets.omitUsageOption(sent.target)
}

/** The model served without these parameters, so the next request omits them at once. */
export function noteParameters({ leftOut, mostTokens, sent, step }: Assignment): void {
  if (sent === null) return
  const model = step.wanted.model ?? ''
  if (mostTokens !== null) (sent.target.mostTokens ??= new Map<string, number>()).set(model, mostTokens)
  if (leftOut.length === 0) return
  const known = (sent.target.refusedParameters ??= new Map<string, string[]>())
  known.set(model, [...new Set([...(known.get(model) ?? []), ...leftOut])])
}

/** The account serves this model. Its circuits close, and the conversation stays with it. */
export function noteSuccess(
  live: LivePool,
  assignment: Assignment,
  { firstByteMs, latencyMs }: AttemptResult,
  attempts: number,
): void {
  const { member, reservation, plan, step } = assignment
  const model = readModel(assignment)
  const account = member.account.id
  const { view, strikes, placements } = live
  strikes.succeeded(member, model)
  if (model !== null) live.answered(member, model)
  if (reservation !== UNCOUNTED) {
    const circuits = provenCircuits(member, step.wanted, view, reservation.at)
    if (circuits !== null) live.notes.endCooldowns(circuits)
    rememberPlacement(plan.placement, placements.conversations, { account, attempts, now: view.now })
  }
  live.pool.observe(account, firstByteMs ?? latencyMs, view.now)
}

/** Records the cooldowns that an outcome causes, and returns them. */
export function recordCooldown(
  live: LivePool,
  assignment: Assignment,
  outcome: Outcome,
): readonly CoolNotice[] {
  const { member, reservation } = assignment
  const model = readModel(assignment)
  if (reservation === UNCOUNTED && !uncountedCool.has(outcome.class)) return NOTHING_COOLED
  if (live.hasNewKey(member)) return NOTHING_COOLED // the outcome is about the old key
  const { state, now, random } = live.view
  const route = routeKey(assignment.step.wanted)
  const part = outcome.class === 'route-missing' ? route : model
  const strikes = live.strikes.before(outcome, { member, model: part, state, now })
  const isRefused = activeCooldown(state, member.subjects.account, null, now)?.reason === 'auth-dead'
  const notices = listCooldowns(outcome, { member, model, route, strikes, isRefused, random: random(), now })
  if (notices.length === 0) return notices
  live.notes.record(notices, member.account)
  void live.notes.written().then(() => live.strikes.cooled(outcome, member, part))
  return notices
}
