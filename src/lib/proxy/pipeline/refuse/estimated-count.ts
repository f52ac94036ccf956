import type { QwenctlError } from '../../../base/errors.ts'
import type { RotationRequest } from '../../../rotation/rotation-request.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Failure } from './failure.ts'
import { earliestReturn } from './final-error.ts'
import { lastingRefusal } from './lasting-refusal.ts'
import { everyStep, type RequestPlan } from '../plan/request-plan.ts'

/** The endpoints that count tokens, with the forms of their answers. */
const forms: ReadonlyMap<string, (tokens: number) => object> = new Map<string, (tokens: number) => object>([
  ['/messages/count_tokens', (tokens) => ({ input_tokens: tokens })],
  ['/responses/input_tokens', (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens })],
  ['/countTokens', (tokens) => ({ totalTokens: tokens })], // https://ai.google.dev/api/tokens (2026-11)
])

/**
 * Answers a token count with an estimate if no account can count. A header marks the estimate. False: the request is
 * not a token count, or an account can count. `refusal`: why no other format can express the request.
 */
export async function sendEstimate(
  live: LivePool,
  exchange: Exchange,
  request: RequestPlan,
  { failures, refusal }: { failures: readonly Failure[]; refusal: QwenctlError | null },
): Promise<boolean> {
  const { incoming, body } = request
  const form = forms.get(incoming.route.path)
  if (form === undefined) return false
  const isLost = refusal !== null && failures.length === 0
  if (!isLost && incoming.route.ways.length > 0 && canCount(live, exchange, request, failures)) return false
  const { estimateTokens } = await import('./estimate-tokens.ts')
  const counted = form(await estimateTokens(body.bytes))
  const headers = ['content-type', 'application/json', 'x-qwenctl-estimated', 'true']
  exchange.send(200, headers, Buffer.from(JSON.stringify(counted)))
  return true
}

/** Whether an account in the request's scope has the endpoint, now or later. */
function canCount(
  live: LivePool,
  exchange: Exchange,
  request: RequestPlan,
  failures: readonly Failure[],
): boolean {
  const { pinnedBy } = request
  // A stored response is part of the count, and an estimate would leave it out.
  if (pinnedBy === 'stored-response') return true
  const wanted = everyStep(request)
  const first = earliestReturn(live, wanted, failures)
  if (first !== null && first.at !== null) return true
  const refusal = lastingRefusal(live, wanted, {
    failures,
    pinnedBy,
    written: exchange.model,
    key: exchange.key,
  })
  if (refusal.code === 'model_not_found') return !isServed(live, wanted)
  return refusal.code !== 'route_not_served'
}

/** Whether another account has the model, without the endpoint. The count is for a request that it can serve. */
function isServed({ pool }: LivePool, wanted: readonly RotationRequest[]): boolean {
  return wanted.some((request) => pool.fits({ ...request, dialect: null, route: null, anyOf: null }))
}
