import type { QwenctlError } from '../../../base/errors.ts'
import type { Outcome } from '../../../provider/provider.ts'
import { UNTIL_A_PERSON_ACTS } from '../../../rotation/cooldowns/cooling.ts'
import type { AttemptResult } from './attempt-result.ts'

/**
 * The result of an attempt that could not be prepared. The account's credential does not open or cannot be
 * sent, or its login cannot be renewed. Other accounts can still serve the request.
 */
export function credentialFailure(error: QwenctlError, at: number): AttemptResult {
  return {
    kind: 'refused',
    outcome: classifyError(error),
    held: null,
    requestSent: false,
    isStale: false,
    at,
    latencyMs: 0,
    firstByteMs: null,
  }
}

/**
 * An unreachable login server or a full disk says nothing about the login. Neither causes a cooldown.
 * A plugin that cannot make the headers twice in a row takes its account out, to be tested again later. Any
 * other fault while the request is prepared cools the account as an overloaded service does.
 */
function classifyError({ code, message }: QwenctlError): Outcome {
  const isFault = code === 'failed'
  const isPassing = code === 'upstream_unavailable' || code === 'store_locked' || code === 'store_unwritable'
  return {
    class: isFault ? 'overloaded' : isPassing ? 'auth-refresh' : 'auth-dead',
    scope: 'account',
    // The login server has ended this login: another attempt with it is useless.
    until: code === 'needs_login' ? UNTIL_A_PERSON_ACTS : null,
    code: null,
    message,
  }
}
