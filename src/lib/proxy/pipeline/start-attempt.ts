import { QwenctlError } from '../../base/errors.ts'
import type { AttemptContext } from './attempt-context.ts'
import type { AttemptResult } from './attempt-result.ts'
import { Attempt } from './attempt.ts'
import type { Exchange } from './exchange.ts'
import type { ProxyContext } from './proxy-context.ts'
import { buildOutgoing } from './outgoing.ts'
import type { Target } from '../pool/target.ts'
import { credentialFailure } from './refresh-token.ts'
import type { Assignment } from './assignment.ts'
import { conversationIn } from '../wire/stored-state.ts'

/** Receives the end of an attempt. */
export interface AttemptListener {
  /** Null: the client left before the request was sent. */
  onEnd(result: AttemptResult | null): void
  onFailed(error: unknown): void
}

/**
 * Sends a request to one account. The listener receives the result later, once. Throws if the account's
 * format cannot express the request.
 */
export function startAttempt(
  proxy: ProxyContext,
  exchange: Exchange,
  turn: Assignment,
  sender: AttemptListener,
): void {
  const { member, step } = turn
  const isRenewal = turn.retried.at(-1) === 'access-token'
  const target = isRenewal ? undefined : proxy.live.targetNow(member, step.dialect)
  if (target !== undefined) return start(prepare(target, proxy, exchange, turn), turn, sender)
  // Only these requests use a promise: their account must be opened or renewed first.
  const refused = isRenewal ? (turn.sent?.target.token ?? undefined) : undefined
  proxy.live.target(member, step.dialect, refused).then(
    (opened) => {
      if (exchange.isGone) return sender.onEnd(null)
      if (opened instanceof QwenctlError) {
        noteAttempt(exchange, turn)
        return sender.onEnd(credentialFailure(opened, proxy.clock()))
      }
      try {
        start(prepare(opened, proxy, exchange, turn), turn, sender)
      } catch (error) {
        sender.onFailed(error)
      }
    },
    (error: unknown) => sender.onFailed(error),
  )
}

function start(context: AttemptContext, turn: Assignment, sender: AttemptListener): void {
  // Counted only now: if its format cannot express the request, the account was not asked.
  noteAttempt(context.exchange, turn)
  new Attempt(context, sender).start()
}

function noteAttempt(exchange: Exchange, { member, step }: Assignment): void {
  exchange.attempts += 1
  exchange.account = member.account.name
  exchange.isSimulated = member.provider.simulated
  exchange.spoken = step.dialect
}

function prepare(
  target: Target,
  { live, upstreams, clock }: ProxyContext,
  exchange: Exchange,
  turn: Assignment,
): AttemptContext {
  const { plan, step, member, retried } = turn
  const { incoming, body } = plan
  const takesUsageOption = target.takesUsageOption && !retried.includes('usage-option')
  const outgoing = buildOutgoing(incoming, body, step, { member, exchange, now: clock(), takesUsageOption })
  turn.sent = { target, outgoing }
  const model = step.wanted.model ?? null
  const { route } = incoming
  const storedIn =
    route.keepsState && body.scan !== null ? conversationIn(body.bytes, body.scan.fields) : null
  return { exchange, route, member, model, storedIn, live, target, upstreams, clock, outgoing }
}
