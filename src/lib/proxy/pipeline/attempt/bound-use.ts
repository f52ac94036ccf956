import type { KnownKey } from '../../pool/authenticate.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import { measureRequest } from '../../wire/body/output-bound.ts'
import { fitUse, hasAmounts } from '../../../rotation/use/fit-use.ts'
import type { BoundUse, TooMuch } from '../../../rotation/use/use-bounds.ts'
import type { Assignment } from './assignment.ts'

/**
 * Bounds the use of a request, if a limit of its account or client key counts tokens or dollars. Null: none does, or the
 * use has no bound (pictures and sound).
 */
export function boundUse(
  live: LivePool,
  { plan, step, member }: Assignment,
  key: KnownKey | null,
): BoundUse | TooMuch | null {
  const { view, ledger } = live
  const { subjects } = ledger.state
  const account = subjects.get(member.account.id)
  const own = key !== null && key.key.limits.length > 0 ? subjects.get(key.key.id) : undefined
  if (!hasAmounts(account) && !hasAmounts(own)) return null
  const { route } = plan.incoming
  if (route.isMedia || route.service !== null || plan.body.scan === null) return null
  const size = (plan.size ??= measureRequest(plan.body.bytes))
  const model = step.wanted.model ?? ''
  const price = live.rules.prices.findPrice(member.account, model)
  return fitUse([account, own], { size, model, price, endpoint: route }, view)
}
