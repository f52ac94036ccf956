import type { LivePool } from '../pool/live-pool.ts'
import type { Exchange } from './exchange.ts'
import { earliestReturn, type Failure } from './final-error.ts'
import { lastingRefusal } from './lasting-refusal.ts'
import { everyStep, type RequestPlan } from './request-plan.ts'

const COUNT_TOKENS = '/messages/count_tokens'

/**
 * Answers a count of tokens with an estimate if no account can count, with a header that says so. False: it is no
 * such request, or an account can.
 */
export async function sendEstimate(
  live: LivePool,
  exchange: Exchange,
  request: RequestPlan,
  failures: readonly Failure[],
): Promise<boolean> {
  const { incoming, pinnedBy, body } = request
  if (incoming.route.path !== COUNT_TOKENS || pinnedBy !== null) return false
  const wanted = everyStep(request)
  const first = earliestReturn(live, wanted, failures)
  if (first !== null && first.at !== null) return false
  const refusal = lastingRefusal(live, wanted, { failures, pinnedBy, written: exchange.model })
  if (refusal.code !== 'route_not_served') return false
  const { estimateTokens } = await import('./estimate-tokens.ts')
  const counted = { input_tokens: await estimateTokens(body.bytes) }
  const headers = ['content-type', 'application/json', 'x-qwenctl-estimated', 'true']
  exchange.send(200, headers, Buffer.from(JSON.stringify(counted)))
  return true
}
