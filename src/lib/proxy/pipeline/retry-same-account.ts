import { movesOn } from '../../rotation/cooling.ts'
import type { Dialect } from '../../provider/provider.ts'
import type { AttemptContext } from './attempt-context.ts'
import type { AttemptResult } from './attempt.ts'
import { attempt } from './attempt.ts'
import type { LivePool } from '../pool/live-pool.ts'
import type { Outgoing } from './outgoing.ts'
import { isTokenRefused, retryWithToken } from './refresh-token.ts'

type Refused = Extract<AttemptResult, { kind: 'refused' }>

interface RetryOptions {
  live: LivePool
  dialect: Dialect
  /** The request without the option that we put into it. */
  withoutOption: () => Outgoing
}

/** What an upstream calls the option by which a stream is asked for its usage. */
const USAGE_OPTION = /stream_?options|include_?usage/i
const MOST_LOOKED_AT = 64 << 10

/** Whether a refusal may be about how we ask. */
export function mayRetry({ outgoing, target }: AttemptContext): boolean {
  return outgoing.asksForUsage || target.token !== null
}

/**
 * Asks an account, and once more where its refusal is about how we asked: with an option that the client did not send, or
 * with a token that can be renewed. It stays one try, counted and settled once.
 */
export async function retrySameAccount(
  asking: AttemptContext,
  { live, dialect, withoutOption }: RetryOptions,
): Promise<AttemptResult> {
  const { exchange, member, target } = asking
  const first = await attempt(asking)
  if (first.kind === 'answered' || exchange.isGone) return first
  if (isOptionRefused(first, asking.outgoing)) {
    const second = await attempt({ ...asking, outgoing: withoutOption() })
    // Refused all the same, the fault was another.
    if (second.kind === 'answered' || movesOn(second.outcome.class)) live.takesNoUsageOption(target)
    return second
  }
  if (!isTokenRefused(first, target)) return first
  const renewed = await live.target(member, dialect, target.token)
  return exchange.isGone ? first : retryWithToken(first, renewed, (to) => attempt({ ...asking, target: to }))
}

function isOptionRefused({ outcome, held }: Refused, { asksForUsage }: Outgoing): boolean {
  if (!asksForUsage || outcome.class !== 'bad-request' || held === null) return false
  return USAGE_OPTION.test(held.body.toString('latin1', 0, MOST_LOOKED_AT))
}
