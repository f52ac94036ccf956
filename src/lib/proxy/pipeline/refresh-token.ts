import type { QwenctlError } from '../../base/errors.ts'
import type { Outcome } from '../../provider/provider.ts'
import type { AttemptResult } from './attempt.ts'
import type { Target } from '../pool/target.ts'

/** The others can still serve when one account's stored credential does not open, or its login cannot be renewed. */
export function credentialFailure(error: QwenctlError, at: number): AttemptResult {
  const outcome = outcomeOf(error)
  return { kind: 'refused', outcome, held: null, requestSent: false, at, latencyMs: 0, firstByteMs: null }
}

/**
 * A login server that is out of order says nothing of the login: then nothing cools. A plugin that cannot make the headers
 * of a key rests its account as an overloaded service does.
 */
function outcomeOf({ code, message }: QwenctlError): Outcome {
  const isPassing = code === 'upstream_unavailable' || code === 'store_locked'
  return {
    class: code === 'plugin_failed' ? 'overloaded' : isPassing ? 'auth-refresh' : 'auth-dead',
    scope: 'account',
    until: null,
    code: null,
    message,
  }
}

/** Whether the provider refuses the access token of a login: tokens may end before their time, and can be renewed. */
export function isTokenRefused(
  result: AttemptResult,
  target: Target,
): target is Target & { readonly token: string } {
  if (target.token === null || result.kind !== 'refused') return false
  const { outcome, held } = result
  return outcome.class === 'auth-refresh' || (outcome.class === 'auth-dead' && held?.status === 401)
}

/** One more try with the new token; when that is refused as well, the login has ended. */
export async function retryWithToken(
  first: AttemptResult,
  renewed: Target | QwenctlError,
  send: (target: Target) => Promise<AttemptResult>,
): Promise<AttemptResult> {
  if (renewed instanceof Error) {
    return first.kind === 'refused' ? { ...first, outcome: outcomeOf(renewed) } : first
  }
  const second = await send(renewed)
  if (!isTokenRefused(second, renewed) || second.kind !== 'refused') return second
  return { ...second, outcome: { ...second.outcome, class: 'auth-dead' } }
}
