import { redact } from '../../account/mask.ts'
import type { DeviceLogin } from '../../provider/device-login.ts'
import type { LoginAnswer } from './device-answers.ts'
import { formatError, unreadable } from './device-answers.ts'
import type { TokenSet } from './token-set.ts'
import { namedBase } from './named-base.ts'
import { parseObject, textOrNull, tokensIn } from './token-set.ts'

export type Refreshed =
  | { kind: 'tokens'; tokens: TokenSet }
  /** Only a new login helps. */
  | { kind: 'dead'; message: string }
  /** The tokens may still be valid; a later attempt may succeed. */
  | { kind: 'trouble'; message: string }

/**
 * Reads the response to a renewal. Only an explicit refusal is `dead`: an outage, a firewall or a wrong setting must
 * not end a login.
 */
export function readRefresh(
  answer: LoginAnswer,
  before: TokenSet,
  { device, now }: { device: DeviceLogin | null; now: number },
): Refreshed {
  const secrets = [before.accessToken, before.refreshToken ?? '']
  const body = parseObject(answer.text)
  if (body === null) return { kind: 'trouble', message: redact(unreadable(answer), secrets) }
  const { status } = answer
  if (status >= 200 && status < 300) {
    const tokens = tokensIn(body, now, before, namedBase(device, body))
    return tokens === null
      ? { kind: 'trouble', message: 'its answer has no token that can be sent' }
      : { kind: 'tokens', tokens }
  }
  const message = formatError(status, body, secrets)
  return { kind: isDead(status, body, device) ? 'dead' : 'trouble', message }
}

function isDead(
  status: number,
  body: Readonly<Record<string, unknown>>,
  device: DeviceLogin | null,
): boolean {
  if (status !== 400 && status !== 401 && status !== 403) return false
  const { error } = body
  // RFC 6749 §5.2: revoked, expired or used up; an unknown or forbidden client gets no new tokens either.
  if (error === 'invalid_grant' || error === 'invalid_client' || error === 'unauthorized_client') return true
  const words = textOrNull(body['error_description']) ?? ''
  if (error === 'invalid_request' && /refresh.?token/i.test(words)) return true
  return device?.isRefreshDead?.(status, body) ?? false
}
